"""The tail of very many rows: the numbers of NumPy, intervals as wide as resampled ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk import many, tail

LOSS = np.random.default_rng(4).lognormal(size=20_000)


def test_the_numbers_are_those_of_numpy_and_a_missing_score_is_lost() -> None:
    found = many.tail(np.append(LOSS, [np.nan, np.nan]), 0.9)
    edge = np.quantile(LOSS, 0.9, method="inverted_cdf")
    assert found["mean"].value == pytest.approx(LOSS.mean())
    assert found["var"].value == edge
    assert found["cvar"].value == pytest.approx(np.sort(LOSS)[-2_000:].mean())
    assert {(m.n, m.lost) for m in found.values()} == {(20_000, 2)}


def test_the_intervals_are_those_of_resampling() -> None:
    found, drawn = many.tail(LOSS), tail.profile(LOSS, draws=2_000)
    for name in ("mean", "var"):
        assert (found[name].low, found[name].high) == (drawn[name].low, drawn[name].high)
    wide, other = (m["cvar"].high - m["cvar"].low for m in (found, drawn))
    assert wide == pytest.approx(other, rel=0.08)


def test_copies_of_every_answer_tell_no_more() -> None:
    once = many.tail(LOSS)
    copies = many.tail(np.repeat(LOSS, 4), clusters=np.repeat(np.arange(LOSS.size), 4))
    for name, m in copies.items():
        assert m.high - m.low == pytest.approx(once[name].high - once[name].low, rel=0.03)


@given(st.randoms(use_true_random=False), st.floats(-5, 5))
def test_order_does_not_count_and_what_is_added_moves_every_number(
    order: object, by: float
) -> None:
    shuffled = np.random.default_rng(abs(hash(order)) % 1_000).permutation(LOSS[:500])
    plain, moved = many.tail(LOSS[:500], 0.9), many.tail(shuffled + by, 0.9)
    for name, m in plain.items():
        assert moved[name].value == pytest.approx(m.value + by, abs=1e-9)
        assert moved[name].low == pytest.approx(m.low + by, abs=1e-9)
        assert moved[name].high == pytest.approx(m.high + by, abs=1e-9)


def test_no_score_at_all_has_a_reason_and_no_number() -> None:
    for m in many.tail([np.nan]).values():
        assert np.isnan(m.value)
        assert (m.n, m.lost, m.why) == (0, 1, "no row has a score")
