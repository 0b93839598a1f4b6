"""What agents did, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from db.arrays import Coded, Columns
from db.arrays import columns as in_columns
from db.features import PLACED
from db.outputs import rows
from db.warehouse import Connection

APART = "chr(30)"
"""What parts the flags of a step on their way here: a sign that stands for nothing else."""


def of_case(connection: Connection, run_id: str, item_id: str, sample: int) -> list[dict[str, Any]]:
    """The steps of one agent run in order: step, role, content, state, flags."""
    return rows(
        connection.cursor().execute(
            """SELECT step, role, content, state, flags FROM lake.steps
               WHERE run_id = ? AND item_id = ? AND sample = ? ORDER BY step""",
            [run_id, item_id, sample],
        )
    )


def columns(connection: Connection, run_id: str) -> Columns:
    """Every step of a run, one value a row, by output and step.

    place (of the output in the order of `outputs.columns`), step, role, state (None where unsaid),
    flags (a tuple, empty where none was raised).
    """
    found = in_columns(
        connection.cursor().execute(
            f"""SELECT o.place, s.step, s.role, s.state,
                       array_to_string(list_filter(s.flags, f -> f <> ''), {APART}) AS flags
                FROM (SELECT * FROM lake.steps WHERE run_id = ?) s
                JOIN {PLACED} USING (item_id, sample) ORDER BY o.place, s.step""",
            [run_id, run_id],
        )
    )
    said, code = found["flags"]
    each = [tuple(one.split(chr(30))) if one else () for one in said.tolist()]
    at = {flags: n for n, flags in enumerate(sorted(set(each), key=str))}
    names = np.empty(len(at), dtype=object)
    names[:] = list(at)
    found["flags"] = Coded(names, np.array([at[flags] for flags in each], dtype=np.int64)[code])
    return found


def counts(connection: Connection) -> dict[str, int]:
    """Run -> how many steps it has, of the runs that have any."""
    told = connection.cursor().execute("SELECT run_id, count(*) FROM lake.steps GROUP BY run_id")
    return {str(run): int(n) for run, n in told.fetchall()}
