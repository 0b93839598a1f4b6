"""The shell's words about lenses: which there are, what one finds, a file that feeds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.printed import grid, out, show
from app.service.lenses import lens as looking
from app.service.lenses import lens_needs, lens_said
from app.service.stores import Stores

FOUND = ["model", "dataset", "group", "measure", "value", "low", "high", "n", "lost"]
MARKED = "~ the interval may be short, is missing or is not one of chance: tailscope lens NAME says"


def listed(stores: Stores, paper: str, needs: str, ready: bool, as_json: bool) -> None:
    """The lenses, or those of a paper, with a need, or that are ready."""
    kept = lens_needs.needing(looking.states(stores), needs)
    which = lens_said.READY[1] if ready else lens_said.READY[0]
    states = [state.json() for state in lens_said.kept(kept, which, paper)]
    short = [state | {"missing": ", ".join(state["missing"])} for state in states]
    show(states, as_json, lambda: grid(short, ["lens", "title", "source", "ready", "missing"]))


def look(
    stores: Stores, name: str, chosen: Sequence[str], given: Mapping[str, str], by: str,
    as_json: bool,
) -> None:  # fmt: skip
    """What one lens finds."""
    rows = [row.json() for row in looking.look(stores, name, chosen, given, by)]
    told = {"lens": name, "source": looking.named(name).source, "rows": rows}
    show(told, as_json, lambda: grid(rows, FOUND))
    if not as_json:
        for line in notes(rows):
            out.print(line, markup=False)


def wary(row: Mapping[str, Any]) -> bool:
    """Whether a number carries a caution about its interval."""
    return row["value"] is not None and "interval" in row["why"]


def notes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why a dash has no number, and what to beware of in an interval: a line each.

    >>> few = {"measure": "risk", "group": "", "value": 0.2, "why": "few: the interval is short"}
    >>> none = few | {"measure": "f1", "value": None, "why": "no row"}
    >>> notes([few, few | {"group": "health"}, none])
    ['— f1: no row', '~ risk, risk health: few: the interval is short']
    """
    empty = [f"— {r['measure']}: {r['why']}" for r in rows if r["value"] is None]
    beware: dict[str, list[str]] = {}
    for r in rows:
        if wary(r):
            beware.setdefault(r["why"], []).append(f"{r['measure']} {r['group']}".strip())
    said = [f"~ {', '.join(dict.fromkeys(of))}: {why}" for why, of in beware.items()]
    return [*dict.fromkeys(empty), *said]


def every(stores: Stores, chosen: Sequence[str], as_json: bool) -> None:
    """What every lens finds that can look at these runs, as each is set by default."""
    told: list[dict[str, Any]] = []
    for name, rows, why in looking.every(stores, chosen):
        found = [row.json() for row in rows]
        told.append({"lens": name, "source": looking.named(name).source, "rows": found, "why": why})
    flat = [
        {"lens": one["lens"], **row, "note": "~" if wary(row) else ""}
        for one in told for row in one["rows"]
    ]  # fmt: skip
    show(told, as_json, lambda: grid(flat, ["lens", *FOUND, "note"]))
    if not as_json and any(map(wary, flat)):
        out.print(MARKED)


def example(name: str, folder: Path, as_json: bool) -> None:
    """Writes a made-up file that feeds a lens, with its mapping."""
    from app.service.lenses import example as made

    rows, how = made.write(name, folder)
    told = {"file": str(rows), "mapping": str(how), "load": f"tailscope load {rows} --map {how}"}
    show(told, as_json, lambda: grid([told], ["load"]))
