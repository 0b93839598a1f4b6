"""Any table of records (CSV, JSONL, JSON, Parquet) with a mapping: batches of contract rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from itertools import islice

from data import guess, sheet
from data import mapping as maps
from data.batch import Batch
from data.check import Refused
from data.mapping import Mapping
from data.read import arrow_file, csv_file, json_file, jsonl_file, parquet_file, reshape
from data.read.ahead import ahead
from data.read.dataset_folder import Split
from data.read.line import Chunk, Line, chunked, kept
from data.read.source import Source
from data.shape import Shaper
from data.trouble import Trouble

ALONE = 100
"""So few rows are shaped one by one once one of them is refused."""
LOOK = 200
"""Rows looked at to learn which columns there are."""


def lines(source: Source, explode: str = "") -> Iterator[Line]:
    """The rows of a file of any kind read here; `explode` names the list inside a JSON file."""
    if isinstance(source, Split):
        return source.lines()
    match source.kind():
        case "arrow":
            return arrow_file.lines(source)
        case "csv":
            return csv_file.lines(source)
        case "jsonl":
            return jsonl_file.lines(source)
        case "parquet":
            return parquet_file.lines(source)
        case "json":
            return json_file.lines(source, explode)


def chunks(source: Source, mapping: Mapping) -> Iterator[Chunk]:
    """The same, some thousand at a time."""
    if source.kind() == "jsonl" and not mapping.recasts():
        return jsonl_file.chunks(source)
    return chunked(recast(source, mapping))


def recast(source: Source, mapping: Mapping) -> Iterator[Line]:
    """The rows of a file as the mapping wants them before it looks up its columns."""
    return reshape.lines(lines(source, mapping.explode), mapping)


def first(source: Source, explode: str = "", rows: int = 20) -> list[Line]:
    """The first rows of a file as they stand, for a look before anything is written."""
    return list(islice(lines(source, explode), rows))


def columns(rows: Iterable[Line]) -> list[str]:
    """The columns of all these rows, in the order in which they come."""
    return list(dict.fromkeys(name for line in rows for name in line.record))


def look(source: Source) -> int | None:
    """How many rows tell the columns of a file: of JSON, where each row has its own, all (None)."""
    return None if source.kind() in ("json", "jsonl") else LOOK


def understand(source: Source, given: Mapping | None, rows: int | None = LOOK) -> Mapping:
    """The mapping for this file: given, else a shipped one that knows it, else guessed by names.

    So many `rows` are looked at (None: all). Raises Trouble where no row can be read, or a given
    mapping names a column that is not there.
    """
    there = columns(islice(recast(source, given) if given else lines(source), rows))
    if not there:
        first = next(recast(source, given) if given else lines(source), None)
        why = f": line {first.number}: {first.why or 'is empty'}" if first else ""
        raise Trouble(
            f"{source.name} has no row that can be read{why}",
            "each row needs its columns: look at the first lines of the file",
        )
    if given is not None:
        absent = sorted(
            n for n in given.sources() if n.partition(".")[0] not in there and n not in there
        )
        if absent:
            raise Trouble(
                f"{source.name} has no column {', '.join(map(repr, absent))}, "
                "which the mapping names",
                f"its columns are {', '.join(there)}",
            )
    elif known := maps.recognize(there):
        return _filled(known[1], source)
    guessed = guess.guess(there)
    return _filled(maps.merge(guessed, given), source) if given else guessed


def _filled(mapping: Mapping, source: Source) -> Mapping:
    """The mapping with what this file's name and its cells say filled in."""
    groups = in_name(source.name, mapping)
    return reshape.filled(mapping, groups, lambda: recast(source, mapping))


def ready(mapping: Mapping, source: Source) -> None:
    """Raises Trouble where the mapping leaves open which prompt a row is about."""
    if not (mapping.item_id or mapping.prompt):
        raise Trouble(
            f"{source.name}: no column is known as a prompt or an id",
            "say which it is: in a mapping file (--map FILE) `prompt: COLUMN`, or on the Load page",
        )


def read(source: Source, mapping: Mapping, named: Table[str, str], sha256: str) -> Iterator[Batch]:
    """The file as batches of contract rows; the last batch has `position` 1.

    `named` gives model, dataset or revision where the file does not hold them.
    """
    stem = source.name.partition(".")[0] or source.name
    named = {**mapping.fixed, **in_name(source.name, mapping), **named}
    shaper = Shaper(mapping, sha256, named, fallback=stem)
    total = 0
    parts = ((chunk, source.position) for chunk in chunks(source, mapping))
    for chunk, position in ahead(parts) if source.kind() == "jsonl" else parts:
        total += len(chunk)
        for batch in _shaped(shaper, chunk):
            batch.lines, batch.position = total, min(position, 0.99)
            yield batch
    yield Batch(runs=shaper.runs, lines=total, position=1.0)


def _shaped(shaper: Shaper, chunk: Chunk) -> Iterator[Batch]:
    """The chunk's rows: all at once where nothing is refused, else in halves, else one by one."""
    batch = Batch(runs=shaper.runs)
    try:
        batch.columns = sheet.shape(shaper, chunk.records) if chunk.records else []
    except Refused:
        if len(chunk.records) > ALONE:
            yield from (batch for half in chunk.halves() for batch in _shaped(shaper, half))
            return
        for line in chunk.lines():
            why = line.why or _taken(shaper, line, batch)
            if why:
                batch.rows["refused"].append((line.number, why, line.raw or kept(line.record)))
    else:
        batch.rows["refused"] = [(line.number, line.why, line.raw) for line in chunk.refused]
    yield batch


def names(source: Source, mapping: Mapping) -> dict[str, str | None]:
    """Model and data set that the file's name or the mapping gives; its stem where nothing does."""
    told = {**mapping.fixed, **in_name(source.name, mapping)}
    stem = source.name.partition(".")[0] or source.name
    return {
        name: told.get(name) or (None if getattr(mapping, name) else stem)
        for name in ("model", "dataset")
    }


def _taken(shaper: Shaper, line: Line, into: Batch) -> str:
    """Adds the line's rows to the batch; says why where it cannot."""
    try:
        shaper.add(line.record, into)
    except Refused as error:
        return str(error)
    return ""


def in_name(name: str, mapping: Mapping) -> dict[str, str]:
    """What the file's own name says, by the mapping's pattern.

    >>> in_name("answers_owl-1.csv", Mapping(file_name="answers_(?P<model>.+)[.]csv"))
    {'model': 'owl-1'}
    """
    found = re.search(mapping.file_name, name) if mapping.file_name else None
    return {key: value for key, value in found.groupdict().items() if value} if found else {}
