"""The learned abstention policy: its shares, its rule, its learning, like for like with sets."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from risk.beside import compare
from risk.conformal import Rule, orders, trials
from risk.judged import judged, kinds, measured, ranking
from risk.policy import ALPHA, BETA, Policy, act, costs, learn, quantiles, shares
from risk.sets import members
from tests.asked import made

UNIT = st.floats(0, 1)


@given(st.lists(UNIT, min_size=1, max_size=20), UNIT, UNIT, st.floats(0.1, 50))
def test_the_three_shares_add_to_one(s, a, b, c):
    soft = shares(s, min(a, b), max(a, b), c)
    assert soft.sum(axis=1) == pytest.approx(np.ones(len(s)))
    assert (soft > 0).all()


@given(UNIT, UNIT, UNIT)
def test_a_less_sure_row_is_abstained_from_more_and_answered_less(s, q, more):
    sure, unsure = shares([s, s + more], q, q)
    assert unsure[2] >= sure[2] - 1e-9
    assert unsure[0] <= sure[0] + 1e-9


@pytest.mark.parametrize(("alpha", "beta"), [(0.1, 0.1), (0.05, 0.2), (1.2, 0.1), (0.5, 0)])
def test_levels_that_cross_are_refused(alpha, beta):
    with pytest.raises(ValueError, match="0 < beta < alpha < 1"):
        Policy(alpha, beta)


def test_a_set_of_the_rule_is_the_lac_set_at_its_second_level():
    asked = made(80, seed=3)
    sets, abstained = act(asked, 0.3, 0.7)
    middle = (1 - asked.p.max(axis=1) > 0.3) & ~abstained
    wide = members(1 - asked.p, 0.7)
    assert middle.any()
    assert sets[middle].tolist() == wide[middle].tolist()
    assert (sets.any(axis=1) == ~abstained).all()


def test_the_policy_learned_costs_about_as_little_as_the_best_of_a_grid():
    asked = made(400, seed=7)
    grid = list(product(np.linspace(*ALPHA, 31), np.linspace(*BETA, 21)))
    q = np.array([quantiles(asked, Policy(a, b)) for a, b in grid])
    every = costs(asked, q[:, 0], q[:, 1])
    found = np.array([quantiles(asked, learn(asked, seed=1))])
    mine = costs(asked, found[:, 0], found[:, 1])[0]
    assert mine <= every.min() + 0.15 * (every.max() - every.min())


def test_the_cost_of_one_row_is_the_papers_sum():
    one = made(1, seed=2)
    s, strange = 1 - one.p.max(), 1 - one.p[0]
    q_pred, q_abs = 0.2, 0.75
    single, several, abstain = shares([s], q_pred, q_abs)[0]
    size = (strange <= q_abs).sum()
    right = float(one.right[0])
    credit = right or (strange[one.gold[0]] <= q_abs) / size
    answered = single + several
    told = (single * right + several * credit) / answered
    parts = np.array([single, several, abstain])
    whole = (
        (1 - told) + 0.3 * (single + several * size) / answered + 0.3 * abstain
        - 0.4 * answered + 0.2 * (parts * np.log(parts)).sum() + 0.5 * max(0, single - 0.8)
    )  # fmt: skip
    assert costs(one, np.array([q_pred]), np.array([q_abs]))[0] == pytest.approx(whole)


def test_one_seed_learns_one_policy():
    asked = made(100)
    assert learn(asked, 5) == learn(asked, 5)
    assert learn(asked, 5) != learn(asked, 6)


def test_the_policy_never_sees_the_test_half():
    asked = made(80, seed=6)
    order = next(orders(80, 1, seed=0))[0]
    other = replace(asked, gold=asked.gold.copy())
    other.gold[order[40:]] = (other.gold[order[40:]] + 1) % 4
    a, b = (compare(one, splits=1)["cap"].tested for one in (asked, other))
    for name in ("alpha", "beta", "abstain", "set_size"):
        assert a[name].tolist() == b[name].tolist()
    assert a["coverage"] != b["coverage"]


def test_the_sets_beside_the_policy_are_those_of_the_same_splits():
    asked = made(120, seed=9)
    both = compare(asked, 0.2, splits=6, seed=3)
    found = {method: one.tested for method, one in both.items()}
    for method in ("lac", "aps"):
        same = trials(asked, Rule(0.2, method), splits=6, seed=3)
        assert found[method]["coverage"].tolist() == pytest.approx(same.coverage.tolist())
        assert found[method]["set_size"].tolist() == pytest.approx(same.size.tolist())
        assert found[method]["set_accuracy"].tolist() == pytest.approx(same.set_accuracy.tolist())
    assert both["cap"].n == 60
    for told in found.values():
        assert told["abstain"] + told["single"] + told["several"] == pytest.approx(np.ones(6))


def test_the_sets_of_a_policy_hold_what_its_second_level_promises():
    # the level is learned on other rows than it is calibrated on, so the promise stands
    held = []
    for seed in range(60):
        asked = made(200, seed=seed)
        policy = learn(asked.take(np.arange(50)), seed, steps=10)
        _, q_abs = quantiles(asked.take(np.arange(50, 100)), policy)
        rest = asked.take(np.arange(100, 200))
        inside = members(1 - rest.p, q_abs)[np.arange(100), rest.gold].mean()
        held.append(inside - (1 - policy.beta))
    assert np.mean(held) > -3 * np.std(held) / len(held) ** 0.5


def test_few_rows_are_refused():
    with pytest.raises(ValueError, match="at least 8"):
        compare(made(7))
    with pytest.raises(ValueError, match="no rows"):
        learn(made(3).take(np.arange(0)))


# What sets with abstentions are worth


def test_nothing_answered_leaves_only_the_rate():
    none = np.zeros(5, dtype=bool)
    rows = kinds(none.astype(int), none, none, ~none)
    told = judged(np.bincount(rows, minlength=16)[None])
    assert (told["abstain"].tolist(), told["coverage"].tolist()) == ([1], [0])
    assert np.isnan([told[n][0] for n in ("coverage_answered", "set_size", "accuracy")]).all()


def test_an_abstention_is_the_least_sure_whatever_its_probability():
    asked = made(50, seed=1)
    sets = members(1 - asked.p, 0.9, asked.best)
    abstained = np.arange(50) == asked.p.max(axis=1).argmax()
    u = ranking(asked, sets.sum(axis=1), abstained)
    assert u.argmax() == abstained.argmax()
    assert 0 <= roc_auc_score(~asked.right, u) <= 1


def test_a_method_that_always_abstains_has_no_accuracy_but_still_ranks():
    held = compare(made(60, seed=2), splits=3)["cap"]
    silent = {name: np.full(3, np.nan) for name in held.tested} | {"abstain": np.ones(3)}
    some = silent | {"auroc": held.tested["auroc"]}
    told = measured(held._replace(tested=some, own=some), 4, 0, dict.fromkeys(some, "silent"))
    assert told["accuracy"].why == "silent"
    assert (told["auroc"].low, told["auroc"].high) == pytest.approx((0, 1), abs=1e-3)
