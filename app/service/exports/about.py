"""What the card, the manifest and the Croissant file of an export tell of it, but its numbers."""

from __future__ import annotations

from typing import Any

from app.service.exports import curate, writing
from app.service.exports import recipe as recipes
from app.service.exports.recipe import Recipe
from app.service.exports.writing import Rows
from app.service.stores import Stores
from data.write import card, cells
from db import picks, warehouse

BY = "Tailscope"


def about(
    held: Stores, at: int, recipe: Recipe, rows: Rows, steps: list[curate.Step],
    labeled: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """What the card and the Croissant file tell but its numbers (`facts.measured`).

    Its date is that of the newest thing in it.
    """
    used = rows.used
    when = warehouse.taken(held.warehouse, at)
    as_of = max(when.date().isoformat() if when else "", labeled["last_label"][:10])
    return {
        **labeled, "name": recipe.title, "snapshot": at, "as_of": as_of, "by": BY,
        "rows": rows.counts, "runs": list(used), "licenses": [run["license"] for run in used],
        "license": recipe.license, "language": recipe.language, "labels": recipe.labels,
        "withhold": recipe.withhold, "words": recipes.words(recipe), "format": recipe.format,
        "steps": [(step.what, step.kept, step.removed) for step in steps],
        "probabilities": picks.chances(held.warehouse), "csv_back": cells.BACK,
        "columns": {t: card.described(rows.columns(t)) for t in writing.tables_of(rows)},
        "masked": {}, "configs": [], "card": recipe.card,
    }  # fmt: skip


def configs(files: dict[str, int]) -> list[dict[str, Any]]:
    """The configs of the card: the tables that have rows, with the files of each split."""
    found: dict[str, dict[str, list[str]]] = {}
    for path, n in files.items():
        table, _, name = path.removeprefix("data/").partition("/")
        split = name.partition("-")[0] if name else "train"
        if n:
            found.setdefault(table.partition(".")[0], {}).setdefault(split, []).append(path)
    return [
        {
            "config_name": table,
            "data_files": [
                {"split": split, "path": paths[0] if len(paths) == 1 else paths}
                for split, paths in splits.items()
            ],
            **({"default": True} if table == "outputs" else {}),
        }
        for table, splits in found.items()
    ]
