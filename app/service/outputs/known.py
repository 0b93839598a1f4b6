"""What is known of a run's answers, each part of it read once and shared by all who look."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from threading import Lock, RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import alike, settle
from app.service.stores import Stores
from db import acts, features, outputs, said, scores, steps
from db import fields as stored
from db.arrays import Arrays, Coded, Columns
from db.fields import Names
from risk.lens import empty
from risk.seen import codes, each, fixed, ordered, taken

Array = NDArray[Any]
SOME = 1000
"""Rows of options and texts that are enough to see whether there are any."""
KEPT = 400_000
"""Outputs whose columns stay in memory at once, those of the runs looked at last."""


class Known:
    """One run's columns, in the order of `outputs.columns`; none of them can be written to."""

    def __init__(self, stores: Stores, run: Mapping[str, Any]) -> None:
        self.stores, self.run = stores, run
        self._parts: dict[Any, Any] = {}
        self._reading: dict[Any, RLock] = {}
        self._expected: frozenset[str] = frozenset()

    def part(self, name: Any, read: Callable[[], Any]) -> Any:
        """What `read` gave when this part was first asked for; who asks meanwhile waits for it."""
        with self._reading.setdefault(name, RLock()):
            if name not in self._parts:
                self._parts[name] = _fix(read())
            return self._parts[name]

    def __contains__(self, name: Any) -> bool:
        return name in self._parts

    @property
    def rows(self) -> int:
        """How many answers the run has."""
        return len(self.plain["item_id"])

    @property
    def plain(self) -> Arrays:
        """The columns of `outputs.columns` but for `row`; `prompt_is` in small letters."""
        found: Arrays = self.part("plain", lambda: alike.plain(self._answers))
        return found

    @property
    def _answers(self) -> Arrays:
        found: Arrays = self.part("answers", lambda: outputs.columns(self._lake, self._id))
        return found

    @property
    def row(self) -> Array:
        """By which each answer is found again in the lake (N,)."""
        return self._answers["row"]

    @property
    def _place(self) -> dict[tuple[str, int], int]:
        """(item, sample) -> the answer's row."""
        items, samples = (self.plain[name].tolist() for name in ("item_id", "sample"))
        found: dict[tuple[str, int], int] = self.part(
            "place",
            lambda: dict(zip(zip(items, samples, strict=True), range(self.rows), strict=True)),
        )
        return found

    @property
    def act(self) -> Array:
        """What each answer did: what people say; where nobody said, what the log says; or None."""
        return self._at("act", self._act)

    def _act(self) -> Array:
        said, told = self.labels.get("act"), acts.of_run(self._lake, self._id)
        said = None if said is None else each(said, alike.act, object)
        if said is not None and not told:
            return said
        found = np.full(self.rows, None, dtype=object) if said is None else said.copy()
        for case, act in told.items():
            row = self._place.get(case)
            if row is not None and found[row] is None:
                found[row] = act
        return found

    @property
    def labels(self) -> Arrays:
        """Every settled label field as text, None where unsaid; those that come to something.

        Fields of our own schemes stand under the names lenses ask for too (`alike.named`).
        """
        found: Arrays = self.part("labels", self._labels)
        return found

    def _labels(self) -> Arrays:
        told, plain = said.of_run(self.stores.ledger, self._id), self.plain
        return alike.named(settle.columns(told, plain["item_id"], plain["sample"]))

    @property
    def scores(self) -> Arrays:
        """Every score: place, dimension, scorer, value and up, in the order of `scores.rows_of`."""
        found: Arrays = self.part("scores", self._scores)
        return found

    def _scores(self) -> Columns:
        rows = scores.rows_of(self._lake, self._id)
        return {"place": rows.place, "value": rows.value, **rows.coded}

    @property
    def scored(self) -> Arrays:
        """Every scored dimension under its name: the mean of its scorers, NaN where unscored."""
        found: Arrays = self.part("scored", lambda: _means(self.scores, self.rows))
        return found

    @property
    def ways(self) -> dict[str, str]:
        """Which way each scored dimension goes: harm, good or neither."""
        found: dict[str, str] = self.part("ways", lambda: features.directions(self._lake, self._id))
        return found

    def categories(self, dimension: str) -> Arrays:
        """What kind the scorers of a dimension say each answer is, where any says so."""
        found: Arrays = self.part(
            ("categories", dimension),
            lambda: features.categories(self._lake, self._id, self.rows, dimension),
        )
        return found

    @property
    def names(self) -> Names:
        """The names of the tags, and of the fields kept in `meta`."""
        found: Names = self._named[0]
        return found

    @property
    def _named(self) -> Any:
        """The names, and those fields of `meta` that are expected by name."""
        lake, wanted = self._lake, self._expected
        return self.part("names", lambda: stored.read(lake, self._id, self.row, wanted))

    def told(self, names: Collection[str]) -> Arrays:
        """Tags and fields of `meta` by name, those that any row has; new ones are read together.

        A tag wins over a field of its name. All that are expected are read with the first.
        """
        with self._reading.setdefault("told", RLock()):
            held: Arrays = self.part("told", lambda: self._named[1])
            of = self.names
            new = self._expected.union(names) - held.keys()
            tags, fields = (sorted(new & some) for some in (of.tags, of.fields))
            said: Columns = {}
            if fields := [name for name in fields if name not in tags]:
                said = stored.fields(self._lake, self._id, self.row, fields, of)
            if tags:
                said |= stored.tags(self._lake, self._id, self.row, tags)
            held |= _fix(said)
            return {name: held[name] for name in names if name in held and not empty(held[name])}

    def expect(self, names: Iterable[str]) -> None:
        """Says which of those will be asked for, so that they are read at once."""
        self._expected |= set(names)

    def text(self, name: str, peek: bool = False) -> Array:
        """`response` or `prompt`, whole; with `peek` of some rows only."""
        own = not peek and "prompt" in self.names.fields

        def read(n: int) -> Array:
            return features.texts(self._lake, self._id, self.row, name, n, own or n > 0)

        return self._some(name, peek, read)

    def options(self, peek: bool = False) -> Array:
        """The log-probabilities of the options; with `peek` of some rows only."""
        return self._some(
            "options", peek, lambda n: features.options(self._lake, self._id, self.row, n)
        )

    @property
    def choices(self) -> Array:
        """The texts of the options offered."""
        return self._at("choices", lambda: features.choices(self._lake, self._id, self.rows))

    @property
    def steps(self) -> Arrays:
        """The columns of `steps.columns`."""
        found: Arrays = self.part("steps", lambda: steps.columns(self._lake, self._id))
        return found

    def spread(self, name: str, column: Array, place: Array) -> Array:
        """A column of the answers at the rows `place`, which is the scores' own or the steps'."""
        return self._at((name, id(column), id(place)), lambda: taken(column, place))

    def _at(self, name: Any, read: Callable[[], Array]) -> Array:
        found: Array = self.part(name, read)
        return found

    def _some(self, name: str, peek: bool, read: Callable[[int], Array]) -> Array:
        if peek and name not in self._parts:
            return self._at((name, "some"), lambda: read(SOME))
        return self._at(name, lambda: read(0))

    @property
    def _lake(self) -> Any:
        return self.stores.warehouse

    @property
    def _id(self) -> str:
        return str(self.run["run_id"])


def _fix(found: Any) -> Any:
    """Columns that cannot be written to any more, alone or by name; texts know their codes."""
    if isinstance(found, Coded):
        return taken(ordered(found.names), fixed(found.place))
    if isinstance(found, np.ndarray):
        return fixed(found)
    if isinstance(found, dict) and all(isinstance(name, str) for name in found):
        return {name: _fix(one) for name, one in found.items()}
    return found


def _means(told: Arrays, rows: int) -> Arrays:
    names, code = codes(told["dimension"])
    return scores.means(told["place"], told["value"], names, code, rows)


_lock = Lock()
_held: OrderedDict[Any, Known] = OrderedDict()


def of(stores: Stores, run: Mapping[str, Any], version: tuple[int, int] | None = None) -> Known:
    """What is known of a run as the stores stand (at `version`), kept while others are few."""
    # the stores are part of what is kept, so their identity is taken by no other while it is
    key = (id(stores), version or stores.version(), run["run_id"])
    with _lock:
        found = _held.setdefault(key, Known(stores, run))
        _held.move_to_end(key)
        while sum(one.run["outputs"] for one in _held.values()) > KEPT and len(_held) > 1:
            _held.popitem(last=False)
    return found
