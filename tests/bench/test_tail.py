"""How long a tail takes: its profile with intervals, small and large."""

from __future__ import annotations

import numpy as np
import pytest

from risk.tail import profile
from tests.bench.clock import timed


@pytest.mark.parametrize(("n", "times"), [(901, 5), (50_000, 5), (1_000_000, 3)])
def test_profile_of_a_tail_with_its_bootstrap(n: int, times: int) -> None:
    risk = np.random.default_rng(3).gamma(2.0, 0.3, n)
    timed(f"tail profile, 2,000 replicates, n = {n:,}", lambda: profile(risk), times)
