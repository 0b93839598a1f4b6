"""What published monitors make of one model's runs: CARE, a stop at its flags, segments."""

from __future__ import annotations

from dataclasses import dataclass

from app.service.lenses import lens
from app.service.lenses.lens import Row
from app.service.stores import Stores
from data.trouble import Trouble
from risk.measure import Measure

SHARES = {
    "care": {
        "care": "CARE as a whole", "coverage": "coverage",
        "accuracy": "accuracy", "earliness": "earliness", "reliability": "reliability",
    },
    "streaming": {"share_seen": "share seen", "macro_f1": "macro F1"},
    "segments": {"crossed": "answers below ½", "least": "least safety score"},
}  # fmt: skip
"""Lens -> the measures of it that lie from 0 to 1, in words."""
TITLES = {"care": "CARE", "streaming": "stopped at flag {k}", "segments": "segments of answers"}


@dataclass(frozen=True, slots=True)
class Watched:
    """What each monitor found (lens, its rows), and why another found nothing."""

    found: dict[str, tuple[Row, ...]]
    lacking: dict[str, str]


def read(stores: Stores, run_id: str, flags: int) -> Watched:
    """CARE, the stop at flag number `flags` and the segments of one run's answers."""
    found: dict[str, tuple[Row, ...]] = {}
    lacking: dict[str, str] = {}
    for name in SHARES:
        try:
            rows = lens.look(stores, name, [run_id], {"k": flags} if name == "streaming" else {})
            found[name] = tuple(rows)
        except Trouble as trouble:
            lacking[name] = f"{trouble.what.partition(' (')[0]} ({trouble.fix})"
    return Watched(found, lacking)


def drawn(seen: Watched, flags: int) -> list[tuple[str, str, Measure]]:
    """Monitor, what of it, and the number: those from 0 to 1."""
    return [
        (
            TITLES[name].format(k=flags),
            words[row.measure],
            Measure(row.value, row.low, row.high, row.n, row.lost, row.why),
        )
        for name, words in SHARES.items()
        for row in seen.found.get(name, ())
        if row.measure in words and not row.group
    ]


def rows(seen: Watched) -> list[dict[str, object]]:
    """All that the monitors found, a number a row."""
    return [
        {"monitor": name, "measure": " ".join(filter(None, (row.measure, row.group))),
         "value": row.value, "low": row.low, "high": row.high, "n": row.n, "left out": row.lost}
        for name, some in seen.found.items() for row in some
    ]  # fmt: skip


def missing(seen: Watched) -> str:
    """Which of the monitors cannot look at these runs, and what they need."""
    return "; ".join(seen.lacking.values())
