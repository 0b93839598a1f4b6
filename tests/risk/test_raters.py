"""Raters: one person against the others in loops, and which items are contested."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk import agreement, raters

NAN = np.nan
SPARSE = arrays(float, (10, 4), elements=st.sampled_from([0.0, 1.0, 2.0, NAN]))


@given(SPARSE)
def test_a_person_agrees_with_the_others_as_counted_pair_by_pair(ratings):
    for person in range(4):
        pairs = [
            row[person] == row[other]
            for row in ratings
            for other in range(4)
            if other != person and not np.isnan(row[[person, other]]).any()
        ]
        found = raters.with_others(ratings, person)
        assert found.value == pytest.approx(np.mean(pairs) if pairs else NAN, nan_ok=True)
        assert found.known or found.why


@given(arrays(float, (10, 2), elements=st.sampled_from([0.0, 1.0])))
def test_two_people_agree_with_each_other_alike(ratings):
    share = agreement.percent(ratings).value
    assert raters.with_others(ratings, 0).value == pytest.approx(share)
    assert 1 - np.nanmean(raters.contested(ratings)) == pytest.approx(share)


@given(SPARSE)
def test_an_item_is_contested_from_not_at_all_to_wholly(ratings):
    apart = raters.contested(ratings)
    several = (~np.isnan(ratings)).sum(axis=1) > 1
    assert (np.isnan(apart) == ~several).all()
    assert ((apart[several] >= 0) & (apart[several] <= 1)).all()


def test_the_interval_of_a_person_covers_at_its_level():
    rng = np.random.default_rng(2)
    hits = 0
    for seed in range(200):
        truth = rng.integers(0, 2, 120)
        said = np.where(rng.random((120, 3)) < 0.9, truth[:, None], 1 - truth[:, None])
        m = raters.with_others(said.astype(float), 0, draws=200, seed=seed)
        hits += m.low <= 0.9**2 + 0.1**2 <= m.high
    assert hits / 200 == pytest.approx(0.95, abs=3 * 0.0154)
