"""Predictive multiplicity: the worked table, its laws, and the closed forms of a capacity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk.multiplicity import ambiguity, capacity, discrepancy, spread

P = np.array([[0.9, 0.6, 0.2, 0.4], [0.7, 0.55, 0.25, 0.8], [0.95, 0.3, 0.1, 0.45]])
MODELS = arrays(float, (4, 8), elements=st.floats(0.01, 1))


def test_the_worked_models_are_ambiguous_on_half_the_items():
    apart = np.abs(P - P[0])
    assert ambiguity(apart, 0.25)[0] == 0.5
    assert discrepancy(apart, 0.25)[0] == 0.25
    assert (P.max(axis=0) - P.min(axis=0)).tolist() == pytest.approx([0.25, 0.3, 0.15, 0.4])


@given(MODELS, st.floats(0, 3), st.floats(0.01, 1))
def test_discrepancy_is_at_most_ambiguity_and_both_shrink_as_delta_grows(p, eps, delta):
    found = spread(p, eps)
    wide, narrow = (ambiguity(found.apart, d)[0] for d in (delta, delta / 2))
    assert discrepancy(found.apart, delta)[0] <= wide <= narrow


@given(MODELS, st.floats(0, 3))
def test_more_slack_lets_more_models_compete_over_a_wider_range(p, eps):
    tight, loose = spread(p, eps), spread(p, eps + 0.5)
    assert (loose.competing | ~tight.competing).all()
    assert (loose.high - loose.low >= tight.high - tight.low - 1e-12).all()


def test_a_model_alone_has_no_rival_to_disagree_with():
    found = spread(P[:1])
    assert (found.competing.sum(), ambiguity(found.apart, 0.1)[0]) == (1, 0)
    with pytest.raises(ValueError, match="there is none"):
        spread(np.empty((2, 0)))
    with pytest.raises(ValueError, match="eps is -1"):
        spread(P, -1)


@pytest.mark.parametrize("flip", [0.0, 0.1, 0.3, 0.5])
def test_two_opposed_models_have_the_capacity_of_a_symmetric_channel(flip):
    p = np.array([[1 - flip, flip], [flip, 1 - flip]])
    inside = np.where(p[0] > 0, p[0], 1)
    entropy = -(p[0] * np.log2(inside)).sum()
    assert capacity(p) == pytest.approx(2 ** (1 - entropy), abs=1e-6)


@given(arrays(float, (3, 4), elements=st.floats(0.01, 1)))
def test_capacity_lies_between_one_and_the_number_of_outcomes(raw):
    p = raw / raw.sum(axis=1, keepdims=True)
    found = capacity(p, steps=300, tolerance=1e-6)
    assert 1 - 1e-9 <= found <= 3 + 1e-6
    assert capacity(np.repeat(p[:1], 3, axis=0)) == pytest.approx(1)
