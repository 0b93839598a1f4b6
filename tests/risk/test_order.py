"""Average ranks are those of SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from risk.order import ranks


@given(st.lists(st.integers(-3, 3) | st.floats(-1e9, 1e9), max_size=40))
def test_ranks_are_those_of_scipy(x: list[float]) -> None:
    assert ranks(x) == pytest.approx(rankdata(x))


def test_ranks_do_not_depend_on_the_order_of_rows() -> None:
    x = np.random.default_rng(0).integers(0, 9, 60)
    turned = np.random.default_rng(1).permutation(60)
    assert (ranks(x[turned]) == ranks(x)[turned]).all()
