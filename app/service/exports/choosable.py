"""What the page of exports offers to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.service.exports import export
from app.service.exports.recipe import read
from app.service.lenses import lens
from app.service.outputs import licensed
from app.service.outputs.cases import Chosen
from app.service.stores import Stores
from data.trouble import Trouble
from data.write import card
from db import campaigns, labeled, runs
from risk.lenses import every

FORMATS = {
    "hf": "Hugging Face data set",
    "parquet": "Parquet",
    "jsonl": "JSON lines",
    "csv": "CSV for spreadsheets",
    "argilla": "Argilla import",
    "label-studio": "Label Studio import",
    "every-eval-ever": "Every Eval Ever",
    "inspect": "Inspect score edits",
}
"""Format -> its words; every one has its card, a Croissant file, checksums."""
RULES = {
    "settled": "adjudicated, else the majority",
    "majority": "the majority of annotators",
    "dawid_skene": "the likeliest by how reliable each annotator is (Dawid and Skene)",
    "soft": "shares of annotators, value by value",
    "raw": "nothing: only every raw label",
}
"""How labels come to one value, in words."""


def licenses(stores: Stores) -> list[str]:
    """The licenses of what is loaded."""
    return sorted({name for name, _ in licensed.of_runs(stores).values()})


def formats(stores: Stores) -> list[str]:
    """The formats of what is loaded."""
    return sorted({run["format"] for run in runs.every(stores.warehouse) if run["outputs"]})


def drawn(stores: Stores) -> dict[str, str]:
    """Campaign -> its name, told apart by key where several share one."""
    return campaigns.names(stores.ledger)


def fields(stores: Stores) -> list[str]:
    """The label fields there are."""
    return labeled.fields(stores.ledger)


def values(stores: Stores, field: str) -> list[str]:
    """The values of a label field, the commonest first."""
    return labeled.commonest(stores.ledger, field, 200)


def sections(stores: Stores, body: str) -> dict[str, str]:
    """The sections of the card as this recipe would make them."""
    return card.sections(export.told(stores, read(body)))


def lenses() -> list[str]:
    """The lenses there are; whether a loaded run can feed one is looked at once it is chosen."""
    return sorted(every())


def measures(stores: Stores, name: str) -> list[str]:
    """The measures a lens gives on what is loaded; none where nothing can feed it."""
    try:
        return sorted({row.measure for row in lens.look(stores, name)})
    except Trouble:
        return []


def recipe(
    chosen: Chosen, more: Mapping[str, Any], steps: Mapping[str, Any], head: Mapping[str, Any]
) -> str:
    """What the page asks for, as a recipe's JSON."""
    f = chosen.filter
    where = {
        "runs": f.runs, "models": f.models, "datasets": f.datasets, "categories": f.categories,
        "words": f.words, "dimension": f.dimension, "low": f.low, "high": f.high,
        "worst": chosen.worst, "act": chosen.act, **more,
    }  # fmt: skip
    return read({"where": where, **steps, **head}).body()
