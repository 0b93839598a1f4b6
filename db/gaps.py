"""What is missing among the picked outputs, and the harm of each by dimension."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.warehouse import Connection

NAMED = (
    "outputs have no text", "outputs were cut off by a length limit", "outputs have no prompt",
    "scores have no value: the judge gave none", "outputs have no score at all",
)  # fmt: skip


class Harm(NamedTuple):
    """A harm dimension over the outputs that were scored in it.

    `value` is the mean of their judges' scores, NaN where all gave none; `prompt` codes the prompt
    of each, None where no two share one.
    """

    dimension: str
    value: NDArray[np.float64]
    prompt: NDArray[np.int64] | None


def count(cursor: Connection) -> tuple[dict[str, int], list[Harm]]:
    """What is missing of what is picked, in words, and how often; and every harm dimension of it.

    See `exports.prepare`. One look at the scores of each dimension tells both.
    """
    texts = cursor.execute("SELECT sum(blank), sum(cut), sum(bare) FROM blocks").fetchall()[0]
    names = cursor.execute("SELECT DISTINCT dimension, up FROM rows_scores ORDER BY ALL").fetchall()
    picked = cursor.execute("SELECT o, coalesce(i, -1 - o) AS i FROM picks ORDER BY o")
    output, prompt = (column.to_numpy() for column in picked.to_arrow_table().columns)
    alone = bool(np.diff(np.sort(prompt)).all())
    lost, scored, found = 0, np.zeros(len(output), dtype=bool), []
    for name, up in names:
        place, value = _scores(cursor, output, name, up)
        lost += int(np.isnan(value).sum())
        scored[place] = True
        if up == "harm":
            there, mean = _means(place, value, len(output))
            found.append(Harm(str(name), mean, None if alone else prompt[there]))
    told = (*(int(n or 0) for n in texts), lost, int((~scored).sum()))
    return dict(zip(NAMED, told, strict=True)), found


def _scores(
    cursor: Connection, output: NDArray[np.int64], name: str, up: str
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The scores of one dimension (NaN for none), each with the place of its output."""
    found = cursor.execute(
        "SELECT k, value FROM rows_scores WHERE dimension = ? AND up IS NOT DISTINCT FROM ?",
        [name, up],
    )
    output_of, value = (column.to_numpy() for column in found.to_arrow_table().columns)
    return np.searchsorted(output, output_of), value


def _means(
    place: NDArray[np.int64], value: NDArray[np.float64], n: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The places that have a row, in order, and the mean of what was given there."""
    given = ~np.isnan(value)
    total = np.bincount(place[given], value[given], n)
    count = np.bincount(place[given], minlength=n)
    there = np.flatnonzero(np.bincount(place, minlength=n))
    with np.errstate(invalid="ignore"):
        return there, total[there] / count[there]
