"""What the staged tables hold: their columns, and how values become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

TEXT, REAL, INT = pa.string(), pa.float64(), pa.int64()
SHAPES: dict[str, pa.Schema] = {
    "items": pa.schema([
        ("dataset", TEXT), ("item_id", TEXT), ("prompt", TEXT), ("category", TEXT),
        ("target", TEXT), ("choices", TEXT), ("answerable", pa.bool_()),
        ("should_abstain", pa.bool_()), ("tags", pa.map_(TEXT, TEXT)),
    ]),
    "outputs": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("response", TEXT),
        ("option_logprobs", pa.map_(TEXT, REAL)), ("finish", TEXT), ("n_tokens", INT),
        ("meta", TEXT),
    ]),
    "scores": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("dimension", TEXT),
        ("scorer", TEXT), ("value", REAL), ("raw", TEXT), ("up", TEXT),
    ]),
    "steps": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("step", INT), ("role", TEXT),
        ("content", TEXT), ("state", TEXT), ("flags", pa.list_(TEXT)),
    ]),
    "labels": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("person", TEXT), ("field", TEXT),
        ("value", TEXT),
    ]),
    "acts": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("act", TEXT), ("origin", TEXT),
        ("why", TEXT),
    ]),
    "reported": pa.schema([
        ("run_id", TEXT), ("metric", TEXT), ("value", REAL), ("how", TEXT), ("dimension", TEXT),
        ("scorer", TEXT),
    ]),
    "refused": pa.schema([("line", INT), ("why", TEXT), ("raw", TEXT)]),
}  # fmt: skip


@runtime_checkable
class Constant(Protocol):
    """A column that holds the same value in every row."""

    value: Any
    size: int


def array(column: Sequence[Any] | Constant, kind: pa.DataType) -> pa.Array:
    """A column as Arrow keeps it; raises where a value is of another kind."""
    if isinstance(column, pa.Array):
        return column.cast(kind)
    if isinstance(column, Constant):
        if column.value is None:
            return pa.nulls(column.size, kind)
        if pa.types.is_nested(kind):
            return pa.array([column.value], kind).take(pa.array(np.zeros(column.size, np.int64)))
        return pa.repeat(pa.scalar(column.value, kind), column.size)
    return pa.array(column, type=kind)


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
