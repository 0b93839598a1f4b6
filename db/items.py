"""What was asked: the categories and data sets the filters offer."""

from __future__ import annotations

from db.warehouse import Connection


def categories(connection: Connection, dataset: str | None = None) -> list[str]:
    """The categories in use, in a data set or in all, by name."""
    found = connection.cursor().execute(
        """SELECT DISTINCT category FROM lake.items
           WHERE category IS NOT NULL AND (? IS NULL OR dataset = ?) ORDER BY 1""",
        [dataset, dataset],
    )
    return [name for (name,) in found.fetchall()]


def counts(connection: Connection) -> dict[str, int]:
    """Data set -> how many prompts it has."""
    found = connection.cursor().execute(
        "SELECT dataset, count(*) FROM lake.items GROUP BY 1 ORDER BY 1"
    )
    return {name: int(n) for name, n in found.fetchall()}
