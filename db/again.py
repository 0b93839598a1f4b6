"""Prompts of a staged file that their data set had already: what the file tells of them is left."""

from __future__ import annotations

from db.stage import Stage

OF_PROMPT = ("category", "target", "answerable", "should_abstain")
"""What is told of a prompt; that of the file that brought it first counts."""


def unlike(stage: Stage) -> list[tuple[str, str, int, int]]:
    """(data set, column, prompts that had none, prompts that had another) of what is staged.

    Of prompts that the data set has already, which stay as they are.
    """
    told = ", ".join(
        f"count(*) FILTER (s.{one} IS NOT NULL AND i.{one} IS NULL), "
        f"count(*) FILTER (s.{one} <> i.{one})"
        for one in OF_PROMPT
    )
    found = stage.cursor.execute(
        f"""SELECT s.dataset, {told} FROM temp.staged_items s
            JOIN lake.items i USING (dataset, item_id) GROUP BY s.dataset ORDER BY s.dataset"""
    ).fetchall()
    return [
        (row[0], column, none, other)
        for row in found
        for column, none, other in zip(OF_PROMPT, row[1::2], row[2::2], strict=True)
        if none or other
    ]
