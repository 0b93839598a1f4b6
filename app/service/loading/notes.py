"""What a reader of a loaded run must know of how its file met what was there."""

from __future__ import annotations

from collections import defaultdict

from db import again, stage
from db.stage import Stage


def unread(staged: Stage) -> dict[str, list[str]]:
    """Run -> what to say of scores most of which are no numbers."""
    found: dict[str, list[str]] = {}
    for run_id, dimension, scorer, lost, n, one in stage.unread(staged):
        found.setdefault(run_id, []).append(
            f"{lost:,} of {n:,} scores of {dimension} by {scorer} are no number, such as "
            f"{one[:40]!r}, and count as missing."
        )
    return found


def unlike(staged: Stage) -> dict[str, list[str]]:
    """Data set -> what to say of prompts that it had already, and that the file tells more of."""
    told: dict[str, list[str]] = defaultdict(list)
    for dataset, column, none, other in again.unlike(staged):
        told[dataset] += [f"{none:,} had no {column}"] * bool(none)
        told[dataset] += [f"{other:,} had another {column}"] * bool(other)
    return {
        dataset: [
            f"Prompts that the data set had already stay as they were: {', '.join(parts)}. To take "
            "them from this file, give it a data set of its own."
        ]
        for dataset, parts in told.items()
    }
