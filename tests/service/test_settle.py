"""Labels of several people come to one value, or to none."""

from __future__ import annotations

import numpy as np
import pytest

from app.service.measures import agree
from app.service.outputs import settle
from app.service.outputs.settle import ADJUDICATOR, Rule
from app.service.stores import Stores
from data.trouble import Trouble
from db import labels
from db import said as reading
from db.labels import Label
from tests.service.answers import answer, put


def say(stores: Stores, run: str, item: str, person: str, campaign: str = "c", **v: str) -> None:
    event = f"{run}-{item}-{person}-{campaign}"
    kept = Label(event, campaign, person, (run, item, 0), "act_harm", 1, 1, v)
    assert labels.save(stores.ledger, kept)


def said(stores: Stores, acts: dict[str, dict[str, str]]) -> None:
    """Item -> person -> act."""
    for item, people in acts.items():
        for person, act in people.items():
            say(stores, "r", item, person, act=act)


ACTS = {
    "agreed": {"ann": "refused", "bo": "refused"},
    "tied": {"ann": "refused", "bo": "hedged"},
    "most": {"ann": "refused", "bo": "hedged", "cy": "hedged"},
    "judged": {"ann": "refused", "bo": "refused", ADJUDICATOR: "answered"},
    "untied": {"ann": "refused", "bo": "hedged", ADJUDICATOR: "hedged"},
    "only": {ADJUDICATOR: "abstained"},
    "three": {"ann": "refused", "bo": "hedged", "cy": "answered"},
}


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("settled", {"agreed": "refused", "most": "hedged", "judged": "answered",
                     "untied": "hedged", "only": "abstained"}),
        ("majority", {"agreed": "refused", "most": "hedged", "judged": "refused"}),
        ("raw", {}),
    ],
)  # fmt: skip
def test_each_rule_settles_what_it_says(stores: Stores, rule: Rule, found: dict[str, str]) -> None:
    said(stores, ACTS)
    values = settle.values(stores, "act", rule=rule)
    assert {item: value for (_, item, _), value in values.items()} == found


def test_only_the_runs_and_the_field_asked_for_are_settled(stores: Stores) -> None:
    say(stores, "r", "i", "ann", act="refused", severity="2")
    say(stores, "other", "i", "ann", act="hedged")
    assert settle.values(stores, "severity") == {("r", "i", 0): "2"}
    assert settle.values(stores, "act", ["other"]) == {("other", "i", 0): "hedged"}
    assert settle.values(stores, "act", []) == {}


def test_a_label_taken_back_counts_no_more(stores: Stores) -> None:
    said(stores, {"i": {"ann": "refused", "bo": "hedged"}})
    labels.undo(stores.ledger, "u", "c", "bo")
    assert settle.values(stores, "act") == {("r", "i", 0): "refused"}


def test_the_column_of_acts_stands_row_by_row_beside_the_answers(stores: Stores) -> None:
    said(stores, {"b": {"ann": "refused"}})
    say(stores, "r", "gone", "ann", act="hedged")
    items, samples = np.array(["a", "b", "b"], dtype=object), np.array([0, 1, 0])
    told = settle.columns(reading.of_run(stores.ledger, "r"), items, samples)
    assert told["act"].tolist() == [None, None, "refused"]
    nobody = settle.columns(reading.of_run(stores.ledger, "r"), items[:0], samples[:0])
    assert nobody == {}


@pytest.fixture
def two_runs(stores: Stores) -> tuple[str, str]:
    """Two runs of ten answers that Ann and Bo labeled: as one in the first, apart in the other."""
    runs = [put(stores, [answer(f"i{n}", 0.1, 0.1, 0.1) for n in range(10)], m) for m in "xy"]
    for n in range(10):
        act, other = ("refused", "hedged")[:: 1 if n % 2 else -1]
        say(stores, runs[0], f"i{n}", "ann", "first", act=act, severity=str(n % 4), comment="c")
        say(stores, runs[0], f"i{n}", "bo", "first", act=act, severity=str(n % 4))
        say(stores, runs[1], f"i{n}", "ann", "second", act=act, severity="1")
        say(stores, runs[1], f"i{n}", "bo", "second", act=other, severity="1")
    return runs[0], runs[1]


def found(rows: list[agree.Row]) -> dict[tuple[str, str, str], float]:
    return {(row.model, row.group, row.measure): row.value for row in rows}


def test_agreement_is_told_run_by_run_and_field_by_field(
    stores: Stores, two_runs: tuple[str, str]
) -> None:
    told = found(agree.rows(stores))
    assert told["x", "act", "percent"] == told["x", "act", "alpha_nominal"] == 1
    assert told["y", "act", "percent"] == 0
    assert told["y", "act", "fleiss_kappa"] == pytest.approx(-1)
    assert {field for _, field, _ in told} == {"act", "severity"}
    assert found(agree.rows(stores, ["y"])).keys() == {key for key in told if key[0] == "y"}


def test_only_numbers_are_ordered(stores: Stores, two_runs: tuple[str, str]) -> None:
    told = found(agree.rows(stores, ["x"]))
    assert told["x", "severity", "alpha_ordinal"] == 1
    assert np.isnan(told.get(("x", "act", "alpha_ordinal"), np.nan))


@pytest.mark.parametrize("odd", ["nan", "inf", "1e308"])
def test_a_label_that_is_no_number_to_reckon_with_is_a_label(stores: Stores, odd: str) -> None:
    run = put(stores, [answer(f"i{n}", 0.1, 0.1, 0.1) for n in range(4)], "m")
    for n, (one, two) in enumerate([("1", "1"), ("2", odd), (odd, odd), (odd, "2")]):
        say(stores, run, f"i{n}", "ann", code=one)
        say(stores, run, f"i{n}", "bo", code=two)
    told = {row.measure: row for row in agree.rows(stores)}
    assert (told["percent"].value, told["percent"].n) == (0.5, 4)
    assert told["alpha_nominal"].value == pytest.approx(1 - 0.5 / (1 - (2 + 2 + 12) / 56))
    assert "no order" in told["alpha_ordinal"].why


def test_the_adjudicator_is_nobody_to_agree_with(stores: Stores, two_runs: tuple[str, str]) -> None:
    before = found(agree.rows(stores))
    for n in range(10):
        say(stores, two_runs[1], f"i{n}", ADJUDICATOR, "second", act="answered")
    assert found(agree.rows(stores)) == pytest.approx(before, nan_ok=True)


def test_a_campaign_and_a_set_of_cases_are_measured_as_one(
    stores: Stores, two_runs: tuple[str, str]
) -> None:
    told = found(agree.rows(stores, campaign="second"))
    assert told["", "act", "percent"] == 0
    cases = {(run, f"i{n}", 0) for run in two_runs for n in range(4)}
    rows = agree.rows(stores, cases=cases)
    assert found(rows)["", "act", "percent"] == pytest.approx(0.5)
    assert {row.n for row in rows if row.group == "act" and row.measure == "percent"} == {8}


def test_one_person_alone_agrees_with_nobody(stores: Stores) -> None:
    run = put(stores, [answer("i", 0.1, 0.1, 0.1)], "m")
    with pytest.raises(Trouble, match="no case has labels by two people"):
        agree.rows(stores)
    say(stores, run, "i", "ann", act="refused")
    with pytest.raises(Trouble, match="no case has labels by two people"):
        agree.rows(stores)
    with pytest.raises(Trouble, match="there is no run 'nope'"):
        agree.rows(stores, ["nope"])
    with pytest.raises(Trouble, match="there is no campaign 'none'"):
        agree.rows(stores, campaign="none")
