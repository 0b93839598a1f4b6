"""The selective judge: both orders averaged, their entropy, and verdicts accepted below a limit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy as shannon

from risk.lenses.selective_judge import entropy
from tests.lens_columns import look, text


def pairs(ab: Any, ba: Any, preferred: Any) -> dict[str, Any]:
    return {
        "item_id": text(*(f"i{n}" for n in range(len(ab)))),
        "p_ab": np.array(ab, dtype=float),
        "p_ba": np.array(ba, dtype=float),
        "preferred": text(*preferred),
    }


def test_the_worked_pair_has_a_mean_of_three_quarters_and_its_entropy() -> None:
    p, bpe = entropy([0.8], [0.7])
    assert p[0] == pytest.approx(0.75)
    assert bpe[0] == pytest.approx(0.5623, abs=5e-5)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_entropy_is_that_of_a_coin_and_blind_to_the_order(ab: float, ba: float) -> None:
    (p,), (bpe,) = entropy([ab], [ba])
    assert bpe == pytest.approx(shannon([p, 1 - p]), abs=1e-12)
    assert 0 <= bpe <= math.log(2) + 1e-12
    assert entropy([ba], [ab])[1][0] == pytest.approx(bpe)


def test_a_pair_seen_in_one_order_or_without_a_true_preference_is_lost() -> None:
    found = look("selective_judge", pairs([0.9, 0.9, 0.9], [0.8, np.nan, 0.8], ["A", "A", None]))
    assert (found["bpe", ""].n, found["bpe", ""].lost) == (2, 1)
    assert (found["error", ""].value, found["error", ""].n, found["error", ""].lost) == (0, 1, 2)
    assert not found["threshold", ""].known


def test_sure_verdicts_are_accepted_and_unsure_ones_are_not() -> None:
    rng = np.random.default_rng(0)
    sure, right = rng.random(4000) < 0.5, rng.random(4000)
    p = np.where(sure, 0.99, 0.55)
    truth = np.where(right < np.where(sure, 0.99, 0.6), "A", "B")
    found = look("selective_judge", pairs(p, p, truth))
    assert found["accepted", ""].value == pytest.approx(0.5, abs=0.05)
    assert found["accepted_error", ""].value < 0.05
    assert found["threshold", ""].value < entropy([0.55], [0.55])[1][0]
    for name in ("accepted", "accepted_error"):
        assert found[name, ""].why == ""


def test_where_no_threshold_is_valid_nothing_is_accepted() -> None:
    found = look("selective_judge", pairs([0.9] * 40, [0.9] * 40, ["A", "B"] * 20))
    assert found["accepted", ""].value == 0
    assert not found["accepted_error", ""].known
    assert "nothing is accepted" in found["threshold", ""].why


def test_a_preference_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="p_ba is 1"):
        look("selective_judge", pairs([0.5], [1.5], ["A"]))
