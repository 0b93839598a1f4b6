"""The prompts of a data set, answered or not: their categories and first words."""

from __future__ import annotations

from collections.abc import Iterable

from db.warehouse import Connection


def categories(connection: Connection, dataset: str) -> dict[str, str]:
    """Item -> its category; a prompt without one is left out."""
    found = connection.cursor().execute(
        "SELECT item_id, category FROM lake.items WHERE dataset = ? AND category IS NOT NULL",
        [dataset],
    )
    return {str(item): str(category) for item, category in found.fetchall()}


def openings(connection: Connection, dataset: str, items: Iterable[str]) -> dict[str, str]:
    """Item -> the first words of its prompt; one without a prompt is left out."""
    found = connection.cursor().execute(
        """SELECT item_id, opening FROM lake.items
           WHERE dataset = ? AND opening IS NOT NULL AND item_id IN (SELECT unnest(?))""",
        [dataset, list(items)],
    )
    return {str(item): str(words) for item, words in found.fetchall()}
