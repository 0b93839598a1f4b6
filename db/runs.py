"""Which runs there are: one model's answers to one data set, as one file held them."""

from __future__ import annotations

import json
from typing import Any

from db.outputs import rows
from db.warehouse import Connection


def every(connection: Connection) -> list[dict[str, Any]]:
    """All runs, the newest first, with how many outputs each has."""
    found = rows(
        connection.cursor().execute(
            """SELECT r.*, coalesce(n.outputs, 0) AS outputs FROM lake.runs r
               LEFT JOIN (SELECT run_id, count(*) AS outputs FROM lake.outputs GROUP BY 1) n
               USING (run_id) ORDER BY made_at DESC, model, dataset, run_id"""
        )
    )
    return [row | {"params": json.loads(row["params"] or "{}")} for row in found]


def known(connection: Connection, run_ids: list[str]) -> set[str]:
    """Which of these runs the warehouse has."""
    found = connection.cursor().execute(
        "SELECT run_id FROM lake.runs WHERE run_id IN (SELECT unnest(?))", [run_ids]
    )
    return {run for (run,) in found.fetchall()}


def of_file(connection: Connection, sha256: str) -> list[dict[str, Any]]:
    """The runs that came from the file with this hash."""
    return [run for run in every(connection) if run["sha256"] == sha256]


def refused(connection: Connection, limit: int = 200) -> list[dict[str, Any]]:
    """Rows that could not be read, as they were kept: source, line, why, raw."""
    return rows(
        connection.cursor().execute(
            "SELECT source, line, why, raw FROM lake.refused_rows ORDER BY source, line LIMIT ?",
            [limit],
        )
    )


def refused_count(connection: Connection) -> dict[str, int]:
    """File hash -> how many of its rows were refused."""
    return dict(
        connection.cursor()
        .execute("SELECT sha256, count(*) FROM lake.refused_rows GROUP BY 1")
        .fetchall()
    )
