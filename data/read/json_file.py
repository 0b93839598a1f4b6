"""JSON: a list of objects, an object of records, or an object with the list inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.read import loose
from data.read.line import Line, refused
from data.read.source import Source
from data.trouble import Trouble


def lines(source: Source, explode: str = "") -> Iterator[Line]:
    """The records of a JSON file, numbered from 1; `explode` names the list whose entries they are.

    What stands beside that list is joined to every record, under its own name.
    """
    with source.binary() as stream:
        raw = stream.read()
        try:
            whole = loose.loads(raw)
        except ValueError as error:
            source.utf8(raw)
            raise Trouble(
                f"{source.name} is not JSON: {error}",
                "export it again; if it holds one object a line, end each line after its object",
            ) from error
    beside, entries = _entries(whole, explode, source.name)
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, dict):
            yield Line(number, {**beside, **entry})
        else:
            yield refused(number, f"not an object but {type(entry).__name__}", entry)


def _entries(whole: Any, explode: str, name: str) -> tuple[dict[str, Any], list[Any]]:
    if isinstance(whole, list):
        return {}, whole
    if not isinstance(whole, dict):
        raise Trouble(
            f"{name} holds a single value", "load a list of objects, or one object a line"
        )
    if explode:
        if not isinstance(whole.get(explode), list):
            there = ", ".join(sorted(k for k, v in whole.items() if isinstance(v, list))) or "none"
            raise Trouble(
                f"{name} has no list named {explode!r}",
                f"set `explode` to one of its lists: {there}",
            )
        return {k: v for k, v in whole.items() if k != explode}, whole[explode]
    lists = [k for k, v in whole.items() if isinstance(v, list) and v and isinstance(v[0], dict)]
    if len(lists) == 1:
        return {k: v for k, v in whole.items() if k != lists[0]}, whole[lists[0]]
    if len(lists) > 1:
        raise Trouble(
            f"{name} holds several lists: {', '.join(lists)}",
            "say which in a mapping file: `explode: NAME`",
        )
    if whole and all(isinstance(v, dict) for v in whole.values()):
        return {}, [{"_key": key, **value} for key, value in whole.items()]
    return {}, [whole]
