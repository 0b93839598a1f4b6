"""What the logs themselves say the models did, apart from what people say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from db.filter import Case, only
from db.outputs import rows
from db.warehouse import Connection


def of_run(connection: Connection, run_id: str) -> dict[tuple[str, int], str]:
    """(item, sample) -> the act, where all that a log says of an answer agrees."""
    found = connection.cursor().execute(
        """SELECT item_id, sample, min(act) FROM lake.acts WHERE run_id = ?
           GROUP BY item_id, sample HAVING count(DISTINCT act) = 1""",
        [run_id],
    )
    return {(item, sample): act for item, sample, act in found.fetchall()}


def of_cases(connection: Connection, cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Every act told of these cases: case, act, origin, why."""
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"""SELECT o.run_id, o.item_id, o.sample, o.act, o.origin, o.why
                FROM lake.acts o {join} ORDER BY o.origin, o.act"""
        )
        return rows(cursor)


def acting(connection: Connection, act: str) -> set[Case]:
    """The cases of which the logs say this, and nothing else."""
    found = connection.cursor().execute(
        """SELECT run_id, item_id, sample FROM lake.acts
           GROUP BY ALL HAVING min(act) = ? AND max(act) = min(act)""",
        [act],
    )
    return set(found.fetchall())
