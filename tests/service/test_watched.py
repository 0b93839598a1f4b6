"""Monitors side by side on one model's runs: each finds what its lens finds, or says why not."""

from __future__ import annotations

from typing import Any

from app.service.lenses import lens
from app.service.measures import watched
from app.service.stores import Stores
from tests.service.answers import put


def runs(flags: str) -> list[dict[str, Any]]:
    """Two runs of four steps, the first of which broke the rule; `flags` marks flagged steps."""
    raised = [["alarm"] if one == "f" else [] for one in flags]
    steps = [[{"role": "agent", "content": "did", "flags": f} for f in raised], [{"role": "agent"}]]
    return [
        {"id": name, "prompt": "p", "response": "r", "category": "c", "violated": float(not n),
         "steps": some}
        for n, (name, some) in enumerate(zip("ab", steps, strict=True))
    ]  # fmt: skip


def put_runs(stores: Stores, flags: str) -> str:
    return put(stores, runs(flags), "m", flags, steps="steps",
               scores={"violation": {"rule": "violated"}})  # fmt: skip


def test_the_monitors_find_what_their_lenses_find(stores: Stores) -> None:
    run = put_runs(stores, ".f.f")
    seen = watched.read(stores, run, flags=2)
    drawn = {word: m.value for _, word, m in watched.drawn(seen, 2)}
    assert drawn["share seen"] == 1.0  # the second flag stands on the last of four steps
    care = {row.measure: row.value for row in lens.look(stores, "care", [run])}
    assert drawn["CARE as a whole"] == care["care"]
    assert "segments needs segment_scores" in watched.missing(seen)
    assert {row["monitor"] for row in watched.rows(seen)} == {"care", "streaming"}


def test_without_flags_no_monitor_is_made_up(stores: Stores) -> None:
    seen = watched.read(stores, put_runs(stores, "...."), flags=1)
    assert watched.drawn(seen, 1) == []
    assert watched.missing(seen).count("flags") >= 2
