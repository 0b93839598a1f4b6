"""The lenses on sets of options: conformal, dual_threshold and cap, and froc on runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.conformal import Rule, trials
from risk.control import bound
from risk.lenses import every
from risk.resplit import Room, spread
from risk.sets import Questions, questions
from tests.asked import columns, made
from tests.asked import real as published
from tests.lens_columns import look, text

ASKED = made(200, seed=1)
COLUMNS = columns(ASKED)


def test_the_lens_says_what_the_splits_say():
    found = look("conformal", COLUMNS, alpha=0.2, splits=50, seed=3)
    same = trials(ASKED, Rule(0.2), 50, 3)
    assert found["coverage", ""].value == pytest.approx(same.coverage.mean())
    assert found["set_size", ""].value == pytest.approx(same.size.mean())
    own = spread(same.coverage, same.own.coverage, 0.5, Room(200), 100)
    assert found["coverage", ""].low <= own.low < own.value < own.high
    shares = [m.value for (name, group), m in found.items() if name == "share" and group]
    assert sum(shares) == pytest.approx(1)
    assert (found["coverage", ""].n, found["coverage", ""].lost) == (100, 0)


@pytest.mark.parametrize("name", ["conformal", "dual_threshold", "cap"])
def test_numbers_over_splits_have_an_interval_of_some_width_where_they_can_lie(name):
    found = look(name, COLUMNS, splits=4)
    known = {at: one for at, one in found.items() if one.known and at[0] != "no_threshold"}
    assert known
    for (what, _), one in known.items():
        assert one.low < one.high, what
        assert one.low <= one.value <= one.high
        assert one.low >= 0
        assert one.high <= (4 if what == "set_size" else 2 if what == "uacc" else 1 + 1e-9)


@pytest.mark.parametrize("name", ["conformal", "dual_threshold", "cap"])
def test_questions_of_a_single_option_have_shares_with_intervals(name):
    one = Questions(np.ones((30, 1)), np.zeros(30, int), tuple(map(str, range(30))), (("A",),) * 30)
    found = look(name, columns(one), splits=4)
    share = found["coverage", "lac" if name == "cap" else ""]
    assert share.low < share.value == share.high == 1
    assert all(m.why for m in found.values() if m.known and not m.low < m.high and m.n != 4)


@pytest.mark.parametrize("name", ["conformal", "dual_threshold", "cap"])
def test_of_four_times_the_answers_the_mean_is_known_better(name):
    few, many = (look(name, columns(made(n, seed=3)), splits=20) for n in (60, 960))
    group = "lac" if name == "cap" else ""
    wide, near = (one["accuracy", group].high - one["accuracy", group].low for one in (few, many))
    assert near < wide


def test_the_lens_counts_what_it_could_not_use():
    some = {name: column.copy() for name, column in COLUMNS.items()}
    some["gold"][:7] = None
    found = look("conformal", some, splits=5)["coverage", ""]
    assert (found.n, found.lost) == (97, 7)


def test_raps_draws_at_the_edge_unless_told_not_to():
    usual, yes, no = (
        look("conformal", COLUMNS, method="raps", splits=50, randomized=word)["set_size", ""].value
        for word in ("usual", "yes", "no")
    )
    assert usual == yes < no


def test_an_empty_set_keeps_its_likeliest_option_only_where_asked():
    keep, drop = (
        look("conformal", COLUMNS, alpha=0.7, splits=20, keep_top=word) for word in ("yes", "no")
    )
    assert ("share", "size 0") not in keep
    assert drop["coverage", "size 0"].value == 0
    assert keep["coverage", ""].value > drop["coverage", ""].value


@settings(max_examples=20)
@given(st.permutations(range(40)), st.sampled_from(["conformal", "dual_threshold", "cap"]))
def test_the_order_of_rows_changes_no_number(order, name):
    some = columns(made(40, seed=2))
    turned = {key: column[list(order)] for key, column in some.items()}
    a, b = (look(name, one, splits=2) for one in (some, turned))
    for key, one in a.items():
        assert b[key].value == pytest.approx(one.value, nan_ok=True), key


def test_the_dual_threshold_tells_how_often_there_was_none():
    found = look("dual_threshold", columns(made(27)), alpha=0.01, splits=6, method="lac")
    assert found["no_threshold", ""].value == 6
    assert not found["threshold", ""].known
    assert "no set missed" in found["tpr", ""].why


def test_control_abstains_more_the_stricter_the_limit():
    strict, loose = (
        look(
            "dual_threshold", COLUMNS, choice="control", loss="error", uncertainty="top",
            limit=limit, splits=20,
        )["abstain", ""].value
        for limit in (0.15, 0.6)
    )  # fmt: skip
    assert strict > loose


def test_the_policy_stands_beside_sets_measured_alike():
    found = look("cap", COLUMNS, splits=3)
    groups = {group: {n for n, g in found if g == group} for _, group in found}
    assert groups["lac"] == groups["aps"] == groups["cap"] - {"alpha", "beta"}
    assert found["abstain", "lac"].value == 0
    for group in groups:
        parts = [found[name, group].value for name in ("abstain", "single", "several")]
        assert sum(parts) == pytest.approx(1)


@pytest.mark.parametrize("name", ["conformal", "dual_threshold", "cap"])
def test_a_run_without_a_usable_question_is_refused(name):
    nothing = COLUMNS | {"gold": text(*["?"] * 200)}
    with pytest.raises(ValueError, match="rows"):
        look(name, nothing, splits=2)


# Runs inside a budget


def scores(values, dimension="bias"):
    n = len(values)
    return {
        "item_id": text(*(f"i{i}" for i in range(n))),
        "dimension": text(*[dimension] * n),
        "scorer": text(*["judge"] * n),
        "value": np.array(values, dtype=float),
    }


def test_three_runs_worked_by_hand_leave_two_inside_the_budget():
    runs = {
        "none": scores([0.0] * 100),
        "two": scores([1.0] * 2 + [0.0] * 98),
        "nine": scores([1.0] * 9 + [0.0] * 91),
    }
    found = look("froc", runs, budget=0.1)
    assert {name: found["valid", name].value for name in runs} == {"none": 1, "two": 1, "nine": 0}
    assert found["p_value", "none"].value == pytest.approx(0.9**100)
    assert found["upper", "two"].value == pytest.approx(bound(0.02, 100, 0.1, binary=True))
    risk = found["risk", "nine"]
    assert risk.low < 0.09 < risk.high


def test_a_prompt_counts_once_and_one_without_a_score_is_lost():
    rows = scores([0.2, 0.4, np.nan, np.nan, 1.0])
    rows["item_id"] = text("a", "a", "a", "b", "c")
    found = look("froc", {"x": rows, "y": scores([0.0] * 5)})["risk", "x"]
    assert (found.value, found.n, found.lost) == (pytest.approx(0.65), 2, 1)


def test_a_dimension_that_a_run_lacks_is_missing_there():
    runs = {"x": scores([0.5] * 9), "y": scores([0.5] * 9, "ethics")}
    found = look("froc", runs, dimension="bias")
    assert found["risk", "x"].known
    assert "no harm score of the dimension bias" in found["risk", "y"].why
    assert ("valid", "y") not in found


# Real answers


@pytest.mark.real
def test_held_out_coverage_of_real_answers_keeps_its_promise(real):
    for subject, told in published(real).items():
        for method in ("lac", "raps"):
            found = look("conformal", told, method=method, splits=400)
            # the exact promise lies between 1 - alpha and that plus 1 / (calibration rows + 1)
            n = found["threshold", ""].n
            assert 0.9 - 0.01 < found["coverage", ""].value < 0.9 + 1 / (n + 1) + 0.012, subject


@pytest.mark.real
def test_every_lens_reads_the_real_answers(real):
    told = published(real)["marketing"]
    assert len(questions(told)) == 260
    for name in ("dual_threshold", "cap"):
        found = look(name, told, splits=3)
        assert all(m.lost == 0 for m in found.values())
        assert {key for key in found if not found[key].known} == set(), name
    assert set(every()) >= {"conformal", "dual_threshold", "cap", "froc"}
