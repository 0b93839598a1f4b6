"""Labels on their way back into Inspect logs: edits of scores, on copies of the logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from app.service.exports.writing import Rows
from app.service.outputs import settle
from app.service.stores import Stores
from data.read.source import Source
from data.trouble import Trouble
from data.write import inspect_edits
from data.write.inspect_edits import Edit, Place
from db import runs

RESOLVED = "resolved"
"""Who the resolved label is by: a rule, not a person."""
Edits = dict[Place, list[Edit]]


def write(held: Stores, rows: Rows, folder: Path, logs: Sequence[Path]) -> None:
    """The edits of each run as JSON lines, and a copy of every log that was named with them in.

    Raises Trouble for a log that is not the source of an exported run, or may not be passed on.
    """
    of = {run["run_id"]: run for run in runs.every(held.warehouse)}
    edits: dict[str, Edits] = defaultdict(lambda: defaultdict(list))
    for run_id, place, edit in _edits(rows):
        edits[run_id][place].append(edit)
    with (folder / "edits.jsonl").open("wb") as file:
        for run_id, places in sorted(edits.items()):
            log = of[run_id]["params"].get("log", {})
            for (item, sample), told in sorted(places.items()):
                for edit in told:
                    line = {
                        "run_id": run_id, "eval_id": log.get("eval_id"), "sample_id": item,
                        "epoch": sample + 1, "score_name": edit.field,
                        "edit": edit.record(letters=False),
                    }  # fmt: skip
                    file.write(orjson.dumps(line) + b"\n")
    for path in logs:
        _copy(path, folder / path.name, rows, of, edits)


def _copy(
    log: Path, to: Path, rows: Rows, of: dict[str, dict[str, Any]], edits: dict[str, Edits]
) -> None:
    """A copy of a log with the edits of every run that came from it.

    Raises Trouble where it may not be passed on whole: a log is copied as it stands.
    """
    sha256 = Source(log).sha256()
    mine = [key for key, run in of.items() if run["sha256"] == sha256 and key in edits]
    if not mine:
        raise Trouble(
            f"{log.name} is not the log of an exported answer with labels",
            "name the very file that was loaded",
        )
    if to.exists():
        raise Trouble(f"two of the logs are called {log.name}", "rename one of them")
    if rows.recipe.mask:
        raise Trouble(
            f"{log.name} would be copied with its texts, which the recipe masks",
            "leave the logs out, or the masks: edits.jsonl holds the labels without any text",
        )
    kept_back = (run["run_id"] in mine and not run["shared"] for run in rows.used)
    if rows.recipe.withhold and any(kept_back):
        raise Trouble(
            f"{log.name} would be copied with its texts, which may not be passed on",
            "leave the logs out: edits.jsonl holds the labels; or take the texts of all",
        )
    told: Edits = defaultdict(list)
    for run_id in mine:
        for place, several in edits[run_id].items():
            told[place] += several
    done = inspect_edits.copy(log, to, told)
    if done < len(told):
        raise Trouble(
            f"{log.name} holds {done} of the {len(told)} labeled samples that came from it",
            "name the very file that was loaded, as it was then",
        )


def _edits(rows: Rows) -> Iterator[tuple[str, Place, Edit]]:
    """Each label that holds as an edit by its annotator, in order, and last the resolved one."""
    for part in rows.stream("labels"):
        for row in part.to_pylist():
            if row["holds"] and row["person"] != settle.ADJUDICATOR:
                yield _one(row, row["field"], row["value"], row["person"], _reason(row))
    for row in rows.records():
        for field in rows.fields:
            told = row.get(f"label_{field}")
            if told is not None:
                author = f"{RESOLVED} ({rows.recipe.labels})"
                people = row[f"people_{field}"]
                why = f"{people} annotators, agreement {row[f'agreement_{field}']}"
                yield _one(row, field, told, author, why)


def _one(
    row: dict[str, Any], field: str, value: str, author: str, reason: str
) -> tuple[str, Place, Edit]:
    made_at = row.get("made_at") or EPOCH
    facts = {"exported_by": "tailscope"}
    edit = Edit(field, value, author, made_at, reason, facts)
    return row["run_id"], (row["item_id"], row["sample"]), edit


EPOCH = "1970-01-01T00:00:00+00:00"
"""The time of an edit that no person made: it must not change from one export to the next."""


def _reason(row: dict[str, Any]) -> str:
    guideline = row["guideline_version"]
    told = f"label by scheme {row['scheme']} version {row['scheme_version']}"
    return told if guideline is None else f"{told}, guideline version {guideline}"
