"""Campaigns from the plan to the freeze, and their probabilities in the estimates of risk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from app.service.labeling import campaigns, progress, progress_said, sizes
from app.service.labeling.campaigns import Plan
from app.service.labeling.sizes import How
from app.service.measures import human
from app.service.outputs.cases import Chosen, Filter
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.trouble import Trouble
from db import assignments, draws, labels
from db.draws import SETTLED
from db.labels import Case, Label
from risk.worst import cvar
from tests.service.answers import answer, put

N = 300
HARM = np.random.default_rng(5).beta(1, 5, N).round(3).tolist()
TRUE = np.clip(1.2 * np.array(HARM) + np.random.default_rng(6).normal(0, 0.06, N), 0, 1).round(3)


@pytest.fixture
def run(stores: Stores) -> str:
    """Answers in three categories, whose judges see a little less harm than there is."""
    rows = [
        answer(f"i{k:03}", h, h / 2, 0.0, category="abc"[min(k // 200, 1) + (k > 280)])
        for k, h in enumerate(HARM)
    ]
    return put(stores, rows, "m")


def of(run: str, **how: object) -> Plan:
    return Plan("Tails", Chosen(Filter(runs=(run,))), size=60, **how)  # type: ignore[arg-type]


def say(stores: Stores, key: str, person: str, case: Case, **values: str) -> None:
    said = Label(f"{key}{person}{case}", key, person, case, "act_harm", 1, 1, values, None, 5.0)
    assert labels.save(stores.ledger, said)


def settle(stores: Stores, cases: Iterable[Case]) -> None:
    for case in cases:
        say(stores, "", SETTLED, case, act="answered", severity="2", comment="seen")


def test_a_campaign_keeps_the_probability_of_every_case_it_draws(stores: Stores, run: str) -> None:
    plan = of(run, how=How("tail"))
    drawn = campaigns.prepare(stores, plan)
    key = campaigns.start(stores, plan, "lead")
    kept = draws.drawn(stores.ledger, key)
    assert [((r["run_id"], r["item_id"], r["sample"]), r["probability"]) for r in kept] == (
        drawn.cases
    )
    assert drawn.chance.sum() == pytest.approx(60)
    assert len(drawn.frame) == N
    assert "tail first: 60 of 300 cases" in progress.look(stores, key).head["design"]
    assert "from " in progress_said.drawn(drawn)


def test_every_design_draws_and_names_what_it_lacks(stores: Stores, run: str) -> None:
    for design in ("random", "stratified", "tail", "disagreement", "asking"):
        drawn = campaigns.prepare(stores, of(run, how=How(design)))
        assert len(drawn.cases) == 60
        assert (drawn.chance > 0).all()
    assert len(campaigns.prepare(stores, of(run, how=How("all"))).cases) == N
    for design in ("el2n", "uncertainty"):
        with pytest.raises(Trouble, match="has what the design needs"):
            campaigns.prepare(stores, of(run, how=How(design)))
    with pytest.raises(Trouble, match="no design"):
        campaigns.prepare(stores, of(run, how=How("other")))
    with pytest.raises(Trouble, match="no case is chosen"):
        campaigns.prepare(stores, Plan("x", Chosen(Filter(runs=("none",)))))


def test_strata_share_a_draw_evenly(stores: Stores, run: str) -> None:
    drawn = campaigns.prepare(stores, of(run, how=How("stratified"), floor=1e-9))
    groups = np.array(sizes._groups(stores, drawn.frame, "category"))
    by = [drawn.chance[groups == name].sum() for name in "abc"]
    assert by == pytest.approx([20.5, 20.5, 19.0], abs=1.6)


def test_judges_and_models_may_disagree(stores: Stores, run: str) -> None:
    with pytest.raises(Trouble, match="second model"):
        campaigns.prepare(stores, of(run, how=How("disagreement", among="models")))
    other = [answer(f"i{k:03}", 1 - h, 0.1, 0.1) for k, h in enumerate(HARM)]
    put(stores, other, "n")
    cases: list[Case] = [(run, f"i{k:03}", 0) for k in range(N)]
    between = sizes.of(stores, cases, How("disagreement", among="models"), Choices())
    assert np.corrcoef(between, np.abs(np.array(HARM) - 0.5))[0, 1] > 0.5
    within = sizes.of(stores, cases, How("disagreement"), Choices())
    assert within == pytest.approx(np.array(HARM) / 4)


def test_options_tell_what_is_hard_and_what_is_unsure(stores: Stores) -> None:
    rows = [
        {
            "id": f"q{k}",
            "prompt": "p",
            "response": "A",
            "category": "a",
            "gold": "A",
            "p_A": p,
            "p_B": 1 - p,
        }
        for k, p in enumerate((0.9, 0.5, 0.1))
    ]
    mapped: dict[str, Any] = {
        "scores": {}, "gold": "gold", "options": {"A": "p_A", "B": "p_B"},
        "option_scale": "probability",
    }  # fmt: skip
    run = put(stores, rows, "m", **mapped)
    cases: list[Case] = [(run, f"q{k}", 0) for k in range(3)]
    far = sizes.of(stores, cases, How("el2n"), Choices())
    assert far == pytest.approx(np.sqrt(2) * np.array([0.1, 0.5, 0.9]))
    unsure = sizes.of(stores, cases, How("uncertainty"), Choices())
    assert unsure.argmax() == 1
    assert unsure[0] == pytest.approx(unsure[2])
    worth = sizes.of(stores, cases, How("asking"), Choices())
    assert worth == pytest.approx([0.1, 0.5, 0.1])


def test_tail_first_labels_correct_cvar_through_their_probabilities(
    stores: Stores, run: str
) -> None:
    plan = Plan("c", Chosen(Filter(runs=(run,)), choices=Choices(level=0.8)), How("tail"), 60)
    truth = cvar(TRUE, 0.8)
    keys = {"tail": campaigns.start(stores, plan, "lead")}
    evenly = Plan("r", plan.chosen, How("random"), 60)
    keys["random"] = campaigns.start(stores, evenly, "lead")
    widths = {}
    for name, key in keys.items():
        for row in draws.drawn(stores.ledger, key):
            case = (row["run_id"], row["item_id"], row["sample"])
            say(stores, key, "ann", case, severity=str(4 * TRUE[int(row["item_id"][1:])]))
        found = human.estimates(stores, run, human.SEVERITY, Choices(level=0.8), key)
        one = found.estimates["cvar"].combined
        assert one.low < truth < one.high
        assert found.notes == ()
        widths[name] = one.high - one.low
    assert widths["tail"] < 0.8 * widths["random"]


def test_gold_is_settled_undrawn_and_of_no_weight(stores: Stores, run: str) -> None:
    settle(stores, [(run, f"i{k:03}", 0) for k in range(100)])
    plan = of(run, how=How("tail"), training=2, drift=4)
    key = campaigns.start(stores, plan, "lead")
    known = draws.answers(stores.ledger, key)
    assert [one.kind for one in known.values()].count("drift") == 4
    assert all(one.answer == {"act": "answered", "severity": "2"} for one in known.values())
    drawn = {(r["run_id"], r["item_id"], r["sample"]) for r in draws.drawn(stores.ledger, key)}
    assert not drawn & known.keys()
    for turn, case in enumerate(known):
        say(stores, key, "ann", case, act="answered", severity="2" if turn < 4 else "4")
    found = progress.look(stores, key)
    (ann,) = found.people
    assert (ann.done, ann.gold, found.labels) == (0, 6, 0)
    assert ann.right.value == pytest.approx(10 / 12)
    assert (ann.early.value, ann.late.value) == (1.0, 0.5)
    assert progress.table(found)[0]["drift"] == pytest.approx(-0.5)
    assert next(word for word, _ in progress_said.gold(ann)) == "all"
    assert human.estimates(stores, run, human.SEVERITY, Choices(), key).labels == 0
    with pytest.raises(Trouble, match="gold cases are wanted"):
        campaigns.start(stores, of(run, drift=400), "lead")


def test_progress_counts_what_is_complete_and_what_is_left(stores: Stores, run: str) -> None:
    key = campaigns.start(stores, of(run, per_case=2), "lead")
    assert "nobody has labeled" in progress.sentence(progress.look(stores, key))
    assert progress.agreement(stores, key) == []
    for person, many in (("ann", 20), ("bo", 12)):
        for row in draws.drawn(stores.ledger, key)[:many]:
            case = (row["run_id"], row["item_id"], row["sample"])
            say(stores, key, person, case, act="answered" if row["place"] % 3 else "refused")
    found = progress.look(stores, key)
    assert (found.cases, found.touched, found.complete, found.labels) == (60, 20, 12, 32)
    assert found.wanted == 120
    assert found.hours == pytest.approx(88 / found.pace)
    assert "12 of 60 cases are complete; 8 partly labeled" in progress.sentence(found)
    assert [row["labels"] for row in progress_said.staff(found)] == [20, 12]
    assert "gold right" not in progress_said.staff(found)[0]
    percent = next(r for r in progress.agreement(stores, key) if r.measure == "percent")
    assert (percent.group, percent.value) == ("act", 1.0)
    assert progress_said.measured(percent).known


def test_what_is_left_of_a_quota_counts_no_gold_case(stores: Stores, run: str) -> None:
    settle(stores, [(run, f"i{k:03}", 0) for k in range(N)])
    key = campaigns.start(stores, of(run, quotas={"ann": 10, "bo": 5}, drift=7), "lead")
    assert campaigns.stop(stores, key, "ann", "lead", ["bo"]) == 10
    assert campaigns.staff(stores, key).quotas["bo"] == 15


def test_who_came_by_gets_no_more_than_is_left(stores: Stores, run: str) -> None:
    key = campaigns.start(stores, of(run, quotas={"ann": 10}), "lead")
    place = draws.drawn(stores.ledger, key)[0]
    say(stores, key, "dan", (place["run_id"], place["item_id"], place["sample"]), act="refused")
    assert campaigns.stop(stores, key, "ann", "lead", ["dan"]) == 10
    assert campaigns.staff(stores, key).quotas["dan"] == 11


def test_people_come_and_go_and_every_change_is_kept(stores: Stores, run: str) -> None:
    key = campaigns.start(stores, of(run, quotas={"ann": 10, "bo": 5, "cy": None}), "lead")
    assert campaigns.stop(stores, key, "ann", "lead", ["bo", "cy"]) == 10
    team = campaigns.staff(stores, key)
    assert dict(team.quotas) == {"ann": 10, "bo": 10, "cy": None}
    assert team.stopped == {"ann"}
    campaigns.freeze(stores, key, "lead")
    campaigns.freeze(stores, key, "lead")
    assert assignments.bring(stores.ledger, key, "bo") == []
    assert progress.sentence(progress.look(stores, key)).startswith("Frozen on ")
    with pytest.raises(Trouble, match="without a reason"):
        campaigns.reopen(stores, key, "lead", " ")
    campaigns.reopen(stores, key, "other", "two cases were cut")
    assert len(assignments.bring(stores.ledger, key, "bo", limit=3)) == 3
    told = campaigns.history(stores, key)
    assert [row["what"] for row in told] == [
        "reopened", "frozen", "put on", "put on", "taken off", "put on", "put on", "put on",
        "started",
    ]  # fmt: skip
    assert told[0]["particulars"] == "why two cases were cut"
    with pytest.raises(Trouble, match="no campaign"):
        campaigns.assign(stores, "none", "ann", None, "lead")
    with pytest.raises(Trouble, match="quota 0"):
        campaigns.assign(stores, key, "ann", 0, "lead")


def test_campaigns_of_one_name_are_told_apart(stores: Stores, run: str) -> None:
    first, second = (campaigns.start(stores, of(run), "lead") for _ in range(2))
    other = campaigns.start(stores, Plan("Other", of(run).chosen), "lead")
    names = campaigns.names(stores)
    assert names == {other: "Other", second: f"Tails · {second}", first: f"Tails · {first}"}


def test_the_largest_may_come_first(stores: Stores, run: str) -> None:
    drawn = campaigns.prepare(stores, of(run, how=How("tail"), highest_first=True))
    chance = [p for _, p in drawn.cases]
    assert chance == sorted(chance, reverse=True)
    assert campaigns.prepare(stores, of(run, how=How("tail"))).cases != drawn.cases
