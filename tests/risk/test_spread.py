"""Intervals over items: against SciPy and NumPy, and covering as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from risk.samples import averaged
from risk.spread import MANY, items, mean, measured, replicates

RNG = np.random.default_rng(0)


def test_rows_of_one_item_stay_together():
    x = np.repeat(RNG.random(80), 5)
    codes = np.repeat(np.arange(80), 5)
    wide, narrow = mean(x, codes), mean(x)
    assert wide.value == narrow.value
    assert wide.high - wide.low > 1.7 * (narrow.high - narrow.low)


def test_many_rows_take_the_normal_law_of_the_same_width():
    x = RNG.random(MANY)
    half = norm.ppf(0.975) * x.std() / np.sqrt(MANY)
    found = mean(x)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=1e-3)
    twice = mean(np.repeat(x, 2), np.repeat(np.arange(MANY), 2))
    assert twice.high - twice.low == pytest.approx(found.high - found.low)


def test_a_missing_value_is_lost_and_one_item_has_no_interval():
    found = mean([np.nan, 0.4], lost=3)
    assert (found.value, found.n, found.lost) == (0.4, 1, 4)
    assert np.isnan(found.low)
    assert mean([np.nan]).why == "none of 1 rows could be used"
    assert replicates(lambda w: w.sum(axis=1), 1).size == 0
    assert not measured(np.nan, np.empty(0), 5, why="no reason").known


def test_items_are_coded_only_where_some_row_shares_one():
    assert items(None) is None
    assert items(np.array(["a", "b"], dtype=object)) is None
    assert items(np.array(["b", "a", "b"], dtype=object)).tolist() == [1, 0, 1]


def test_averaging_needs_options_and_keeps_to_the_first_right_answer():
    with pytest.raises(ValueError, match="no option probabilities"):
        averaged({"item_id": np.array(["i"])})
    logs = np.empty(3, dtype=object)
    logs[:] = [{"A": 0.0, "B": -9.0}, {"A": -9.0, "B": 0.0}, None]
    columns = {
        "item_id": np.array(["i", "i", "j"], dtype=object),
        "option_logprobs": logs,
        "gold": np.array(["A", "B", "A"], dtype=object),
    }
    found = averaged(columns)
    assert found["item_id"].tolist() == ["i"]
    assert found["confidence"][0] == pytest.approx(1 / (1 + np.exp(-9)))
