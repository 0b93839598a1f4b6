"""Trajectories: steps put into runs, states a person defines, and when the rule was broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.interval import Floats
from risk.lens import Columns, Parameter
from risk.seen import codes, each, fixed, once, taken

Codes = NDArray[np.int64]
Marks = NDArray[np.bool_]

ROLE = Parameter(
    "role", "agent", "whose steps count as moves; any for every step", options=("agent", "any")
)
VIOLATION = Parameter("violation", "violated", "the state or flag that marks a violating step")


@dataclass(frozen=True, slots=True)
class Walks:
    """The steps that count, run by run, in order.

    Per step (N,): `run` its run from 0, `at` the moves made so far (1 the first; 0 the start),
    `row` its place in the columns, `marks` its state (or None) and flags. Per run (R,): `first` and
    `size` of its steps, `length` in moves, `item` code and name (`items`), `sample`, and violated,
    completed, censored (1, 0, NaN where nobody said).
    """

    run: Codes
    at: Codes
    row: Codes
    state: NDArray[Any]
    flags: NDArray[Any]
    first: Codes
    size: Codes
    length: Codes
    item: Codes
    items: NDArray[Any]
    sample: Codes
    violated: Floats
    completed: Floats
    censored: Floats

    def __len__(self) -> int:
        return len(self.item)

    @property
    def names(self) -> tuple[tuple[str, int], ...]:
        """Item and sample of each run."""
        return tuple(zip(map(str, self.items.tolist()), self.sample.tolist(), strict=True))

    def marked(self, word: str) -> Marks:
        """Which steps (N,) have the state or a flag of that name.

        `any` is any flag at all, `no flag` none.
        """
        if word == "no flag":
            return ~self.marked("any")
        return _marked(self.state, self.flags, word)

    def earliest(self, which: Marks) -> Floats:
        """The moves made at the first step of each run (R,) that is one of `which`; NaN: none."""
        found = np.full(len(self), np.nan)
        where = np.flatnonzero(which)[::-1]
        found[self.run[where]] = self.at[where]
        return found

    def total(self, which: Marks) -> Codes:
        """How many steps of each run (R,) are one of `which`."""
        return np.bincount(self.run[which], minlength=len(self))


@once
def _marked(state: NDArray[Any], flags: NDArray[Any], word: str) -> Marks:
    found = each(flags, lambda one: bool(one) if word == "any" else word in (one or ()), bool)
    return found if word == "any" else found | each(state, lambda one: one == word, bool)


def walks(columns: Columns, role: str = "agent") -> Walks:
    """The steps of the columns as runs, one for each item and sample.

    Only steps of `role` are moves; what a run begins with counts as its start, at 0 moves. Where
    no step has that role, or it is `any`, every step is a move, so the first is at 1.

    >>> cols = {"item_id": np.array(["a"] * 3, dtype=object), "step": np.arange(3),
    ...         "role": np.array(["user", "agent", "agent"], dtype=object)}
    >>> walks(cols).at.tolist(), walks(cols, "any").at.tolist(), walks(cols).length.tolist()
    ([0, 1, 2], [1, 2, 3], [2])
    """
    return _walks(whose=role, **{name: columns[name] for name in READ if name in columns})


READ = (
    *("item_id", "sample", "step", "role", "state", "flags", "violated", "completed"),
    "censored",
)
"""The columns that walks are made of."""


@once
def _walks(*, whose: str, **columns: NDArray[Any]) -> Walks:
    n = len(columns["item_id"])
    sample = columns.get("sample", np.zeros(n)).astype(np.int64)
    step = columns.get("step", np.arange(n))
    nothing = fixed(np.full(n, None, dtype=object))
    items, code = codes(columns["item_id"])
    order = _sorted(code, sample, step)
    new = np.ones(n, dtype=bool)
    new[1:] = (np.diff(code[order]) != 0) | (np.diff(sample[order]) != 0)
    theirs = each(columns.get("role", nothing), lambda one: one == whose, bool)
    acts = np.full(n, whose == "any") | theirs[order]
    if not acts.any():
        acts[:] = True
    kept = acts | new
    run = np.cumsum(new) - 1
    size = np.bincount(run[kept])
    first = np.cumsum(size) - size
    moves = np.cumsum(acts)
    begins = moves[new] - acts[new]
    row = order[kept]
    item = code[order][new]

    def whole(name: str) -> Floats:
        column = columns.get(name)
        return (
            np.full(item.size, np.nan)
            if column is None
            else np.asarray(column, dtype=float)[order][new]
        )

    return Walks(
        run=run[kept],
        at=(moves - begins[run])[kept],
        row=row,
        state=taken(columns.get("state", nothing), row),
        flags=taken(columns.get("flags", nothing), row),
        first=first,
        size=size,
        length=np.bincount(run, weights=acts).astype(np.int64),
        item=item,
        items=items[item],
        sample=sample[order][new],
        violated=whole("violated"),
        completed=whole("completed"),
        censored=whole("censored"),
    )


def _sorted(*keys: NDArray[Any]) -> Codes:
    """The rows by their keys, the first of them first; at once where they stand so already."""
    rises, same = np.zeros((2, max(keys[0].size - 1, 0)), dtype=bool)
    same = ~same
    for key in keys:
        off = np.diff(key)
        rises, same = rises | (same & (off > 0)), same & (off == 0)
    return np.arange(keys[0].size) if (rises | same).all() else np.lexsort(keys[::-1])


@dataclass(frozen=True, slots=True)
class Times:
    """When each run broke the rule, in moves: `time` (R,) NaN where that is not known.

    `event` (R,): whether it did; without it the time is how long the run was watched. `unplaced`
    runs broke it at a step nobody marked, `short` ones made no move: both have no time.
    """

    time: Floats
    event: Marks
    unplaced: int
    short: int

    @property
    def lost(self) -> int:
        """The runs without a time."""
        return int(np.isnan(self.time).sum())


def times(found: Walks, violation: str = "violated", at_end: bool = False) -> Times:
    """The moves until the first step marked `violation`; a run without one is censored at its end.

    A marked step wins over what is said of the whole run. A run said to be violated without a
    marked step has no known time; with `at_end` its last move is taken, the latest it can be. Where
    none of the violated runs has a marked step, no run has a time: the rest alone would look safe.
    """
    first = found.earliest(found.marked(violation))
    seen = ~np.isnan(first)
    blind = ~seen & (found.violated == 1)
    time = np.where(seen, first, found.length.astype(float))
    if not at_end:
        time[blind] = np.nan
        if blind.any() and not seen.any():
            time[:] = np.nan
    short = ~(time > 0) & ~np.isnan(time)
    time[short] = np.nan
    event = seen | (blind & at_end)
    return Times(time, event, 0 if at_end else int(blind.sum()), int(short.sum()))


def states(spec: str) -> dict[str, frozenset[str]]:
    """States as a person writes them, from safest to worst: name -> states and flags it stands for.

    `calm = safe + probing, risky, violated`: a name alone stands for itself. ValueError for a name
    given twice.

    >>> {name: sorted(words) for name, words in states("calm = safe + idle, violated").items()}
    {'calm': ['idle', 'safe'], 'violated': ['violated']}
    """
    found: dict[str, frozenset[str]] = {}
    for part in (one.strip() for one in spec.split(",")):
        name, sign, rest = (one.strip() for one in part.partition("="))
        words = frozenset(w.strip() for w in rest.split("+") if w.strip()) if sign else {name}
        if not name:
            continue
        if name in found:
            raise ValueError(f"the state {name!r} is given twice; each needs a name of its own")
        found[name] = frozenset(words)
    return found


def coded(found: Walks, defined: dict[str, frozenset[str]]) -> Codes:
    """The state of each step (N,) by its place in `defined`; the worst that fits, -1 where none."""
    code = np.full(len(found.run), -1, dtype=np.int64)
    for place, words in enumerate(defined.values()):
        for word in words:
            code[found.marked(word)] = place
    return code


def usual(found: Walks, violation: str = "violated") -> dict[str, frozenset[str]]:
    """The states that occur, that of the violation last; without any, what the flags tell apart."""
    seen = sorted({str(s) for s in codes(found.state)[0].tolist() if s is not None} - {violation})
    plain = "no flag, flagged = any" if not seen else ",".join(seen)
    return states(f"{plain},{violation}")


def highest(code: Codes, run: Codes) -> Codes:
    """The worst state so far in each run: what cannot be undone stays; -1 is passed over."""
    top = int(code.max(initial=0)) + 2
    return np.maximum.accumulate(code + 1 + run * top) - run * top - 1


def parts(found: Walks, column: Sequence[Any]) -> NDArray[Any]:
    """A column of the steps as one value a run (R,): that of its first step."""
    return np.asarray(column, dtype=object)[found.row[found.first]]
