"""How the columns of an export come out: masked, kept back, as lists, as text or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from db import alike
from db.alike import Known
from db.columns import JSON, KEPT_BACK, LISTS, MASKED, columns
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


def selected(
    cursor: Connection, table: str, names: Sequence[str], shape: Shape, known: Known
) -> str:
    """The columns of a query, masked, kept back and written as asked, without those that are known.

    Lines of JSON have them all.
    """
    found = {}
    told = columns(table)
    withheld = cursor.execute("SELECT bool_or(withheld) FROM facts").fetchall()[0][0]
    for name in names:
        source = told.get(name, f"l.{_named(name)}")
        if name in known and known[name] is None:
            source = "NULL"
        if shape.mask and name in MASKED[table]:
            inside = name in JSON[table]
            source = f"{_function(cursor, shape, inside)}({source})"
        if withheld and name in KEPT_BACK[table]:
            source = f"CASE WHEN f.withheld THEN NULL ELSE {source} END"
        if shape.kind == "flat" and (name in LISTS or name.startswith("soft_")):
            source = f"to_json({source})::VARCHAR"
        found[name] = source
    if shape.kind == "json":
        body = ", ".join(f"""'{name.replace("'", "''")}': {sql}""" for name, sql in found.items())
        return f"to_json({{{body}}})::VARCHAR || chr(10) AS line"
    asked = {name: sql for name, sql in found.items() if name not in known}
    if any(told is not None for told in known.values()):
        asked[alike.NUMBER] = "f.n"
    return ", ".join(f"{sql} AS {_named(name)}" for name, sql in asked.items())


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
