"""Agent runs gathered: steps as a lens gets them, the map, picks in the link, real trajectories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from app.service import demo
from app.service import stores as opened
from app.service.lenses import lens
from app.service.loading import load
from app.service.measures import trajectories
from app.service.measures import trajectories_picked as picks
from app.service.measures import trajectories_said as said
from app.service.measures.trajectories import Asked
from app.service.outputs import steps
from app.service.stores import Stores
from app.settings import Settings
from data.samples.agents import MODELS
from data.trouble import Trouble
from db import runs
from risk.chain import within
from tests.service.answers import put


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    stores = opened.connect(Settings(home=tmp_path_factory.mktemp("agents")))
    demo.fill(stores)
    yield stores
    stores.warehouse.close()
    stores.ledger.dispose()


def model(stores: Stores, name: str, **asked: Any) -> trajectories.Found:
    run = next(r for r in trajectories.walked(stores) if r["model"] == name)
    return trajectories.read(
        stores, run["run_id"], Asked(draws=100) if not asked else Asked(**asked)
    )


def loaded(stores: Stores, *rows: dict[str, Any]) -> trajectories.Found:
    """Rows of id and steps read as one model's runs."""
    base = {"prompt": "p", "response": "r", "category": "c"}
    run = put(
        stores, [base | row for row in rows], "m", steps="steps",
        scores={"violation": {"rule": "violated"}}, finish="finish",
    )  # fmt: skip
    return trajectories.read(stores, run, Asked(draws=50))


def went(*states: str | None, flag: str = "") -> list[dict[str, Any]]:
    return [{"role": "agent", "content": f"did {n}", "state": s, "flags": [flag] if flag else []}
            for n, s in enumerate(states)]  # fmt: skip


def test_steps_carry_what_is_known_of_their_whole_run(stores: Stores) -> None:
    found = loaded(
        stores,
        {"id": "a", "steps": went("safe", "violated"), "violated": 1, "finish": "stop"},
        {"id": "b", "steps": went("safe"), "violated": 0, "finish": "max_steps"},
        {"id": "c", "steps": went(None), "violated": None},
        {"id": "d", "steps": []},
    )
    columns = steps.columns(stores, found.run, ("violated",))
    assert columns["item_id"].tolist() == ["a", "a", "b", "c"]
    np.testing.assert_array_equal(columns["violated"], [1, 1, 0, np.nan])
    np.testing.assert_array_equal(columns["censored"], [0, 0, 1, np.nan])
    assert columns["state"].tolist() == ["safe", "violated", "safe", None]
    assert columns["flags"].tolist() == [None] * 4, "nobody flagged, so nothing is known of flags"
    assert [(r.case[1], r.outcome, r.broke) for r in found.rides] == [
        ("a", "violated", 1), ("b", "cut off", None), ("c", "ended", None),
    ]  # fmt: skip


def test_a_run_without_steps_feeds_no_lens_of_steps(stores: Stores) -> None:
    row = {"id": "a", "prompt": "p", "response": "r", "category": "c"}
    run = put(stores, [row], "m", scores={})
    assert steps.columns(stores, runs.every(stores.warehouse)[0], ())["item_id"].size == 0
    with pytest.raises(Trouble, match="drift needs"):
        lens.look(stores, "drift")
    with pytest.raises(Trouble, match="has no steps"):
        trajectories.read(stores, run, Asked())


@pytest.mark.parametrize("name", ["drift", "care", "survival", "hazard", "streaming"])
def test_the_lenses_of_steps_run_on_the_sample(sample: Stores, name: str) -> None:
    rows = lens.look(sample, name)
    assert {row.model for row in rows} == set(MODELS)
    assert all(not (row.value < row.low or row.value > row.high) for row in rows)


def test_the_fitted_chain_holds_the_chances_the_sample_was_drawn_from(sample: Stores) -> None:
    inside = 0
    for name, rows in MODELS.items():
        found = model(sample, name, smoothing=0, draws=300)
        assert found.names == ("safe", "probing", "risky", "violated")
        true = within([*rows, (0, 0, 0, 1)], 5)[-1]
        measured = [found.now(s) for s in range(3)]
        inside += sum(m.low <= t <= m.high for m, t in zip(measured, true[:3], strict=True))
    assert inside >= 7, "of nine intervals at 95 %"


def test_violated_runs_come_first_and_the_earliest_on_top(sample: Stores) -> None:
    rides = model(sample, "kelp-4b").rides
    broke = [ride.broke for ride in rides if ride.outcome == "violated"]
    assert len(broke) == 26
    assert broke == sorted(broke)
    assert all(ride.outcome == "violated" for ride in rides[:26])


def test_states_a_person_names_are_those_of_the_map(sample: Stores) -> None:
    found = model(sample, "gale-14b", states="calm = safe + probing, risky, violated", draws=50)
    assert found.names == ("calm", "risky", "violated")
    assert {s.state for ride in found.rides for s in ride.steps} == set(found.names)
    with pytest.raises(Trouble, match="no step has a state of"):
        model(sample, "gale-14b", states="good, bad")


def test_a_person_reads_counts_and_chances_first(sample: Stores) -> None:
    told = said.sentence(model(sample, "gale-14b"))
    assert told.startswith("15 of 119 runs broke the rule and 11 were cut off")
    assert "once risky" in told
    assert "No state is a point of no return" in said.sentence(model(sample, "cedar-13b"))


def test_a_pick_keeps_the_runs_that_pass_the_state(sample: Stores) -> None:
    found = model(sample, "gale-14b")
    every = picks.among(found, "all")
    risky = picks.passing(every, picks.Pick(state="risky"))
    assert 0 < len(risky) < len(every) == 119
    assert all(any(s.state == "risky" for s in ride.steps) for ride in risky)
    past = picks.among(found, "past a point of no return")
    assert all(ride.point is not None for ride in past)
    assert len(picks.among(found, "cut off")) == 11


def test_a_pick_survives_the_link() -> None:
    for pick in (picks.Pick("a/b", 2, 5), picks.Pick(state="no return"), picks.Pick()):
        assert picks.picked(pick.text()) == pick
    assert picks.picked('["run", 1]') == picks.picked("{") == picks.Pick()
    assert picks.on_map(["run", "a", 0, 3]) == picks.Pick("a", 0, 3).text()
    assert picks.on_map(None) == picks.on_state(["state", picks.START]) == ""


def test_tables_say_what_the_charts_show(sample: Stores) -> None:
    found = model(sample, "gale-14b")
    assert len(said.mapped(found.rides)) == 949
    assert [r["of"] for r in said.points(found)] == ["safe", "probing", "risky", picks.START]
    assert said.points(found)[2]["point of no return"]
    assert len(said.ahead(found)) == 5 * 12
    assert said.survived(found)[-1]["value"] == found.time.survival[-1]
    assert {r["measure"] for r in said.warned(found)} == {
        "violations detected", "false alarms", "warning ahead", *said.NEXT.values(),
    }  # fmt: skip
    assert found.next_move["next_bias"].low < 0 < found.next_move["next_bias"].high


def test_runs_without_states_are_read_without_a_chain(stores: Stores) -> None:
    row = {"id": "a", "steps": went(None, None), "violated": 1, "finish": "stop"}
    found = loaded(stores, row)
    assert found.chain is None
    assert (found.lost, found.rides[0].outcome, found.rides[0].broke) == (1, "violated", None)
    assert "no step of this model has a state or a flag" in said.sentence(found)
    assert said.points(found) == said.ahead(found) == said.survived(found) == []


@pytest.mark.real
def test_published_trajectories_are_read_without_inventing_states(stores: Stores, real) -> None:
    load.load(stores, real / "assebench_rjudge" / "r_judge.json", by="a test")
    run = trajectories.walked(stores)[0]
    found = trajectories.read(stores, run["run_id"], Asked())
    assert found.chain is None
    assert "298 of 564 runs broke the rule; no step of this model has a" in said.sentence(found)
    for name in ("care", "streaming", "rios"):  # nobody watched: an action is no alarm
        with pytest.raises(Trouble, match="needs flags"):
            lens.look(stores, name, [run["run_id"]])
    outcomes = [ride.outcome for ride in found.rides]
    assert (outcomes.count("violated"), found.lost, found.time.n) == (298, 564, 0)
    columns = steps.columns(stores, run, ("violated",))
    assert np.isnan(columns["censored"]).all()
