"""What a reader hands on: rows of the contract, table by table, a few thousand at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = tuple[Any, ...]

FIELDS: dict[str, tuple[str, ...]] = {
    "items": ("dataset", "item_id", "prompt", "category", "target", "choices", "answerable",
              "should_abstain", "tags"),
    "outputs": ("run_id", "item_id", "sample", "response", "option_logprobs", "finish", "n_tokens",
                "meta"),
    "scores": ("run_id", "item_id", "sample", "dimension", "scorer", "value", "raw", "up"),
    "steps": ("run_id", "item_id", "sample", "step", "role", "content", "state", "flags"),
    "labels": ("run_id", "item_id", "sample", "person", "field", "value"),
    "refused": ("line", "why", "raw"),
}  # fmt: skip
"""Table -> the fields of its rows, in order."""


@dataclass(frozen=True, slots=True)
class Run:
    """One model's answers to one data set, as one file holds them."""

    run_id: str
    model: str | None
    revision: str | None
    dataset: str


@dataclass(slots=True)
class Batch:
    """Rows by table, the runs seen so far, and how much of the file has been read (0 to 1)."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in FIELDS})
    runs: dict[str, Run] = field(default_factory=dict)
    lines: int = 0
    position: float = 0.0
