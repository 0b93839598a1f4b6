"""Lenses of groups and runs: worst_group, spiky, best_of_n, tradeoff, constructive, and others."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.front import front
from risk.lenses.best_of_n import at_least_one
from risk.lenses.deference import worth
from tests.lens_columns import look, text

GROUPS = {
    "harm": np.array([0.3] * 6 + [0.1] * 10),
    "group": text(*["A"] * 6, *["B"] * 10),
}


def test_worst_group_has_the_worked_gap():
    found = look("worst_group", GROUPS, least=5)
    assert found["loss", ""].value == pytest.approx(0.175)
    assert (found["worst", ""].value, found["worst", ""].why) == (pytest.approx(0.3), "of A")
    assert found["gap", ""].value == pytest.approx(0.125)


def test_worst_group_lists_a_small_group_and_does_not_rank_it():
    found = look("worst_group", GROUPS, least=10)
    assert found["worst", ""].why == "of B"
    assert "not ranked" in found["loss", "A"].why
    none = look("worst_group", GROUPS)["gap", ""]
    assert not none.known
    assert none.n == 16


def test_losses_of_few_have_room_instead_of_a_caution():
    columns = {"harm": np.linspace(0, 0.6, 16) ** 3, "group": GROUPS["group"]}
    found = look("worst_group", columns)["loss", "A"]
    assert found.why == "fewer than 20 answers: not ranked"
    assert found.high > columns["harm"].max()


def test_worst_group_of_alike_groups_makes_room_for_their_being_alike():
    rng = np.random.default_rng(0)
    same = {"harm": rng.random(400), "group": text(*[f"g{i % 10}" for i in range(400)])}
    found = look("worst_group", same, draws=300)
    worst, gap = found["worst", ""], found["gap", ""]
    assert worst.low < same["harm"].mean() < worst.value < worst.high
    assert (gap.low, gap.value > 0.05) == (0.0, True)


def test_worst_group_reads_wrong_answers_as_loss():
    columns = {"correct": np.array([1.0] * 5 + [0.0] * 5), "category": text(*["a", "b"] * 5)}
    assert look("worst_group", columns, least=1)["loss", ""].value == 0.5
    with pytest.raises(ValueError, match="there is no column 'harm'"):
        look("worst_group", columns, loss="harm")


def specialties(hits, of):
    right = np.concatenate([np.repeat([1.0, 0.0], [h, of - h]) for h in hits])
    return {"correct": right, "category": text(*np.repeat([*"abcdefgh"][: len(hits)], of))}


def test_spiky_has_the_worked_range_and_spread():
    found = look("spiky", specialties((987, 860, 800, 684, 600), 1000))
    assert found["range", ""].value == pytest.approx(0.387)
    assert found["sd", ""].value == pytest.approx(0.1509, abs=5e-5)
    assert found["worst", ""].value == pytest.approx(0.642)
    assert found["accuracy", "e"].low < 0.6 < found["accuracy", "e"].high


def test_spiky_shows_a_small_specialty_and_leaves_it_out_of_the_spread():
    columns = specialties((9, 5), 10)
    few = {"correct": np.append(columns["correct"], [0.0] * 3),
           "category": text(*columns["category"], *["z"] * 3)}  # fmt: skip
    found = look("spiky", few)
    assert found["range", ""].value == pytest.approx(0.4)
    assert "not ranked" in found["accuracy", "z"].why
    assert not look("spiky", specialties((9,), 10))["sd", ""].known


def test_best_of_n_has_the_worked_chances():
    columns = {"item_id": text(*["p"] * 20), "unsafe": np.array([1.0] * 3 + [0.0] * 17)}
    found = look("best_of_n", columns, n="1, 5, 21")
    assert found["at_least_one", "N 1"].value == pytest.approx(0.15)
    assert found["at_least_one", "N 5"].value == pytest.approx(0.6009, abs=5e-5)
    assert found["at_least_one", "N 21"].why == "no prompt has 21 judged samples"


def test_best_of_n_takes_each_prompt_with_its_own_samples():
    columns = {
        "item_id": text("a", "a", "b", "b", "b", "c"),
        "unsafe": np.array([1.0, 0, 0, 0, np.nan, 1]),
    }
    found = look("best_of_n", columns, n="2")
    assert (found["at_least_one", "N 2"].n, found["at_least_one", "N 2"].lost) == (2, 1)
    assert found["at_least_one", "N 2"].value == 0.5
    assert (found["samples", ""].value, found["samples", ""].lost) == (5, 1)
    with pytest.raises(ValueError, match="it must be whole numbers from 1"):
        look("best_of_n", columns, n="two")


@given(st.integers(1, 9), st.integers(0, 9), st.integers(1, 9))
def test_the_chance_is_what_counting_all_draws_gives(n, k, draws):
    k = min(k, n)
    if draws > n:
        assert np.isnan(at_least_one(n, k, draws))
        return
    marks = [1] * k + [0] * (n - k)
    every = list(combinations(marks, draws))
    assert at_least_one(n, k, draws) == pytest.approx(sum(map(any, every)) / len(every))


def run(harm, refused, items=10, right=None):
    acts = ["refused"] * refused + ["answered"] * (items - refused)
    bad = np.array([1.0] * harm + [0.0] * (items - harm))
    columns = {"item_id": text(*map(str, range(items))), "unsafe": bad, "act": text(*acts),
               "prompt_is": text(*["safe"] * items)}  # fmt: skip
    return columns if right is None else columns | {"correct": np.array(right, dtype=float)}


def test_tradeoff_finds_the_dominated_run():
    found = look("tradeoff", {"a": run(1, 3), "b": run(2, 1), "c": run(2, 2)})
    assert [found["front", name].value for name in "abc"] == [1, 1, 0]
    assert found["harm", "a"].value == 0.1
    assert found["over_refusal", "a"].value == 0.3


def test_tradeoff_puts_equal_runs_on_the_front_and_shows_one_without_an_axis_apart():
    same = {"a": run(1, 3, right=[1] * 10), "b": run(1, 3, right=[1] * 10), "c": run(0, 0)}
    found = look("tradeoff", same)
    assert found["front", "a"].value == found["front", "b"].value == 1
    assert found["front", "c"].why == "it has no utility"
    assert found["front_share", "a"].value == 1


def test_tradeoff_needs_two_axes():
    one = {"item_id": text("i"), "unsafe": np.array([1.0])}
    with pytest.raises(ValueError, match="a trade-off needs two"):
        look("tradeoff", {"a": one, "b": one})


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=8))
def test_whoever_is_off_the_front_is_beaten_by_someone_on_it(points):
    x = np.array(points, dtype=float)
    on = front(x)
    assert on.any()
    for row in x[~on]:
        assert any((one >= row).all() and (one > row).any() for one in x[on])


def test_constructive_shares_sum_to_one_over_usable_answers():
    columns = {
        "unsafe": np.repeat([0.0, 0.0, 1.0, np.nan], [50, 35, 15, 5]),
        "helpful": np.repeat([1.0, 0.0, 1.0, 1.0], [50, 35, 15, 5]),
    }
    found = look("constructive", columns)
    shares = [found[name, ""].value for name in ("constructive", "safe_only", "unsafe")]
    assert shares == pytest.approx([0.5, 0.35, 0.15])
    assert found["unsafe", ""].lost == 5


def test_constructive_utility_has_the_worked_value_and_refuses_what_leaves_the_scale():
    columns = {"unsafe": np.zeros(1), "act": text("answered"), "retention": np.array([0.8]),
               "risk": np.array([0.1]), "cost": np.array([0.2])}  # fmt: skip
    assert look("constructive", columns)["utility", ""].value == pytest.approx(0.6)
    free = {name: column for name, column in columns.items() if name != "cost"}
    assert ("utility", "") not in look("constructive", free)
    with pytest.raises(ValueError, match="risk is 3; it must be from 0 to 1"):
        look("constructive", columns | {"risk": np.array([3.0])})


def test_refusal_quality_counts_elements_of_refusals_alone():
    columns = {
        "act": text("refused", "hedged", "refused", "answered"),
        "acknowledgment": text("yes", "yes", "no", "yes"),
        "boundary": text("yes", "yes", "yes", "yes"),
        "transition": text("no", "yes", "no", "yes"),
        "redirection": text("yes", "yes", "no", "yes"),
    }
    found = look("refusal_quality", columns)
    assert found["quality", ""].value == pytest.approx(8 / 3)
    assert (found["boundary", ""].value, found["boundary", ""].n) == (1, 3)
    assert found["transition", ""].value == pytest.approx(1 / 3)
    columns["boundary"] = text("yes", None, "yes", "yes")
    found = look("refusal_quality", columns)
    assert (found["quality", ""].value, found["quality", ""].lost) == (2, 1)
    assert found["acknowledgment", ""].n == 3


def test_reasoning_gap_is_over_answers_judged_safe():
    columns = {
        "unsafe": np.repeat([0.0, 0.0, 1.0, 0.0, np.nan], [6, 34, 5, 3, 2]),
        "reasoning_unsafe": np.repeat([1.0, 0.0, 1.0, np.nan, 1.0], [6, 34, 5, 3, 2]),
    }
    found = look("reasoning_gap", columns)
    assert (found["gap", ""].value, found["gap", ""].n, found["gap", ""].lost) == (0.15, 40, 5)
    assert found["open", ""].value == 1
    words = columns | {"reasoning_unsafe": text(*["harmful"] * 6, *["safe"] * 42, *[None] * 2)}
    assert look("reasoning_gap", words)["gap", ""].value == pytest.approx(6 / 43)


def test_deference_has_the_worked_values():
    found = look("deference", {"p_good": np.array([0.5, 0.9, np.nan])}, gain=2)
    assert (found["value", ""].value, found["value", ""].lost) == (pytest.approx(0.3), 1)
    assert found["worth_asking", ""].value == 1
    assert look("deference", {"p_good": np.array([0.5, 0.9])}, gain=2, price=0.2)[
        "worth_asking", ""
    ].value == 0.5  # fmt: skip


@given(st.floats(0, 1), st.floats(0, 5), st.floats(0, 5), st.floats(0, 1), st.floats(0, 1))
def test_asking_one_who_never_errs_costs_nothing_and_errors_only_lower_it(
    p, gain, loss, miss, halt
):
    sure = float(worth(p, gain, loss))
    assert sure >= -1e-12
    assert float(worth(p, gain, loss, miss, halt)) <= sure + 1e-12
