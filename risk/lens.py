"""The lens: one published way of looking at model outputs, declared in one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from risk.measure import Measure
from risk.seen import codes, once

Columns = Mapping[str, NDArray[Any]]
"""Column name -> one value a row. Text columns hold str or None, numbers are float with NaN."""

Up = Literal["harm", "good", "neither"]
Table = Literal["scores", "outputs", "steps"]
Value = float | int | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One choice a lens offers: its default, its bounds or its options, and what it means."""

    name: str
    default: Value
    meaning: str
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()

    def read(self, text: Value) -> Value:
        """`text` as this parameter's type, checked against its bounds.

        Raises ValueError naming the value and the limit.

        >>> Parameter("level", 0.95, "tail level", low=0.5, high=0.999).read("0.9")
        0.9
        """
        if isinstance(self.default, str):
            if self.options and text not in self.options:
                raise ValueError(f"{self.name} is {text!r}; it can be {', '.join(self.options)}")
            return str(text)
        try:
            number = float(text)
        except ValueError:
            raise ValueError(f"{self.name} is {text!r}; it must be a number") from None
        if isinstance(self.default, int):
            if not number.is_integer():
                raise ValueError(f"{self.name} is {text}; it must be a whole number")
            number = int(number)
        if self.low is not None and not number >= self.low:
            raise ValueError(f"{self.name} is {text}; it must be at least {self.low}")
        if self.high is not None and not number <= self.high:
            raise ValueError(f"{self.name} is {text}; it must be at most {self.high}")
        return number


@dataclass(frozen=True, slots=True)
class Finding:
    """One number a lens found: `measure` names it, `group` says of what (empty: of everything).

    A lens that looks across runs names the one it is about as `run`, where it has groups too.
    """

    measure: str
    found: Measure
    group: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class Lens:
    """One paper, one way of looking.

    `needs` and `may_use` name columns of `table` (feed.py and steps.py in app/service say what each
    holds); of two with a bar between them (`target|gold`) either will do. `scored`
    names the parameter that says which scored dimension must be there ("any": whichever).
    `measures` gets the columns of one run and the checked parameters, and returns what it found;
    where the lens looks `across` runs it gets those of every run of a data set by its name, two or
    more, and a finding whose group is such a name is about that run. `alone`: one run will do.
    """

    name: str
    title: str
    source: str
    up: Up
    table: Table
    needs: tuple[str, ...]
    measures: Callable[[Any, Mapping[str, Any]], Iterable[Finding]]
    status: str
    edges: str
    may_use: tuple[str, ...] = ()
    scored: str = ""
    across: bool = False
    alone: bool = False
    parameters: tuple[Parameter, ...] = ()
    figure: str = "dots"
    how_to_get: Mapping[str, str] = field(default_factory=dict)

    def lacks(
        self, columns: Columns, settings: Mapping[str, Value] | None = None
    ) -> tuple[str, ...]:
        """The needed columns that are absent or hold nothing at all, under `settings`.

        `dimension` lacks where the lens is about one scored dimension and it is not there; `value`
        lacks where the lens looks for harm and no score runs towards it.
        """
        absent = [
            name
            for name in self.needs
            if all(one not in columns or empty(columns[one]) for one in name.split("|"))
        ]
        wanted = (settings or self.settings({})).get(self.scored, "any")
        if (
            wanted != "any"
            and "dimension" not in absent
            and not _holds(columns, "dimension", wanted)
        ):
            absent.append("dimension")
        if self.table == "scores" and self.up == "harm" and "value" not in absent:
            absent += [] if "up" not in columns or _holds(columns, "up", "harm") else ["value"]
        return tuple(absent)

    def settings(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """The defaults, overridden by `given`; ValueError for what is unknown or out of bounds."""
        known = {p.name: p for p in self.parameters}
        for name in given:
            if name not in known:
                has = ", ".join(known) or "none"
                raise ValueError(f"{self.name} has no setting {name!r}; it has {has}")
        return {n: p.read(given[n]) if n in given else p.default for n, p in known.items()}


def _holds(columns: Columns, name: str, wanted: Value) -> bool:
    column = columns[name]  # (N,), or (N, D) where a row holds all dimensions
    return wanted in (codes(column)[0].tolist() if column.ndim == 1 else column)


def finite(columns: Columns) -> Columns:
    """The same columns; what is infinite in them is missing, for no measure has a place for it.

    >>> finite({"x": np.array([1.0, np.inf])})["x"].tolist()
    [1.0, nan]
    """
    odd = {n: np.where(np.isinf(c), np.nan, c) for n, c in columns.items() if _infinite(c)}
    return {**columns, **odd} if odd else columns


@once
def _infinite(column: NDArray[Any]) -> bool:
    return column.dtype.kind == "f" and bool(np.isinf(column).any())


@once
def empty(column: NDArray[Any]) -> bool:
    """Whether a column holds nothing: no row, or every row None or NaN.

    >>> empty(np.array([np.nan, np.nan])), empty(np.array(["a", None], dtype=object))
    (True, False)
    """
    if column.dtype.kind == "f":
        return bool(np.isnan(column).all())
    if column.dtype.kind == "O":
        return all(v is None for v in column)
    return len(column) == 0


@once
def varies(column: NDArray[Any]) -> bool:
    """Whether a column of numbers holds two values or more, a gap being one of them.

    >>> varies(np.array([1.0, 1.0])), varies(np.array([1.0, np.nan]))
    (False, True)
    """
    known = column[~np.isnan(column)]
    return known.size > 0 and bool(known.size < column.size or known.min() < known.max())


def worked(
    lens: Lens,
    given: Mapping[str, Value] | None = None,
    runs: Mapping[str, Mapping[str, Sequence[Any]]] | None = None,
    /,
    **columns: Sequence[Any],
) -> dict[str, float]:
    """What a lens finds in columns written by hand, to four places: for its worked case.

    Numbers with None become floats with NaN, all else texts. A key is the measure, its group and
    the run it is about, a space between; a lens across runs gets `runs`, or the columns as one.
    """
    told: Any = {name: _column(cells) for name, cells in columns.items()}
    if lens.across:
        each = {name: {k: _column(v) for k, v in one.items()} for name, one in (runs or {}).items()}
        told = each or {"one": told}
    found = lens.measures(told, lens.settings(given or {}))
    return {
        " ".join(word for word in (f.measure, f.group, f.run) if word): round(f.found.value, 4)
        for f in found
    }


def _column(cells: Sequence[Any]) -> NDArray[Any]:
    if all(isinstance(one, int | float | None) and not isinstance(one, bool) for one in cells):
        return np.array(cells, dtype=float)
    column = np.empty(len(cells), dtype=object)
    column[:] = list(cells)
    return column
