"""The lenses in words and tables: which there are, what one is, what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.service.lenses import lens as looking
from app.service.lenses import lens_needs
from app.service.lenses.lens import Row, State
from app.service.outputs import runs
from app.service.stores import Stores
from risk.lens import Lens, Parameter
from risk.measure import Measure

UP = {"harm": "more is worse", "good": "more is better", "neither": "neither"}
READY = ("all", "ready on my data", "lacking something")
BY = {"all answers": "", "each category": "category"}
MOST = 60
"""Rows of a figure: more cannot be read, and the table has them all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One number of a lens as a figure draws it: whose it is, of what, and the number."""

    name: str
    group: str
    measure: Measure
    run: str


def kept(states: Sequence[State], ready: str = "all", words: str = "") -> list[State]:
    """The lenses that are ready or not, as asked, and speak of all these words."""
    wanted = words.lower().split()
    return [
        state
        for state in states
        if (ready == READY[0] or (ready == READY[1]) == bool(state.ready))
        and all(word in _text(state.lens) for word in wanted)
    ]


def need(kind: str) -> str:
    """A kind of need in words."""
    return lens_needs.WORDS.get(kind, "anything")


def names(stores: Stores) -> dict[str, str]:
    """Run -> model and data set, in words."""
    return {
        run["run"]: f"{run['model']} on {run['dataset']} ({run['run'][:6]})"
        for run in runs.answering(stores)
    }


def found(
    stores: Stores, name: str, chosen: tuple[str, ...], given: tuple[tuple[str, Any], ...], by: str
) -> list[Row]:
    """What a lens finds on these runs; see `lens.look`."""
    return looking.look(stores, name, chosen, dict(given), by)


def _text(lens: Lens) -> str:
    return " ".join((lens.name, lens.title, lens.source, *lens.needs)).lower()


def sentence(states: Sequence[State]) -> str:
    """How many lenses there are, and how many can look at what is loaded."""
    ready = sum(bool(state.ready) for state in states)
    return f"{ready} of {len(states)} lenses can look at what is loaded"


def listed(states: Sequence[State]) -> list[dict[str, Any]]:
    """The lenses as the page lists them."""
    return [
        {
            "lens": state.lens.name,
            "what it shows": state.lens.title,
            "source": state.lens.source,
            "on my data": _fit(state),
            "status": status(state.lens),
            "direction": UP[state.lens.up],
        }
        for state in states
    ]


def _fit(state: State) -> str:
    """How many runs feed a lens, or what it lacks."""
    if n := len(state.ready):
        return f"{n} run{'' if n == 1 else 's'}"
    return "lacks " + ", ".join(looking.either(name, 3) for name in state.lacks)


def status(lens: Lens) -> str:
    """In two words: whose definition it is."""
    return "as published" if lens.status.startswith("as published") else "our definition"


def needs(state: State) -> list[dict[str, str]]:
    """Each needed column, whether it is there, and how to get it."""
    lens = state.lens
    return [
        {
            "column": looking.either(name),
            "there": "lacking" if name in state.lacks else "there",
            "how": looking.how(lens, name),
        }
        for name in dict.fromkeys((*lens.needs, *state.lacks))
    ]


def bounds(parameter: Parameter) -> str:
    """What a setting may be."""
    if parameter.options:
        return ", ".join(parameter.options)
    ends = (parameter.low, parameter.high)
    return " to ".join("…" if end is None else f"{end:g}" for end in ends) if any(ends) else ""


def measures(rows: Sequence[Row]) -> list[str]:
    """The measures a lens found, in its order."""
    return list(dict.fromkeys(row.measure for row in rows))


def shown(rows: Sequence[Row], measure: str) -> list[Shown]:
    """The numbers of one measure, as a figure draws them: at most MOST."""
    several = len({row.dataset for row in rows}) > 1
    told = [
        Shown(
            row.group or row.model or row.dataset,
            _under(row, several),
            Measure(row.value, row.low, row.high, n=row.n, lost=row.lost, why=row.why),
            row.run,
        )
        for row in rows
        if row.measure == measure
    ]
    return told[:MOST]


def _under(row: Row, several: bool) -> str:
    """The heading a number stands under: its run where it has a group, its data set of several."""
    if row.group:
        return " · ".join(filter(None, (row.model, row.dataset if several else "")))
    return row.dataset if several and row.model else ""


def whose(rows: Sequence[Row], run: str) -> dict[str, str]:
    """The model and data set of a run among the rows; empty for a number about several."""
    of = (row for row in rows if run and row.run == run)
    return next(({"model": row.model, "dataset": row.dataset} for row in of), {})


def table(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """All that a lens found, a number a row; None where it could not be measured."""
    every = [row.json() for row in rows]
    return [
        {name: one[name] for name in one if name != "run"} | {"run": one["run"]} for one in every
    ]


def definition(lens: Lens) -> str:
    """What the numbers mean, where they come from, and what counts at the edges."""
    return f"{lens.title}. Source: {lens.source}. {lens.status}. {lens.edges}"
