"""An export of Tailscope read back: Parquet, JSONL or CSV, rows and labels as they were."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
from pyarrow import parquet

from data import batch as batches
from data.answer import About
from data.batch import Batch, Row, Run
from data.read import told
from data.read.formats import Entry, Format
from data.read.look import Look
from data.read.source import Source
from data.tables import ORDER
from data.trouble import Trouble
from data.write import cells
from data.write.manifest import NAME

Record = dict[str, Any]
ROWS = 2_000
LARGEST = 64 * 2**20
"""Bytes of a manifest at most."""


def knows(seen: Look) -> bool:
    """Whether this is the manifest of an export."""
    return seen.kind == "json" and seen.has("made_by", "snapshot", "recipe.body", "files.[].sha256")


def manifest(folder: Path) -> Path | None:
    """The manifest of an export that lies in this folder; None where there is none."""
    path = folder / NAME
    if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST:
        return None
    return path if knows(Look("json", NAME, _names(path))) else None


def _names(path: Path) -> frozenset[str]:
    try:
        body = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return frozenset()
    if not isinstance(body, dict):
        return frozenset()
    files = body.get("files")
    first = files[0] if isinstance(files, list) and files and isinstance(files[0], dict) else {}
    inside = body.get("recipe")
    return frozenset(
        {*body, *(f"files.[].{name}" for name in first)}
        | {f"recipe.{name}" for name in (inside if isinstance(inside, dict) else ())}
    )


def parts(path: Path) -> tuple[Path, ...]:
    """Every other file of the export."""
    folder = path.parent.resolve()
    named = (folder / str(one.get("path")) for one in _files(_told(path)) if one.get("path"))
    return tuple(one for one in named if one.resolve().is_relative_to(folder))


def read(source: Source) -> Iterator[Entry]:
    """The rows of every table as they are, under runs of their own."""
    body = _told(source.path)
    name = _renamed(source.sha256())
    yield from _runs(body, name)
    seen: set[tuple[str, str]] = set()
    files = [one for one in _files(body) if _table(one) in MAKE]
    files.sort(key=lambda one: ORDER.index(_table(one)))
    total, done = sum(int(one.get("rows") or 0) for one in files) or 1, 0
    for one in files:
        table = _table(one)
        kinds = {str(c[0]): str(c[1]) for c in told.table(body.get("columns")).get(table, [])}
        held = Batch()
        for record in _records(_inside(source.path.parent, str(one["path"])), kinds):
            MAKE[table](record, name, held, seen)
            done += 1
            if done % ROWS == 0:
                source.position = held.position = min(done / total, 0.99)
                yield held
                held = Batch()
        yield held


def _runs(body: Record, name: Callable[[str], str]) -> Iterator[Entry]:
    """The runs, and what their sources were."""
    first = Batch()
    notes = ("read back from an export",)
    for run in map(told.table, told.entries(body.get("runs"))):
        run_id = name(str(run.get("run_id")))
        first.runs[run_id] = Run(run_id, run.get("model"), run.get("revision"),
                                 str(run.get("dataset")))  # fmt: skip
        kept = {key: run.get(key) for key in ("format", "source", "sha256", "run_id")}
        license = run.get("license")
        params = {"exported": kept} | ({"license": license} if license != "unknown" else {})
        yield About(params, notes, run_id=run_id)
    yield first


def _renamed(sha256: str) -> Callable[[str], str]:
    """A part of a run is no run of the file it came from: it gets an id of its own."""
    return lambda run: hashlib.sha256(f"{sha256}/{run}".encode()).hexdigest()[:12]


def _told(path: Path) -> Record:
    try:
        body = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise Trouble(f"{path} is damaged: {error}", "export again") from error
    return told.table(body)


def _files(body: Record) -> list[Record]:
    return [told.table(one) for one in told.entries(body.get("files"))]


def _table(one: Record) -> str:
    """The table a file belongs to; "" for a card or another tool's file."""
    path = str(one.get("path", ""))
    return path.split("/")[1].partition(".")[0] if path.startswith("data/") else ""


def _inside(folder: Path, path: str) -> Path:
    file = folder / path
    if not file.resolve().is_relative_to(folder.resolve()):
        raise Trouble(f"the manifest names a file outside its folder: {path}", "do not trust it")
    if not file.is_file():
        raise Trouble(f"{file} is missing", "copy the export again, whole")
    return file


def _records(path: Path, kinds: dict[str, str]) -> Iterator[Record]:
    if path.suffix == ".parquet":
        for part in parquet.ParquetFile(path).iter_batches(ROWS):
            yield from part.to_pylist()
    elif path.suffix == ".jsonl":
        with path.open("rb") as file:
            for line in file:
                yield orjson.loads(line)
    else:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield {key: _cell(value, kinds.get(key, "text")) for key, value in row.items()}


def _cell(cell: str, kind: str) -> Any:
    if cell == "":
        return None
    match kind:
        case "integer":
            return int(cell)
        case "number":
            return float(cell)
        case "flag":
            return cell == "true"
        case "text" | "json":
            return cells.restored(cell)
        case _:
            return orjson.loads(cell)


def _case(record: Record, name: Callable[[str], str]) -> Row:
    return name(record["run_id"]), record["item_id"], record["sample"]


def _output(record: Record, name: Any, held: Batch, seen: set[tuple[str, str]]) -> None:
    place = (record["dataset"], record["item_id"])
    if place not in seen:
        seen.add(place)
        prompt = record["prompt"] if record["item_prompt"] is None else record["item_prompt"]
        pairs = [(one["name"], one["value"]) for one in record["tags"] or ()]
        held.rows["items"].append(
            (*place, prompt, record["category"], record["target"], record["choices"],
             record["answerable"], record["should_abstain"], pairs)
        )  # fmt: skip
    options = record["option_logprobs"]
    chances = options and [
        (one["option"], -math.inf if one["logprob"] is None else one["logprob"]) for one in options
    ]
    held.rows["outputs"].append(
        (*_case(record, name), record["response"], chances, record["finish"], record["n_tokens"],
         record["meta"])
    )  # fmt: skip


def _row(table: str) -> Callable[..., None]:
    names = batches.FIELDS[table][3:]

    def make(record: Record, name: Any, held: Batch, _: object) -> None:
        held.rows[table].append((*_case(record, name), *(record[one] for one in names)))

    return make


def _label(record: Record, name: Any, held: Batch, _: object) -> None:
    if record["holds"]:
        said = (record["person"], record["field"], record["value"])
        held.rows["labels"].append((*_case(record, name), *said))


def _step(record: Record, name: Any, held: Batch, _: object) -> None:
    flags = orjson.loads(record["flags"]) if record["flags"] else []
    said = (record["step"], record["role"], record["content"], record["state"], flags)
    held.rows["steps"].append((*_case(record, name), *said))


MAKE: dict[str, Callable[..., None]] = {
    "outputs": _output, "scores": _row("scores"), "labels": _label, "steps": _step,
    "acts": _row("acts"),
}  # fmt: skip

FORMAT = Format("tailscope", "Tailscope export", knows, read, parts=parts)
