"""Hold-out splits of what an export picked: prompts that belong together stay in one part."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from db.picks import PICKED, chance, cut
from db.warehouse import Connection


def links(cursor: Connection) -> NDArray[np.int64]:
    """(first answer of a prompt, first answer of one it belongs with), (n, 2).

    Prompts belong together that are one text, that share a `pair_id`, or that are one item of a
    data set and of its perturbed twin (`name [typos]`). Every prompt is linked to itself.
    """
    own = f"""SELECT min(p.o) AS u, r.dataset, o.item_id,
                     any_value(lower(trim(regexp_replace(i.prompt, '\\s+', ' ', 'g')))) AS text,
                     any_value(i.tags['pair_id']) AS pair
              FROM {PICKED} GROUP BY r.dataset, o.item_id"""
    bare = r"regexp_replace(dataset, ' \[[^\]]*\]$', '')"
    found = cursor.execute(
        f"""WITH own AS ({own})
            SELECT u, min(u) OVER (PARTITION BY {bare}, item_id) AS v FROM own
            UNION ALL SELECT u, min(u) OVER (PARTITION BY text) FROM own WHERE text <> ''
            UNION ALL SELECT u, min(u) OVER (PARTITION BY {bare}, pair) FROM own
                      WHERE pair IS NOT NULL"""
    ).to_arrow_table()
    return np.stack([found["u"].to_numpy(), found["v"].to_numpy()], axis=1)


def sized(
    cursor: Connection, prompts: NDArray[np.int64], families: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(family, how many answers it has), in an order that is a hash of the seed and the family.

    `prompts` (n,) are first answers of prompts, `families` (n,) those of the families they are in.
    """
    cursor.execute("CREATE OR REPLACE TABLE family (u BIGINT, f BIGINT)")
    cursor.register("told", pa.table({"u": prompts, "f": families}))
    cursor.execute("INSERT INTO family SELECT * FROM told")
    cursor.execute(
        f"""CREATE OR REPLACE TABLE kin AS SELECT x.o, f.f FROM (
              SELECT p.o, min(p.o) OVER (PARTITION BY r.dataset, o.item_id) AS u FROM {PICKED}) x
            JOIN family f USING (u)"""
    )
    found = cursor.execute(
        f"""SELECT f, n FROM (SELECT f, count(*) AS n FROM kin GROUP BY f) k
            JOIN lake.outputs o ON o.rowid = k.f ORDER BY {chance()}, f""",
        [str(seed)],
    ).to_arrow_table()
    return found["f"].to_numpy(), found["n"].to_numpy()


def split(cursor: Connection, families: NDArray[np.int64], parts: list[str]) -> None:
    """Gives every family (see `sized`) to its part."""
    cursor.register("parted", pa.table({"f": families, "part": pa.array(parts, pa.string())}))
    cut(
        cursor,
        """SELECT p.* REPLACE (d.part AS split)
           FROM picks p JOIN kin k USING (o) JOIN parted d USING (f)""",
    )


def parts(cursor: Connection) -> dict[str, int]:
    """Part of the split -> rows; one part without a name where nothing was split."""
    found = cursor.execute(
        "SELECT coalesce(split, ''), count(*) FROM picks GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {str(name): int(n) for name, n in found}
