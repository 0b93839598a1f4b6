"""Options of multiple-choice answers side by side: their probabilities, the right, the unsure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats
from risk.seen import codes, once

Length = Literal["none", "characters", "tokens"]
"""What log-probabilities are divided by before they are compared: nothing, or a length."""


Rows = Sequence[Any] | NDArray[Any]
"""One value a row: a dict, a list, a tuple, a text, or None."""


@dataclass(frozen=True, slots=True)
class Options:
    """N answers to multiple-choice items, options in columns; K is the most any item has.

    `logs` (N, K) natural log-probabilities, NaN where an item has fewer options or no
    log-probability is known; `keys` the option keys of each row; `gold` (N, K) marks the right
    option, `idk` (N, K) those that say "I don't know".
    """

    logs: Floats
    keys: tuple[tuple[str, ...], ...]
    gold: NDArray[np.bool_]
    idk: NDArray[np.bool_]

    @property
    def asked(self) -> NDArray[np.bool_]:
        """(N,) whether the row can be scored: a right option and a possible one are known."""
        return np.asarray((counted(self.gold) > 0) & (highest(self.logs) > -np.inf))


# NumPy goes down a few long columns far faster than along many short rows


def counted(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of each row's options (N, K) are marked (N,).

    >>> counted(np.array([[True, True], [False, True]])).tolist()
    [2, 1]
    """
    return summed(marks.T) if marks.shape[1] else np.zeros(len(marks), dtype=np.int64)


def summed(columns: Iterable[NDArray[np.bool_]]) -> NDArray[np.int64]:
    """How many of the columns (N,), one or more, are true in each row (N,).

    >>> summed([np.array([True, False]), np.array([True, True])]).tolist()
    [2, 1]
    """
    first, *rest = columns
    found: NDArray[Any] = first.astype(np.uint8 if len(rest) < 255 else np.int64)
    for column in rest:
        found += column.view(np.uint8)  # bytes are added many at a time, yes and no are not
    return found.astype(np.int64)


def highest(values: Floats) -> Floats:
    """The highest of each row's options (N, K), minus infinity where none is known (N,).

    >>> highest(np.array([[1.0, np.nan], [np.nan, np.nan]])).tolist()
    [1.0, -inf]
    """
    return np.asarray(reduce(np.fmax, values.T, np.full(len(values), -np.inf)))


class Laid(NamedTuple):
    """Log-probabilities side by side: logs (N, K), NaN beyond a row's options; the lists of keys
    that occur, and which of them is each row's (N,)."""

    logs: Floats
    keys: tuple[tuple[str, ...], ...]
    kind: NDArray[np.int64]


@once
def laid(logprobs: Rows) -> Laid:
    """The rows, a dict each or None, side by side: those of a file mostly share their keys.

    >>> found = laid([{"A": -1.0, "B": -2.0}, None])
    >>> found.keys, found.kind.tolist(), found.logs.tolist()
    ((('A', 'B'), ()), [0, 1], [[-1.0, -2.0], [nan, nan]])
    """
    rows = logprobs.tolist() if isinstance(logprobs, np.ndarray) else list(logprobs)
    names = [tuple(row) if row else () for row in rows]
    place = {one: at for at, one in enumerate(dict.fromkeys(names))}
    kind = np.fromiter(map(place.__getitem__, names), np.int64, len(names))
    sizes = np.array([len(one) for one in place], dtype=np.int64)
    logs = np.full((len(rows), int(sizes.max(initial=0))), np.nan)
    cells = chain.from_iterable(row.values() for row in rows if row)
    logs[np.arange(logs.shape[1]) < sizes[kind][:, None]] = np.fromiter(cells, float)
    return Laid(logs, tuple(place), kind)


@once
def options(
    logprobs: Rows,
    gold: Rows,
    idk: Rows | None = None,
) -> Options:
    """The rows of `logprobs` (a dict each, or None) side by side, with their right option in `gold`
    and the keys that say "I don't know" in `idk`. Keys are compared but for spaces and capitals.

    A row without log-probabilities has NaN throughout; a gold no option is called marks none.

    >>> o = options([{" Paris": -2.0, " I do not know.": -6.0}], ["paris"], [("i do not know.",)])
    >>> o.gold.tolist(), o.idk.tolist()
    ([[True, False]], [[False, True]])
    """
    found = laid(logprobs)
    (says, say), (silent, still) = (_told(rows, found.kind.size) for rows in (gold, idk))
    cell = (found.kind * len(says) + say) * len(silent) + still
    kinds, at = np.unique(cell, return_inverse=True)
    right, unsure = (np.zeros((kinds.size, found.logs.shape[1]), dtype=bool) for _ in range(2))
    for place, kind in enumerate(kinds.tolist()):
        rest, quiet = divmod(kind, len(silent))
        which, told = divmod(rest, len(says))
        plain = [_plain(name) for name in found.keys[which]]
        key = None if says[told] is None else _plain(str(says[told]))
        idle = {_plain(name) for name in silent[quiet] or ()}
        right[place, : len(plain)] = [name == key for name in plain]
        unsure[place, : len(plain)] = [name in idle for name in plain]
    keys = tuple(map(found.keys.__getitem__, found.kind.tolist()))
    return Options(found.logs, keys, (right & ~unsure)[at], unsure[at])


def _told(rows: Rows | None, n: int) -> tuple[list[Any], NDArray[np.int64]]:
    """The distinct values of a column, and each row's place among them."""
    if rows is None:
        return [None], np.zeros(n, dtype=np.int64)
    if not isinstance(rows, np.ndarray):
        given, rows = rows, np.empty(len(rows), dtype=object)
        rows[:] = [tuple(one) if isinstance(one, list) else one for one in given]
    names, code = codes(rows)
    return names.tolist(), code


def _plain(text: str) -> str:
    return text.strip().lower()


def probabilities(logs: ArrayLike, lengths: ArrayLike | None = None) -> Floats:
    """Softmax over the options of each row: (N, K) natural logs to probabilities that add to 1.

    `lengths` (N, K) divides the logs first, which flattens the softmax strongly and favors long
    strings; an empty string (length 0) is not divided. NaN (no such option) stays NaN; a row
    without a possible option is NaN throughout.

    >>> probabilities([[-2.0, -4.0, -6.0]]).round(4).tolist()
    [[0.8668, 0.1173, 0.0159]]
    >>> probabilities([[-2.0, -4.0, -6.0]], [[6, 5, 15]]).round(4).tolist()
    [[0.3902, 0.2447, 0.3651]]
    """
    told = np.array(logs, dtype=float)
    if lengths is not None:
        size = np.asarray(lengths, dtype=float)
        told = told / np.where(size == 0, 1.0, size)
    top = highest(told)
    with np.errstate(invalid="ignore"):
        raised = np.exp(told - np.where(np.isfinite(top), top, np.nan)[:, None])
        whole = sum(np.nan_to_num(raised).T, np.zeros(len(raised)))
        return np.asarray(raised / whole[:, None])


def characters(of: Options, choices: Rows | None = None) -> Floats:
    """How many characters each option has (N, K), a leading space included; NaN beyond the options.

    The key is counted, or the text of the choice where the keys are mere letters or places.

    >>> characters(options([{" Paris": -2.0, " Rome": -4.0}], [None])).tolist()
    [[6.0, 5.0]]
    """
    found = np.full(of.logs.shape, np.nan)
    for row, names in enumerate(of.keys):
        texts: Sequence[str] = names
        said = choices[row] if choices is not None else None
        if said and len(said) == len(names) and max(map(len, names), default=0) <= 2:
            texts = said
        found[row, : len(names)] = [len(text) for text in texts]
    return found
