"""Near-duplicates among texts: candidates from MinHash bands, confirmed by the whole signatures."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from db.warehouse import Connection

Signed = tuple[NDArray[np.int64], NDArray[np.uint32]]
"""Places (n,) and the signatures of what stands there (n, K)."""


def pairs(
    cursor: Connection, signed: Iterable[Signed], threshold: float, rows: int
) -> NDArray[np.int64]:
    """(later, earlier) places whose signatures agree in a share of at least `threshold`, (m, 2).

    Signatures are cut into bands of `rows` numbers; two texts are compared where a whole band is
    equal: each with the first of its bucket and with the one before it. It all lies in tables that
    DuckDB puts aside when memory is short. Raises MemoryError where that is not enough.
    """
    try:
        return _pairs(cursor, signed, threshold, rows)
    except duckdb.OutOfMemoryException as error:
        raise MemoryError(str(error)) from error


def _pairs(
    cursor: Connection, signed: Iterable[Signed], threshold: float, rows: int
) -> NDArray[np.int64]:
    cursor.execute("CREATE OR REPLACE TABLE signatures (place BIGINT, mark UINTEGER[])")
    cursor.execute("CREATE OR REPLACE TABLE bands (place BIGINT, band INTEGER, bucket UBIGINT)")
    writer = cursor.cursor()
    for places, marks in signed:
        _keep(writer, places, marks, rows)
    writer.close()
    found = cursor.execute(
        """WITH placed AS (
             SELECT place, min(place) OVER b AS first,
                    lag(place) OVER (PARTITION BY band, bucket ORDER BY place) AS before
             FROM bands WINDOW b AS (PARTITION BY band, bucket)),
           close AS (SELECT DISTINCT place, other FROM (
             SELECT place, unnest([first, before]) AS other FROM placed) WHERE other < place)
           SELECT c.place, c.other FROM close c
           JOIN signatures a ON a.place = c.place JOIN signatures b ON b.place = c.other
           WHERE list_sum(list_transform(list_zip(a.mark, b.mark), x -> (x[1] = x[2])::INTEGER))
                 >= ? * len(a.mark)
           ORDER BY c.place, c.other""",
        [threshold],
    ).to_arrow_table()
    for name in ("signatures", "bands"):
        cursor.execute(f"DROP TABLE {name}")
    return np.stack([found["place"].to_numpy(), found["other"].to_numpy()], axis=1)


def _keep(
    cursor: Connection, places: NDArray[np.int64], marks: NDArray[np.uint32], rows: int
) -> None:
    n, width = marks.shape
    offsets = np.arange(n + 1, dtype=np.int32) * width
    cursor.register("signed", pa.table({
        "place": places,
        "mark": pa.ListArray.from_arrays(offsets, pa.array(marks.reshape(-1))),
    }))  # fmt: skip
    cursor.execute("INSERT INTO signatures SELECT * FROM signed")
    bands = width // rows
    weight = np.random.default_rng(0).integers(1, 2**63, rows, dtype=np.uint64) | np.uint64(1)
    cut = marks[:, : bands * rows].reshape(n, bands, rows).astype(np.uint64)
    bucket = (cut * weight).sum(axis=2, dtype=np.uint64)  # (n, bands), modulo 2**64
    cursor.register("banded", pa.table({
        "place": np.repeat(places, bands),
        "band": np.tile(np.arange(bands, dtype=np.int32), n),
        "bucket": bucket.reshape(-1),
    }))  # fmt: skip
    cursor.execute("INSERT INTO bands SELECT * FROM banded")
