"""The Trajectories page: from the link to the map, a pick, one run's steps as text."""

from __future__ import annotations

from pathlib import Path

from app.service import stores as opened
from app.service.measures.trajectories_picked import Pick
from app.settings import Settings
from tests.pages.conftest import Door
from tests.pages.test_pages import whole, words
from tests.service.answers import put


def test_the_page_opens_with_what_is_seen(door: Door, sample: Path) -> None:
    said = words(whole(door(sample, "trajectories", model="gale-14b"))).replace("\\", "")
    assert "15 of 119 runs broke the rule and 11 were cut off" in said
    assert "Risk over the steps of 119 runs" in said
    assert "states: safe < probing < risky < violated" in said


def test_choices_live_in_the_link(door: Door, sample: Path) -> None:
    app = door(
        sample, "trajectories", model="gale-14b", outcome="cut off", ahead="2",
        states="calm = safe + probing, risky, violated",
    )  # fmt: skip
    said = words(whole(app)).replace("\\", "")
    assert "11 runs cut off" in said
    assert "states: calm < risky < violated" in said
    assert "within 2 moves" in said


def test_a_run_picked_in_the_link_is_read_step_by_step(door: Door, sample: Path) -> None:
    pick = Pick("agents-16-r5", 0, 5).text()
    app = whole(door(sample, "trajectories", model="gale-14b", pick=pick))
    said = words(app).replace("\\", "")
    assert "agents-16-r5 · code · violated at step 7" in said
    assert "acts without approval · picked" in said
    next(one for one in app.button if one.label == "Back to all runs").click().run()
    assert "violated at step 7" not in words(whole(app)).replace("\\", "")


def test_a_state_picked_cuts_the_list(door: Door, sample: Path) -> None:
    pick = Pick(state="risky").text()
    app = whole(door(sample, "trajectories", model="gale-14b", pick=pick))
    assert any("runs through risky" in one.value for one in app.subheader)


def test_states_that_are_none_are_told_with_the_way_out(door: Door, sample: Path) -> None:
    app = door(sample, "trajectories", model="gale-14b", states="good, bad")
    assert not app.exception
    said = words(app).replace("\\", "")
    assert "no step has a state of good, bad" in said
    assert "from safest to worst" in said


def test_without_steps_the_page_says_what_to_load(door: Door, tmp_path: Path) -> None:
    assert "No run has steps yet" in words(whole(door(tmp_path, "trajectories")))


def test_hostile_steps_without_states_are_shown_as_text(door: Door, tmp_path: Path) -> None:
    stores = opened.connect(Settings(home=tmp_path))
    evil = "<script>alert(1)</script> [x](javascript:1)"
    rows = [{"id": f"q{evil}", "prompt": "p", "response": "r", "category": evil, "violated": 1,
             "steps": [{"role": evil, "content": evil, "flags": None, "state": None}]}]  # fmt: skip
    put(stores, rows, f"m{evil}", steps="steps", scores={"violation": {"rule": "violated"}})
    stores.warehouse.close()
    stores.ledger.dispose()
    app = whole(door(tmp_path, "trajectories", pick=Pick(f"q{evil}", 0, 0).text()))
    said = words(app)
    assert "1 of 1 runs broke the rule" in said
    assert "<script>" not in said
    assert "[x](" not in said


def test_monitors_stand_side_by_side_and_one_that_cannot_look_says_what_it_needs(
    door: Door, sample: Path
) -> None:
    said = words(whole(door(sample, "trajectories", model="gale-14b"))).replace("\\", "")
    assert "segments needs segment_scores (segment_scores: keep a guard's safety scores" in said
