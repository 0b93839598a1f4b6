"""Options of multiple-choice answers side by side: their probabilities, the right, the unsure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats
from risk.seen import once

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
        top = np.nanmax(self.logs, axis=1, initial=-np.inf)
        return np.asarray(self.gold.any(axis=1) & (top > -np.inf))


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
    keys = [tuple(row) if row else () for row in logprobs]
    wide = max(map(len, keys), default=0)
    says = [()] * len(keys) if idk is None else [tuple(one or ()) for one in idk]
    # rows of a file mostly share their keys, so marks are found once for each kind of row
    kinds: dict[Any, int] = {}
    of = zip(keys, gold, says, strict=True)
    kind = np.array([kinds.setdefault(at, len(kinds)) for at in of], dtype=np.int64)
    logs = np.full((len(keys), wide), np.nan)
    right, unsure = (np.zeros((len(kinds), wide), dtype=bool) for _ in range(2))
    for at, (names, told, silent) in enumerate(kinds):
        width, plain = len(names), [_plain(name) for name in names]
        key = None if told is None else _plain(str(told))
        quiet = {_plain(name) for name in silent}
        right[at, :width] = [name == key for name in plain]
        unsure[at, :width] = [name in quiet for name in plain]
    sizes = np.array([len(names) for names in keys], dtype=np.int64)
    logs[np.arange(wide) < sizes[:, None]] = [v for row in logprobs if row for v in row.values()]
    return Options(logs, tuple(keys), (right & ~unsure)[kind], unsure[kind])


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
    top = np.nanmax(told, axis=1, keepdims=True, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        raised = np.exp(told - np.where(np.isfinite(top), top, np.nan))
    return np.asarray(raised / np.nansum(raised, axis=1, keepdims=True, where=~np.isnan(raised)))


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
