"""Questions with options: their probabilities, how strange each option is, how unsure a row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats
from risk.options import counted, options, probabilities, summed
from risk.seen import codes, once

Keys = tuple[tuple[str, ...], ...]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Method = Literal["lac", "aps", "raps"]
Samples = Literal["average", "first"]

METHODS: tuple[Method, ...] = ("lac", "aps", "raps")
DRAWN = ("usual", "no", "yes")
TINY = 1e-12
"""An option exactly at the threshold is in; floats would drop it."""


@dataclass(frozen=True)
class Questions:
    """Multiple-choice answers with a known right option, one row a prompt.

    `p` (N, K) sums to one over the options a row has and is NaN beyond them; `gold` (N,) is the
    column of the right one; `keys` names each row's options and `items` its prompt. `lost` prompts
    could not be used: no probabilities, no right option, or samples that contradict each other.
    """

    p: Floats
    gold: Ints
    items: tuple[str, ...]
    keys: Keys
    lost: int = 0

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.gold)

    @property
    def wide(self) -> Ints:
        """How many options each row has (N,)."""
        return counted(~np.isnan(self.p))

    @cached_property
    def best(self) -> Ints:
        """The column of the likeliest option (N,); the first of equals."""
        return np.asarray(np.argmax(np.nan_to_num(self.p, nan=-1), axis=1))

    @cached_property
    def top(self) -> Floats:
        """The probability of the likeliest option (N,)."""
        return np.asarray(self.p[np.arange(len(self)), self.best])

    @cached_property
    def right(self) -> Bools:
        """Whether the likeliest option is the right one (N,)."""
        return np.asarray(self.best == self.gold)

    def take(self, rows: NDArray[Any], named: bool = True) -> Questions:
        """Some of the rows, by index or mask; not `named`, without their prompts and keys."""
        at = np.arange(len(self))[rows]
        of = at.tolist() if named else []
        names, keys = tuple(self.items[i] for i in of), tuple(self.keys[i] for i in of)
        taken = Questions(self.p[at], self.gold[at], names, keys, self.lost)
        # what each row says of itself goes along: many splits of the same rows are taken
        taken.__dict__.update(best=self.best[at], top=self.top[at], right=self.right[at])
        return taken


def questions(columns: Mapping[str, NDArray[Any]], samples: Samples = "average") -> Questions:
    """The questions of a run, from the columns option_logprobs, gold, item_id and sample.

    Log-probabilities are made to sum to one over the options. Several samples of a prompt are
    averaged, or the first usable one stands for it: rows that share a prompt are not
    exchangeable. A prompt whose averaged samples differ in options or gold is lost.
    Questions stand in the order of their prompts' names, whatever the order of the rows.

    >>> logs = np.array([{"A": np.log(0.6), "B": np.log(0.2)}, None], dtype=object)
    >>> found = questions({"option_logprobs": logs, "gold": np.array(["B", "A"], dtype=object),
    ...                    "item_id": np.array(["q1", "q2"], dtype=object)})
    >>> found.p.round(2).tolist(), found.gold.tolist(), found.items, found.lost
    ([[0.75, 0.25]], [1], ('q1',), 1)
    """
    logs, right, item = (columns[name] for name in ("option_logprobs", "gold", "item_id"))
    return _questions(logs, right, item, columns.get("sample"), samples)


@once
def _questions(logs: Any, right: Any, item: Any, sample: Any, samples: Samples) -> Questions:
    held = options(logs, right)
    p = probabilities(held.logs)
    gold = np.argmax(np.c_[held.gold, np.zeros(len(p))], axis=1)
    usable = held.asked & ~np.isnan(np.c_[p, np.full(len(p), np.nan)][np.arange(len(p)), gold])
    names, place = codes(item)
    order = np.lexsort((place if sample is None else sample, place))
    order = order[usable[order]]
    new = np.diff(place[order], prepend=-1) != 0
    head = order[new]
    found, even = p[head], np.ones(head.size, dtype=bool)
    if samples == "average" and not new.all():
        for at, rows in enumerate(np.split(order, np.flatnonzero(new)[1:])):
            if rows.size > 1:
                mean = _mean(p, gold, held.keys, rows.tolist())
                even[at] = mean is not None
                found[at] = np.nan if mean is None else mean
    head = head[even]
    return Questions(
        found[even], gold[head].astype(int), tuple(map(str, names[place[head]].tolist())),
        tuple(held.keys[row] for row in head.tolist()), len(names) - head.size,
    )  # fmt: skip


def _mean(p: Floats, gold: Ints, keys: Keys, rows: list[int]) -> Floats | None:
    """The mean probabilities (K,) of the samples, in the order of the first; None where they
    differ in options or in the right one."""
    first, wide = rows[0], len(keys[rows[0]])
    found = p[first].copy()
    for row in rows[1:]:
        names = keys[row]
        if sorted(names) != sorted(keys[first]) or names[gold[row]] != keys[first][gold[first]]:
            return None
        same = names == keys[first]
        place = range(wide) if same else [names.index(name) for name in keys[first]]
        found[:wide] += p[row, list(place)]
    return np.asarray(found / len(rows))


def lac(p: ArrayLike) -> Floats:
    """Least ambiguous sets: the strangeness of every option (N, K) is 1 - p; NaN stays NaN.

    Source: AB-12; Sadinle, Lei and Wasserman, arXiv 1609.00451.

    >>> lac([[0.5, 0.42, 0.05, 0.03]]).round(2).tolist()
    [[0.5, 0.58, 0.95, 0.97]]
    """
    return np.asarray(1 - np.asarray(p, dtype=float))


def aps(p: ArrayLike, u: ArrayLike | None = None) -> Floats:
    """Adaptive sets: the probability of the options ranked at or above each one (N, K).

    `u` (N,), uniform and blind to the right option, takes off that share of the option's own
    probability. Equals rank by option order. Source: AB-13; Romano, Sesia and Candès,
    arXiv 2006.02544.

    >>> aps([[0.3, 0.5, 0.05, 0.15]]).round(2).tolist()
    [[0.8, 0.5, 1.0, 0.95]]
    """
    return raps(p, 0.0, 0, u)


def raps(p: ArrayLike, lam: float = 0.02, k_reg: int = 1, u: ArrayLike | None = None) -> Floats:
    """Regularized adaptive sets: as `aps`, with `lam` added for every rank beyond `k_reg`.

    Source: AB-14; Angelopoulos, Bates, Malik and Jordan, arXiv 2009.14193. ValueError for a
    negative `lam` or `k_reg`, or where `u` is not one number a row.

    >>> raps([[0.5, 0.3, 0.15, 0.05]], 0.02, 1).round(3).tolist()
    [[0.5, 0.82, 0.99, 1.06]]
    >>> raps([[0.5, 0.3, 0.15, 0.05]], 0.02, 1, [0.5]).round(3).tolist()
    [[0.25, 0.66, 0.905, 1.025]]
    """
    shares = np.asarray(p, dtype=float)
    if lam < 0 or k_reg < 0:
        raise ValueError(f"lam is {lam:g} and k_reg is {k_reg}; neither may be below 0")
    draw = np.zeros(len(shares)) if u is None else np.asarray(u, dtype=float)
    if draw.shape != (len(shares),):
        raise ValueError(f"u has shape {draw.shape}; it needs one number a row, {len(shares)}")
    order = np.argsort(-shares, axis=1, kind="stable")  # NaN goes last
    step = np.take_along_axis(shares, order, axis=1)
    step = step + lam * (np.arange(shares.shape[1]) >= k_reg)
    ranked = np.cumsum(step, axis=1) - draw[:, None] * step
    found = np.empty(shares.shape)
    np.put_along_axis(found, order, ranked, axis=1)
    return found


def strangeness(
    p: Floats, method: Method, lam: float = 0.02, k_reg: int = 1, u: Floats | None = None
) -> Floats:
    """The strangeness (N, K) by the name of its method; a set holds what is not too strange."""
    if method == "lac":
        return lac(p)
    return aps(p, u) if method == "aps" else raps(p, lam, k_reg, u)


def drawn(word: str, method: str) -> bool:
    """Whether a method draws at the edge of its sets: `usual` is as defined, RAPS alone.

    >>> drawn("usual", "raps"), drawn("usual", "aps"), drawn("yes", "aps")
    (True, False, True)
    """
    return word == "yes" or (word == "usual" and method == "raps")


def members(scores: Floats, threshold: float, keep: Ints | None = None) -> Bools:
    """Which options (N, K) are in each set: those at most as strange as `threshold`.

    An empty set keeps its likeliest option where `keep` (N,) names it. An infinite threshold
    takes every option a row has.

    >>> members(lac([[0.5, 0.42, 0.05, 0.03]]), 0.6).astype(int).tolist()
    [[1, 1, 0, 0]]
    """
    inside = np.asarray(scores <= threshold + TINY)
    if keep is not None:
        inside[np.arange(len(keep)), keep] |= counted(inside) == 0
    return inside


def sized(
    columns: Floats, gold: Floats, right: Bools, threshold: float, keep: bool = True
) -> tuple[Ints, Bools]:
    """How many options each row's set has (N,), and whether the right one is in it (N,).

    As `members` of `columns` (K, N), strangeness by option; `gold` (N,) is that of the right one,
    `right` (N,) whether it is the likeliest, which `keep` leaves in a set that would be empty.

    >>> columns, right = lac([[0.5, 0.42], [0.9, 0.1]]).T, np.array([False, True])
    >>> [one.tolist() for one in sized(columns, np.array([0.58, 0.1]), right, 0.05)]
    [[1, 1], [False, True]]
    """
    limit = threshold + TINY
    # long columns stand in line in memory, and what is looked up at random is one number a row
    size, inside = summed(column <= limit for column in columns), np.asarray(gold <= limit)
    if keep:
        inside |= (size == 0) & right
        np.maximum(size, 1, out=size)
    return size, inside


def uniform(names: Iterable[str], seed: int) -> Floats:
    """One uniform draw in (0, 1) a name, the same for a name whatever stands around it.

    >>> a, b = uniform(["q1", "q2"], 0), uniform(["q2", "q1"], 0)
    >>> bool(a[0] == b[1]), bool(a[0] != a[1])
    (True, True)
    """
    made = (hashlib.blake2b(f"{seed}\x1f{n}".encode(), digest_size=8).digest() for n in names)
    return np.array([((int.from_bytes(m, "big") >> 12) + 0.5) / 2**52 for m in made])
