"""A harness's file of totals: its parts, and whether it brings anything beside its answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from data.read import loose, pieces
from data.read.source import Source
from data.trouble import Trouble


def parts(
    source: Source, wanted: Collection[str], limit: int, tool: str, by: str
) -> dict[str, Any]:
    """The wanted members of the file's object, each up to `limit` bytes, `results` among them.

    `tool` is whose file it is, `by` the program that wrote it. Raises Trouble where it is not JSON,
    or has no results.
    """
    told: dict[str, Any] = {}
    with source.binary() as stream:
        for name, raw in pieces.members(stream, [], source.name, limit=limit):
            if name in wanted:
                try:
                    told[name] = loose.loads(raw)
                except ValueError as error:
                    raise Trouble(
                        f"{source.name} is damaged: {name!r} is not JSON: {error}",
                        "write or download it again",
                    ) from error
    if not isinstance(told.get("results"), dict):
        raise Trouble(
            f"{source.name} holds no results of {tool}",
            f"load the file that {by} wrote as results_….json",
        )
    return told


def notes(
    source: Source, tasks: Sequence[str], left: Sequence[str], beside: str, how: str
) -> tuple[str, ...]:
    """What a reader of totals alone should know: of `tasks`, those `left` have no answers beside.

    `beside` is what files of answers are called, `how` the run that writes them. Raises Trouble
    where nothing is left.
    """
    if not tasks:
        raise Trouble(f"{source.name} has no number in it", "load the results of a finished run")
    if not left:
        raise Trouble(
            f"{source.name} brings nothing of its own: every task has its {beside} beside it",
            f"load the {beside} files; the numbers of this file come with them",
        )
    alone = (
        "Only totals are here, no answers: what needs single answers (tails, belief, cases, "
        f"comparison item by item) is off. Run {how} to have them."
    )
    rest = f"Its other tasks come with their {beside} files."
    return (alone, rest) if len(left) < len(tasks) else (alone,)
