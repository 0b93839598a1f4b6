"""Files that other tools import, written beside the data: Argilla, Label Studio and more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from app.service.exports import facts
from app.service.exports.writing import Rows
from app.service.labeling import schemes
from app.service.stores import Stores
from data.write import asking, evals, manifest
from data.write.asking import Question
from db import labeled

MOST = 50
"""Values of a field at most for it to be a choice; free text has more."""
LONGEST = 200
"""Characters of a value at most for it to be one; Argilla's server takes no longer options, and no
choice of fewer than two."""


def write(held: Stores, rows: Rows, folder: Path, as_of: str, logs: Sequence[Path]) -> None:
    """Writes what the recipe's format asks for; nothing where it is plain data."""
    kind = rows.recipe.format
    if kind in ("argilla", "label-studio", "every-eval-ever", "inspect"):
        folder.mkdir(exist_ok=True)
    if kind == "argilla":
        _argilla(held, rows, folder)
    elif kind == "label-studio":
        asked = questions(held, rows)
        (folder / "label_config.xml").write_text(asking.label_studio_config(asked), "utf-8")
        tasks = (asking.label_studio_task(row, n, asked) for n, row in enumerate(rows.records(), 1))
        _listed(tasks, folder / "tasks.json")
    elif kind == "every-eval-ever":
        _evals(rows, folder, as_of)
    elif kind == "inspect":
        from app.service.exports import write_back

        write_back.write(held, rows, folder, logs)


def questions(held: Stores, rows: Rows) -> tuple[Question, ...]:
    """The questions that were asked, by the newest scheme that was used; the default where none.

    A field no scheme knows is a choice among its values, or text where those are many.
    """
    used = labeled.schemes(held.ledger, [run["run_id"] for run in rows.used])
    known = {one.name: one for one in schemes.every(held)}
    names = [name for name in used if name in known] or [schemes.DEFAULT]
    found: dict[str, Question] = {}
    for name in names:
        for one in schemes.parsed(known[name].text, name).fields:
            kind = one.kind if one.kind in ("one", "many") else "text"
            options = tuple((o.value, o.title) for o in one.options) if kind != "text" else ()
            found.setdefault(one.field, Question(one.field, one.title, kind, options, one.required))
    for field in rows.fields:
        if field not in found:
            told = labeled.values(held.ledger, field)
            short = all("\n" not in value and len(value) <= LONGEST for value in told)
            few = 2 <= len(told) <= MOST and short
            options = tuple((value, value) for value in told) if few else ()
            found[field] = Question(field, field, "one" if few else "text", options)
    return asking.apart(found.values())


def _argilla(held: Stores, rows: Rows, folder: Path) -> None:
    """A folder that `rg.Dataset.from_disk` takes: its model, its settings, its records."""
    asked = questions(held, rows)
    texts = facts.guideline_texts(held, rows.guidelines)
    settings = asking.argilla_settings(asked, "\n\n".join(texts.values()))
    (folder / ".argilla").mkdir()
    model = {"name": rows.recipe.title, "guidelines": None, "allow_extra_metadata": True}
    (folder / ".argilla" / "dataset.json").write_bytes(orjson.dumps(model))
    (folder / ".argilla" / "settings.json").write_bytes(orjson.dumps(settings))
    _listed((asking.argilla_record(row, asked) for row in rows.records()), folder / "records.json")


def _evals(rows: Rows, folder: Path, as_of: str) -> None:
    """Two files a run: its instances, and the aggregate record that names them."""
    taken = str(int(datetime.fromisoformat(as_of).replace(tzinfo=UTC).timestamp()))
    runs = {one["run_id"]: evals.Run(one, taken) for one in rows.used}
    for run in runs.values():
        (folder / run.path).parent.mkdir(parents=True, exist_ok=True)
    files = {key: (folder / f"{run.path}{evals.SAMPLES}").open("wb") for key, run in runs.items()}
    try:
        for row in rows.records():
            for record in runs[row["run_id"]].instances(row):
                files[row["run_id"]].write(orjson.dumps(record) + b"\n")
    finally:
        for file in files.values():
            file.close()
    lost = {}
    for key, run in runs.items():
        body = run.record(manifest.sha256(folder / f"{run.path}{evals.SAMPLES}"))
        (folder / f"{run.path}.json").write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
        lost[key] = {"answers without a score, which the format cannot hold": run.unscored}
    held = {"left out": lost, "no field for": LOST}
    (folder / "lost.json").write_bytes(orjson.dumps(held, option=orjson.OPT_INDENT_2))


LOST = ["option log-probabilities", "tags", "labels of several annotators", "guidelines",
        "what was drawn with which probability"]  # fmt: skip


def _listed(records: Iterable[dict[str, Any]], path: Path) -> None:
    """One JSON list, record by record."""
    with path.open("wb") as file:
        for part in _commas(orjson.dumps(record) for record in records):
            file.write(part)


def _commas(parts: Iterable[bytes]) -> Iterator[bytes]:
    yield b"["
    for number, part in enumerate(parts):
        yield (b",\n" if number else b"\n") + part
    yield b"\n]\n"
