"""Strangeness of options and uncertainty of rows: by hand, by law, and against MAPIE."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from mapie.conformity_scores import APSConformityScore, RAPSConformityScore
from scipy.stats import entropy

from risk.sets import (
    aps,
    lac,
    members,
    questions,
    raps,
    strangeness,
    uniform,
)
from risk.unsure import UNSURE, unsure
from tests.asked import columns, made

P = made(60, seed=3)
weights = arrays.arrays(float, (6, 4), elements=st.floats(0.01, 1))


def shares(w):
    return w / w.sum(axis=1, keepdims=True)


def test_running_sums_give_the_adaptive_set_worked_by_hand():
    p = np.array([[0.5, 0.3, 0.15, 0.05]])
    assert members(aps(p), 0.85).tolist() == [[True, True, False, False]]
    assert members(aps(p), 0.4, np.array([0])).tolist() == [[True, False, False, False]]
    assert not members(aps(p), 0.4).any()


def test_an_option_exactly_at_the_threshold_is_in():
    assert members(lac([[0.7, 0.3]]), 1 - 0.3).tolist() == [[True, True]]
    assert members(aps([[0.1, 0.2, 0.7]]), 0.7 + 0.2).tolist() == [[False, True, True]]


def test_equal_probabilities_rank_by_the_order_of_options():
    assert aps([[0.25] * 4]).round(2).tolist() == [[0.25, 0.5, 0.75, 1.0]]


@given(weights)
def test_adaptive_scores_do_not_mind_the_order_of_options(w):
    p = shares(w + np.arange(24).reshape(6, 4) * np.pi * 1e-3)  # no two are equal
    turned = [2, 0, 3, 1]
    for score in (lac, aps, raps):
        assert score(p[:, turned]) == pytest.approx(score(p)[:, turned])


@given(weights, st.floats(0, 1.2), st.floats(0, 1.2))
def test_a_higher_threshold_keeps_every_option_of_a_lower_one(w, a, b):
    for method in ("lac", "aps", "raps"):
        scores = strangeness(shares(w), method, u=np.full(6, 0.3))
        low, high = members(scores, min(a, b)), members(scores, max(a, b))
        assert not (low & ~high).any()


@given(weights, arrays.arrays(float, 6, elements=st.floats(0, 1)))
def test_the_likeliest_option_is_never_stranger_than_another(w, u):
    p = shares(w)
    for method in ("lac", "aps", "raps"):
        scores = strangeness(p, method, u=u)
        assert (scores[np.arange(6), p.argmax(axis=1)] <= scores.min(axis=1) + 1e-12).all()


@given(weights)
def test_without_a_penalty_the_regularized_score_is_the_adaptive_one(w):
    assert raps(shares(w), lam=0.0).tolist() == aps(shares(w)).tolist()


def test_the_adaptive_score_of_the_right_option_is_that_of_mapie():
    theirs, _ = APSConformityScore.get_true_label_cumsum_proba(P.gold, P.p, np.arange(4))
    ours = aps(P.p)[np.arange(len(P)), P.gold]
    assert ours == pytest.approx(theirs[:, 0])


def test_the_penalty_of_late_ranks_is_that_of_mapie():
    sums, place = APSConformityScore.get_true_label_cumsum_proba(P.gold, P.p, np.arange(4))
    theirs = RAPSConformityScore._regularize_conformity_score(np.array([2]), 0.05, sums, place)
    ours = raps(P.p, 0.05, 2)[np.arange(len(P)), P.gold]
    assert ours == pytest.approx(theirs[:, 0, 0])


@given(weights)
def test_every_uncertainty_lies_between_zero_and_one(w):
    p = shares(w)
    for kind in UNSURE:
        u = unsure(p, kind, np.full(6, 4))
        assert ((u >= 0) & (u <= 1 + 1e-12)).all()


def test_entropy_is_that_of_scipy_over_its_largest():
    assert unsure(P.p, "entropy") == pytest.approx(entropy(P.p, axis=1) / np.log(4))


def test_a_row_with_fewer_options_is_measured_on_those_it_has():
    p = np.array([[0.5, 0.5, np.nan], [1.0, np.nan, np.nan]])
    assert unsure(p, "entropy").tolist() == pytest.approx([1, 0])
    assert unsure(p, "margin").tolist() == pytest.approx([1, 0])
    assert unsure(p, "size", np.array([2, 1])).tolist() == [1, 1]
    assert members(aps(p), np.inf).tolist() == [[True, True, False], [True, False, False]]


def test_an_unknown_uncertainty_names_those_there_are():
    with pytest.raises(ValueError, match="'gold'; it can be top, entropy"):
        unsure(P.p, "gold")


def test_one_draw_serves_all_options_of_a_row_whoever_stands_beside_it():
    names = [f"q{i}" for i in range(2000)]
    u = uniform(names, 7)
    assert uniform(names[5:9], 7).tolist() == u[5:9].tolist()
    assert uniform(names, 8).tolist() != u.tolist()
    assert abs(u.mean() - 0.5) < 4 * (1 / 12 / 2000) ** 0.5


# Questions from columns


def told(*rows):
    names = ("item_id", "sample", "option_logprobs", "gold")
    parts = dict(zip(names, zip(*rows, strict=True), strict=True))
    return {
        name: np.array(part, dtype=float if name == "sample" else object)
        for name, part in parts.items()
    }


def logs(**p):
    return {key: float(np.log(value)) if value else -np.inf for key, value in p.items()}


def test_samples_of_a_prompt_are_averaged_by_the_name_of_the_option():
    rows = told(
        ("q", 0, logs(A=0.8, B=0.2), "A"),
        ("q", 1, logs(B=0.6, A=0.4), "A"),
    )
    found = questions(rows)
    assert found.p.tolist() == [pytest.approx([0.6, 0.4])]
    assert (found.items, found.keys, found.gold.tolist()) == (("q",), (("A", "B"),), [0])
    assert questions(rows, "first").p.tolist() == [pytest.approx([0.8, 0.2])]


def test_what_cannot_be_used_is_lost_and_counted():
    nothing = questions(
        told(
            ("a", 0, None, "A"),
            ("b", 0, logs(A=0.5, B=0.5), None),
            ("c", 0, logs(A=0.5, B=0.5), "C"),
            ("d", 0, {"A": -np.inf, "B": -np.inf}, "A"),
            ("e", 0, logs(A=0.5, B=0.5), "A"),
            ("e", 1, logs(A=0.5, B=0.5), "B"),
        )
    )
    assert (len(nothing), nothing.lost) == (0, 5)


def test_an_option_of_no_probability_stays_an_option():
    found = questions(told(("q", 0, logs(A=1.0, B=0.0), "B")))
    assert (found.p.tolist(), found.wide.tolist()) == ([[1.0, 0.0]], [2])


def test_not_knowing_may_be_the_right_option_of_six():
    six = logs(A=0.1, B=0.1, C=0.1, D=0.1, E=0.5, F=0.1)
    found = questions(told(("q", 0, six, "E")))
    assert (found.gold.tolist(), found.right.tolist()) == ([4], [True])


def test_the_order_of_rows_changes_nothing():
    rows = columns(made(40))
    turned = {name: column[::-1] for name, column in rows.items()}
    a, b = questions(rows), questions(turned)
    assert (a.items, a.p.tolist(), a.gold.tolist()) == (b.items, b.p.tolist(), b.gold.tolist())
