"""Lenses at work: which can run on what is loaded, and what they find."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

from app.service.lenses import ahead, through
from app.service.lenses.hands import alone, hands
from app.service.lenses.through import Fed
from app.service.lenses.through import Row as Row
from app.service.outputs import known, pivot, tables
from app.service.outputs.known import Known
from app.service.stores import Stores
from data.trouble import Trouble
from db import runs
from risk import lenses
from risk.lens import Lens, Table, Value


@dataclass(frozen=True, slots=True)
class State:
    """A lens, and the runs that can feed it; or the columns that are missing everywhere."""

    lens: Lens
    ready: tuple[str, ...]
    lacks: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """The state as `tailscope lens --json` prints it."""
        lens = self.lens
        return {
            "lens": lens.name,
            "title": lens.title,
            "source": lens.source,
            "status": lens.status,
            "up": lens.up,
            "needs": list(lens.needs),
            "ready": bool(self.ready),
            "runs": list(self.ready),
            "missing": {name: how(lens, name) for name in self.lacks},
            "settings": [asdict(p) for p in lens.parameters],
        }


def how(lens: Lens, name: str) -> str:
    """How to get a needed column; `run` stands for a second run to compare with."""
    other = "load the answers of another model to the same data set"
    return lens.how_to_get.get(name, other if name == "run" else "load it")


def either(name: str, most: int = 99) -> str:
    """A needed column in words: of several either of which will do, `most` by name.

    >>> either("u|quality"), either("a|b|c|d|e", 3), either("run")
    ('u or quality', 'a, b, c or 2 more', 'a second run')
    """
    if name == "run":
        return "a second run"
    *first, last = name.split("|")
    if len(first) >= most:
        first, last = first[:most], f"{len(first) + 1 - most} more"
    return f"{', '.join(first)} or {last}" if first else last


def named(name: str) -> Lens:
    """The lens of that name. Raises Trouble listing those there are."""
    every = lenses.every()
    if name not in every:
        raise Trouble(f"there is no lens {name!r}", f"the lenses are {', '.join(every)}")
    return every[name]


def states(stores: Stores) -> list[State]:
    """Every lens: the runs it is ready for, or what it lacks on the run that comes closest."""
    every = lenses.every().values()
    wanted = {name for lens in every for name in lens.needs}
    version = stores.version()
    columns = [
        (run, {name: tables.columns(told, name, wanted, peek=True) for name in get_args(Table)})
        for run in _answering(stores)
        for told in [known.of(stores, run, version)]
    ]
    found = []
    for lens in every:
        lacks = [(lens.lacks(tables[lens.table]), run) for run, tables in columns]
        fed = [run for lack, run in lacks if not lack]
        lone = lens.alone or not lens.across
        ready = tuple(run["run_id"] for run in fed if lone or _others(run, fed))
        least = min((lack for lack, _ in lacks), key=len, default=lens.needs)
        found.append(State(lens, ready, () if ready else least or ("run",)))
    return found


def every(stores: Stores, chosen: Collection[str] = ()) -> Iterator[tuple[str, list[Row], str]]:
    """Looks through each lens in turn as it is set by default: its name and what it finds.

    Where it finds nothing the third says why not. What several lenses want is read once, and the
    first look while the rest is read.
    """

    def found(lens: Lens) -> tuple[str, list[Row], str]:
        try:
            return lens.name, _look(lens, held, lens.settings({}), chosen), ""
        except Trouble as trouble:
            return lens.name, [], f"{trouble.what}; {trouble.fix}"

    with hands() as (readers, lookers):
        held = _known(stores, chosen)
        ahead.read(held, readers)
        yield from lookers.map(found, lenses.every().values())


def read(stores: Stores, chosen: Collection[str] = ()) -> list[Known]:
    """What is known of the chosen runs, all of them by default, with all that any lens wants."""
    held = _known(stores, chosen)
    with hands() as (readers, _):
        ahead.read(held, readers)
    return held


def look(
    stores: Stores,
    name: str,
    chosen: Iterable[str] = (),
    given: Mapping[str, Value] | None = None,
    by: str = "",
) -> list[Row]:
    """What a lens finds on the chosen runs (ids or model names), or on all that can feed it.

    `by` names a column; the lens then looks at each of its values alone. Raises Trouble where a
    setting is out of bounds, a run is not there, or a chosen run lacks what the lens needs.
    """
    lens, wanted = named(name), list(chosen)
    try:
        settings = lens.settings(given or {})
    except ValueError as error:
        raise Trouble(str(error), f"see its settings: tailscope lens --json ({name})") from error
    with alone():
        return _look(lens, _known(stores, wanted), settings, wanted, by)


def _known(stores: Stores, wanted: Collection[str]) -> list[Known]:
    """What is known of the runs asked for, or of all, as the stores stand now."""
    version = stores.version()
    return [known.of(stores, run, version) for run in _chosen(_answering(stores), list(wanted))]


def _look(
    lens: Lens,
    held: list[Known],
    settings: dict[str, Value],
    wanted: Collection[str],
    by: str = "",
) -> list[Row]:
    found: list[Row] = []
    lacking: dict[str, tuple[str, ...]] = {}
    wrong: list[str] = []
    fed: list[Fed] = []
    for told in held:
        run = dict(told.run)
        columns = pivot.fed(told, lens.name, settings, by) or tables.columns(
            told, lens.table, {*lens.needs, *lens.may_use, by}
        )
        if lacks := lens.lacks(columns, settings):
            lacking[f"{run['model']} on {run['dataset']}"] = lacks
            continue
        if lens.across:
            fed.append((run, columns))
            continue
        try:
            found += through.one(lens, run, columns, settings, by)
        except ValueError as error:
            wrong.append(f"{lens.name} on {run['model']}: {error}")
    for some in _together(fed):
        if len(some) < 2 and not lens.alone:
            lacking[f"{some[0][0]['model']} on {some[0][0]['dataset']}"] = ("run",)
            continue
        try:
            found += through.several(lens, some, settings, by)
        except ValueError as error:
            wrong.append(f"{lens.name} on {some[0][0]['dataset']}: {error}")
    seen = {name for row in found for name in (row.run, row.model)}
    if lens.across and found:
        seen |= {run[key] for run, _ in fed for key in ("run_id", "model")}
    if not found or any(name not in seen for name in wanted):
        if wrong:
            raise Trouble(wrong[0], "choose another setting or another run")
        _explain(lens, lacking)
    return found


def _explain(lens: Lens, lacking: dict[str, tuple[str, ...]]) -> None:
    missing = dict.fromkeys(name for lacks in lacking.values() for name in lacks) or lens.needs
    told = "; ".join(f"{either(name)}: {how(lens, name)}" for name in missing)
    where = f" ({', '.join(list(lacking)[:3])})" if lacking else ""
    names = ", and ".join(map(either, missing))
    raise Trouble(f"{lens.name} needs {names}{where}", told)


def _together(fed: list[Fed]) -> list[list[Fed]]:
    """The runs of each data set."""
    sets = dict.fromkeys(run["dataset"] for run, _ in fed)
    return [[one for one in fed if one[0]["dataset"] == name] for name in sets]


def _others(run: dict[str, Any], every: list[dict[str, Any]]) -> bool:
    return any(run["dataset"] == one["dataset"] and run["run_id"] != one["run_id"] for one in every)


def _answering(stores: Stores) -> list[dict[str, Any]]:
    found = [run for run in runs.every(stores.warehouse) if run["model"] is not None]
    return sorted(found, key=lambda run: (run["dataset"], run["model"], run["run_id"]))


def _chosen(every: list[dict[str, Any]], wanted: list[str]) -> list[dict[str, Any]]:
    absent = [w for w in wanted if not any(w in (run["run_id"], run["model"]) for run in every)]
    if absent:
        raise Trouble(
            f"there is no run {absent[0]!r}", "choose one of those listed: tailscope runs"
        )
    return [run for run in every if not wanted or {run["run_id"], run["model"]} & set(wanted)]
