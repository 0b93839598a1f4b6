"""Distributional correctness: by hand, by law, and against the closed forms of its theory."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import softmax
from scipy.stats import beta

from risk.belief import (
    Masses,
    contrast,
    dcs,
    hedging_pays,
    masses,
    ternary,
    threshold,
    top,
    weighted_accuracy,
)
from risk.options import characters, options, probabilities

RAW = arrays(float, (20, 3), elements=st.floats(0.001, 1))
LOADING = st.floats(0, 10)


def spread(raw):
    """Three masses that add to one."""
    return Masses(*(raw / raw.sum(axis=1, keepdims=True)).T)


# Five options, gold C, E says "I don't know": the table under the warning in the source's notes.
PUBLISHED = [
    ([0.31, 0.27, 0.40, 0.01, 0.01], -0.19, -0.1881),
    ([0.15, 0.05, 0.40, 0.01, 0.39], 0.19, 0.1159),
    ([0.25, 0.24, 0.26, 0.24, 0.01], -0.47, -0.4653),
    ([0.01, 0.01, 0.96, 0.01, 0.01], 0.93, 0.9207),
]


@pytest.mark.parametrize(("p", "lost", "score"), PUBLISHED)
@pytest.mark.parametrize("unsure", ["E", " I do not know."])
def test_the_mass_on_not_knowing_counts_however_its_option_is_written(p, lost, score, unsure):
    keys = ["A", "B", "C", "D", unsure]
    row = dict(zip(keys, np.log(p).tolist(), strict=True))
    o = options([row], ["C"], [(unsure.strip().upper(),)])
    mass = masses(probabilities(o.logs), o)
    assert float(dcs(mass)[0]) == pytest.approx(score, abs=5e-5)
    assert float(contrast(mass)[0]) == pytest.approx(lost, abs=1e-9)
    assert float(mass.unsure[0]) == pytest.approx(p[4])


def test_the_four_corners_are_one_minus_one_nothing_and_nothing():
    c, w, k = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0]], dtype=float).T
    assert dcs(Masses(c, w, k)).tolist() == [1, -1, 0, 0]


def test_a_right_answer_may_still_have_a_negative_score():
    p = np.array([[0.31, 0.27, 0.40, 0.01, 0.01]])
    o = options([dict(zip("ABCDE", np.log(p[0]), strict=True))], ["C"], [("E",)])
    best = top(p, o)
    assert ternary(best)[0] == 1
    assert weighted_accuracy(best)[0] == pytest.approx(0.40)
    assert dcs(masses(p, o))[0] < 0


def test_loadings_may_weigh_wrong_above_right_but_not_both_be_nothing():
    row = Masses(*np.array([[0.5], [0.2], [0.3]]))
    assert dcs(row, 1, 3)[0] == pytest.approx(-0.07)
    for pair in ((0, 0), (-1, 1), (1, -0.1), (math.nan, 1)):
        with pytest.raises(ValueError, match="loadings are"):
            dcs(row, *pair)


def test_masses_that_nearly_add_to_one_are_made_to_while_others_are_lost():
    near = Masses(*np.array([[0.5005], [0.2], [0.3]]))
    far = Masses(*np.array([[0.6], [0.2], [0.3]]))
    whole = 0.5005 + 0.2 + 0.3
    assert dcs(near)[0] == pytest.approx((0.5005 - 0.2) / whole * (1 - 0.3 / whole))
    assert np.isnan(dcs(far)[0])


@given(RAW, LOADING, st.floats(0.01, 10))
def test_the_score_lies_between_its_loadings_and_below_the_likelihood(raw, l_c, l_w):
    mass = spread(raw)
    score = dcs(mass, l_c, l_w)
    assert (score >= -l_w - 1e-9).all()
    assert (score <= l_c * mass.correct * (1 - mass.unsure) + 1e-9).all()


@given(RAW, st.floats(0.1, 5))
def test_the_hedge_check_says_what_the_slope_of_the_score_is(raw, l_c):
    mass, l_w, small = spread(raw), 1.0, 1e-7
    moved = Masses(mass.correct, mass.wrong - small, mass.unsure + small)
    slope = (dcs(moved, l_c, l_w) - dcs(mass, l_c, l_w)) / small
    clear = np.abs(slope) > 1e-4
    assert (hedging_pays(mass, l_c, l_w) == (slope > 0))[clear].all()


@given(RAW, st.floats(0, 5), st.floats(0, 5))
def test_hedging_always_pays_where_wrong_weighs_at_least_as_much(raw, l_c, more):
    assert hedging_pays(spread(raw), l_c, l_c + more + 1e-6).all()


def test_hedging_fails_as_often_as_the_beta_law_says():
    mass = Masses(*np.random.default_rng(0).dirichlet([0.5, 0.5, 0.5], 200_000).T)
    fails = 1 - hedging_pays(mass, 2, 1).mean()
    assert fails == pytest.approx(float(beta.sf(2 / 3, 0.5, 0.5)), abs=4e-3)


@given(st.floats(0.01, 10), st.floats(0.01, 10))
def test_at_the_threshold_a_guess_is_worth_what_abstaining_is(l_c, l_w):
    t = threshold(l_c, l_w)
    assert l_c * t - l_w * (1 - t) == pytest.approx(0, abs=1e-9)


@given(arrays(float, (10, 5), elements=st.floats(-700, 50)))
def test_probabilities_are_the_softmax_of_scipy(logs):
    assert probabilities(logs) == pytest.approx(softmax(logs, axis=1), abs=1e-12)


def test_an_impossible_option_is_allowed_and_a_row_of_them_is_none():
    p = probabilities([[-math.inf, 0.0], [-math.inf, -math.inf], [0.0, np.nan]])
    assert p[0].tolist() == [0, 1]
    assert np.isnan(p[1]).all()
    assert p[2, 0] == 1


def test_items_with_fewer_options_stand_beside_those_with_more():
    o = options([{"A": 0.0, "B": 0.0}, {"A": 0.0, "B": 0.0, "C": 0.0}, None], ["B", "C", "A"])
    p = probabilities(o.logs)
    assert np.nansum(p, axis=1).tolist() == pytest.approx([1, 1, 0])
    assert o.asked.tolist() == [True, True, False]
    mass = masses(p, o)
    assert mass.correct[:2].tolist() == pytest.approx([1 / 2, 1 / 3])
    assert np.isnan(mass.correct[2])


def test_a_gold_no_option_is_called_is_not_read_as_wrong():
    o = options([{"A": 0.0, "B": -1.0}], ["Z"])
    assert np.isnan(masses(probabilities(o.logs), o).wrong[0])
    assert np.isnan(top(probabilities(o.logs), o).right[0])


def test_of_tied_options_the_first_counts_and_the_tie_is_told():
    o = options([{"A": -1.0, "B": -1.0}], ["A"])
    found = top(probabilities(o.logs), o)
    assert (found.right[0], bool(found.tied[0])) == (1, True)


def test_characters_are_those_of_the_choice_where_keys_are_mere_letters():
    o = options([{"A": 0.0, "B": 0.0}], ["A"])
    assert characters(o, [[" red", " blue"]]).tolist() == [[4, 5]]
    assert characters(o).tolist() == [[1, 1]]
    words = options([{" Paris": 0.0, " Rome": 0.0}], [" Paris"])
    assert characters(words, [["x", "y"]]).tolist() == [[6, 5]]
