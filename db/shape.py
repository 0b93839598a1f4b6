"""How the columns of an export come out: masked, kept back, as lists, as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from db import alike
from db.alike import Known
from db.columns import JSON, KEPT_BACK, LISTS, MASKED, MASKED_PART, columns, label_column
from db.warehouse import Connection


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows come out.

    `kind` is `rows`, `flat` (lists as JSON text) or `json` (one text a row, in a column `line`).
    `mask` and `mask_json` change a text, or the texts in a JSON text; None leaves all as it is.
    """

    kind: str = "rows"
    mask: Callable[[str], str] | None = None
    mask_json: Callable[[str], str] | None = None


class Selected(NamedTuple):
    """The columns of a query, and what `facts` must tell beside for it: a name, its expression."""

    columns: str
    beside: Mapping[str, str]


def selected(
    cursor: Connection, table: str, names: Sequence[str], shape: Shape, known: Known
) -> Selected:
    """The columns of a query, masked, kept back and written as asked, without those that are known.

    Lines of JSON have them all.
    """
    found = {}
    told = columns(table)
    withheld = cursor.execute("SELECT bool_or(withheld) FROM facts").fetchall()[0][0]
    for name in names:
        kind, _, field = name.partition("_")
        source = told[name] if name in told else f"l.{label_column(kind, field)}"
        if name in known:
            source = "NULL" if known[name] is None else f"f.{name}"
        if shape.mask and name in MASKED[table]:
            masked, part = _function(cursor, shape, name in JSON[table]), MASKED_PART.get(name)
            if part is None:
                source = f"{masked}({source})"
            else:
                source = source.replace(part, f"{masked}({part})")
        if withheld and name in KEPT_BACK[table]:
            source = f"CASE WHEN f.withheld THEN NULL ELSE {source} END"
        if shape.kind == "flat" and (name in LISTS or name.startswith("soft_")):
            source = f"to_json({source})::VARCHAR"
        found[name] = source
    if shape.kind == "json":
        return _line(found, known)
    asked = {name: sql for name, sql in found.items() if name not in known}
    if any(told is not None for told in known.values()):
        asked[alike.NUMBER] = "f.n"
    return Selected(", ".join(f"{sql} AS {_named(name)}" for name, sql in asked.items()), {})


def _line(found: Mapping[str, str], known: Known) -> Selected:
    """The columns as one text: a line of JSON, as to_json of all of them would be.

    Keys, and values that all rows of a run have alike, are put together once a run and not once a
    row, which takes a third of the time.
    """
    parts: list[str] = []
    beside: dict[str, str] = {}
    alike_so_far: list[str] = []

    def put() -> None:
        name = f"part {len(beside)}"
        beside[name] = f"concat({', '.join(alike_so_far)})"
        parts.append(f"f.{_named(name)}")
        alike_so_far.clear()

    for place, (name, source) in enumerate(found.items()):
        alike_so_far.append(
            _quoted(f"{',' if place else '{'}{json.dumps(name, ensure_ascii=False)}:")
        )
        value = f"coalesce(to_json({source})::VARCHAR, 'null')"
        if name in known:
            alike_so_far.append(value)
        else:
            put()
            parts.append(value)
    alike_so_far.append("'}' || chr(10)")
    put()
    return Selected(f"concat({', '.join(parts)}) AS line", beside)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _function(cursor: Connection, shape: Shape, inside: bool) -> str:
    """The name under which the connection knows the masking function."""
    name, work = ("masked_json", shape.mask_json) if inside else ("masked", shape.mask)
    there = cursor.execute(
        "SELECT 1 FROM duckdb_functions() WHERE function_name = ?", [name]
    ).fetchall()
    if not there and work is not None:
        masked = work

        def each(texts: pa.ChunkedArray) -> Any:
            return pa.array(
                [None if one is None else masked(one) for one in texts.to_pylist()], pa.string()
            )

        cursor.create_function(
            name, each, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=True,  # it counts: DuckDB would ask but once of a text in many rows
        )  # fmt: skip
    return name
