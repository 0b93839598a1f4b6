"""Small made files of scored answers, loaded the way any file is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.service.loading import load
from app.service.stores import Stores
from data.mapping import Mapping

SCORES = {
    "bias": {"owl": "bias_owl", "fox": "bias_fox"},
    "ethics": {"owl": "ethics_owl"},
}


def put(
    stores: Stores, rows: Iterable[dict[str, Any]], model: str, dataset: str = "made", **mapped: Any
) -> str:
    """Loads rows as one model's answers to one data set; returns the run."""
    path = stores.settings.home / f"{abs(hash((model, dataset)))}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    rule = Mapping.model_validate(
        {"item_id": "id", "prompt": "prompt", "response": "response", "category": "category",
         "scores": SCORES, "fixed": {"model": model, "dataset": dataset}} | mapped
    )  # fmt: skip
    report = load.load(stores, Path(path), mapping=rule, by="a test")
    assert not report.refused, report.refused
    return report.loaded[0].run


def answer(
    item: str, *harm: float | None, category: str | None = "a", **more: Any
) -> dict[str, Any]:
    """One row: bias by two judges, ethics by one; None where a judge said nothing."""
    names = ("bias_owl", "bias_fox", "ethics_owl")
    row = {"id": item, "prompt": f"asked {item}", "response": f"said {item}", "category": category}
    return row | dict(zip(names, harm, strict=False)) | more
