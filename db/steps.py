"""What agents did, step by step."""

from __future__ import annotations

from typing import Any

from db.outputs import rows
from db.warehouse import Connection


def of_case(connection: Connection, run_id: str, item_id: str, sample: int) -> list[dict[str, Any]]:
    """The steps of one agent run in order: step, role, content, state, flags."""
    return rows(
        connection.cursor().execute(
            """SELECT step, role, content, state, flags FROM lake.steps
               WHERE run_id = ? AND item_id = ? AND sample = ? ORDER BY step""",
            [run_id, item_id, sample],
        )
    )
