"""Small tables of every kind, and what the warehouse would be given of them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from data.read import reading
from db.shapes import SHAPES, array

ROWS = [
    {"id": i, "prompt": f"Why {i}?", "response": "So, \"it\"\nis.", "bias_j": i / 8, "epoch": i}
    for i in range(6)
]  # fmt: skip


def arrow(rows: list[dict[str, Any]] | pa.Table, kind: str) -> bytes:
    held = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows)
    whole = io.BytesIO()
    if kind == "parquet":
        parquet.write_table(held, whole, row_group_size=2)
    else:
        new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
        with new(whole, held.schema) as out:
            out.write_table(held, max_chunksize=2)
    return whole.getvalue()


def whole(path: Path) -> tuple[int, list[tuple[int, str]]]:
    """How many rows the warehouse would be given, and the refused ones by line."""
    rows, refused = 0, []  # type: int, list[tuple[int, str]]
    for batch in reading.opened(path).batches({}, "0"):
        tables = [
            (name, list(zip(*held, strict=True))) for name, held in batch.rows.items() if held
        ]
        for name, columns in [*tables, *batch.columns]:
            shape = SHAPES[name]
            arrays = [array(c, f.type) for c, f in zip(columns, shape, strict=True)]
            rows += len(pa.Table.from_arrays(arrays, schema=shape))
        refused += [(number, why) for number, why, _ in batch.rows["refused"]]
    return rows, refused
