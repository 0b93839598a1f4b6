"""Draws: the probabilities recorded are those that hold, and a tail-first draw tells CVaR."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy as nats

from risk import draw, ppi
from risk.interval import Floats
from risk.worst import cvar, var

N, TAKEN, TIMES = 40, 10, 2000
RNG = np.random.default_rng(11)
HARM = RNG.beta(1, 5, N)
P = RNG.dirichlet([1.0, 1.0, 1.0], N)
GOLD = np.eye(3, dtype=bool)[RNG.integers(0, 3, N)]
SIZES = {
    "random": np.ones(N),
    "stratified": draw.strata(["a"] * 30 + ["b"] * 8 + ["c"] * 2),
    "tail": draw.tail(HARM, 0.9),
    "disagreement": draw.disagreement(RNG.random((N, 3))),
    "el2n": draw.el2n(P, GOLD),
    "uncertainty": draw.entropy(P),
    "asking": draw.worth(P[:, 0], 1.0, 2.0),
    "some unknown": np.where(np.arange(N) % 4 == 0, np.nan, HARM),
    "a few huge": np.where(np.arange(N) < 6, 1e6, 1.0),
}


def test_every_design_but_taking_all_has_its_sizes_here() -> None:
    assert set(draw.DESIGNS) - {"all"} <= SIZES.keys()


@pytest.mark.parametrize("name", SIZES)
def test_a_case_is_drawn_as_often_as_its_probability_says(name: str) -> None:
    drawn = np.zeros(N)
    for seed in range(TIMES):
        found = draw.draw(SIZES[name], TAKEN, seed=seed)
        assert np.unique(found.cases).size == TAKEN
        drawn[found.cases] += 1
    chance = found.probability
    assert chance.sum() == pytest.approx(TAKEN)
    assert chance.min() >= 0.99 * draw.FLOOR * TAKEN / N
    assert (drawn[chance == 1] == TIMES).all()
    spread = np.sqrt(np.maximum(chance * (1 - chance), 1e-12) / TIMES)
    assert np.abs((drawn / TIMES - chance) / spread).max() < 4.5


def test_strata_get_the_same_number_whatever_their_size() -> None:
    groups = np.array(["a"] * 300 + ["b"] * 60 + ["c"] * 40)
    found = draw.draw(draw.strata(groups.tolist()), 60, floor=1e-9)
    by = [found.probability[groups == name].sum() for name in "abc"]
    assert by == pytest.approx([20, 20, 20], abs=1e-6)


def test_the_first_of_the_drawn_are_a_random_part_of_them() -> None:
    first = [draw.draw(SIZES["tail"], TAKEN, seed=seed).cases[0] for seed in range(TIMES)]
    share = np.bincount(first, minlength=N) / TIMES
    chance = draw.inclusion(SIZES["tail"], TAKEN) / TAKEN
    assert np.abs((share - chance) / np.sqrt(chance * (1 - chance) / TIMES)).max() < 4.5


@given(
    st.lists(st.floats(0, 1e12), min_size=1, max_size=40),
    st.integers(1, 40),
    st.floats(1e-3, 1),
    st.integers(0, 99),
)
def test_probabilities_add_to_the_number_asked_for(
    size: list[float], n: int, floor: float, seed: int
) -> None:
    n = min(n, len(size))
    found = draw.draw(size, n, floor, seed)
    assert found.probability.sum() == pytest.approx(n)
    assert found.probability.min() > 0
    assert found.probability.max() <= 1
    assert np.unique(found.cases).size == found.cases.size == n
    order = np.argsort(size, kind="stable")
    assert (np.diff(found.probability[order]) >= -1e-9).all()


@pytest.mark.parametrize(
    ("size", "n", "floor"),
    [([1.0, -1.0], 1, 0.2), ([1.0, math.inf], 1, 0.2), ([1.0], 2, 0.2), ([], 1, 0.2),
     ([1.0, 1.0], 0, 0.2), ([1.0], 1, 0.0)],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_with_its_value(
    size: list[float], n: int, floor: float
) -> None:
    with pytest.raises(ValueError, match=r"size is|ask for|floor is"):
        draw.draw(size, n, floor)
    with pytest.raises(ValueError, match="doubt 0"):
        draw.tail([0.1], doubt=0)


def test_tail_first_looks_where_the_tail_is_and_beside_it() -> None:
    found = draw.tail(HARM, 0.9)
    edge = var(HARM, 0.9)
    worst = edge <= HARM
    assert found[worst].min() > found[~worst].max()
    middle = np.sort(found[~worst])
    assert middle[-1] > 1.3 * middle[0]


def test_what_a_label_would_tell_is_the_expected_square() -> None:
    a = 0.8
    noise = np.random.default_rng(0).normal(0, 0.1, 400_000)
    z = var(HARM, a)
    for row in (int(HARM.argmin()), int(HARM.argmax()), 7):
        y = HARM[row] + noise
        form = z + np.maximum(y - z, 0) / (1 - a)
        known = z + max(HARM[row] - z, 0) / (1 - a)
        by = 0.5 * known + 0.5 * cvar(HARM, a)
        told = math.sqrt(float(((form - by) ** 2).mean()))
        assert draw.tail(HARM, a)[row] == pytest.approx(told, rel=0.02)


def test_entropy_agrees_with_scipy() -> None:
    assert draw.entropy(P) == pytest.approx(nats(P, axis=1) / math.log(3))


def estimates(size: Floats, judge: Floats, true: Floats, times: int) -> tuple[Floats, Floats]:
    """Estimates of CVaR with their bounds (times, 3), and the form at the true VaR (times,)."""
    z = var(true, 0.9)
    form = z + np.maximum(true - z, 0) / 0.1
    found, plain = [], []
    for seed in range(times):
        drawn = draw.draw(size, 100, seed=seed)
        told = np.full(judge.size, np.nan)
        told[drawn.cases] = true[drawn.cases]
        one = ppi.cvar(judge, told, 0.9, drawn.probability).combined
        found.append([one.value, one.low, one.high])
        plain.append((form / drawn.probability)[drawn.cases].sum() / judge.size)
    return np.array(found), np.array(plain)


def test_tail_first_draws_give_unbiased_cvar_and_intervals_that_cover() -> None:
    rng = np.random.default_rng(3)
    judge = rng.beta(1, 8, 800)
    severity = np.clip(1.4 * judge + rng.normal(0, 0.1, 800), 0, 1)
    truth = cvar(severity, 0.9)
    found, plain = estimates(draw.tail(judge, 0.9), judge, severity, 120)
    assert plain.mean() == pytest.approx(truth, abs=4 * plain.std() / math.sqrt(120))
    value, low, high = found.T
    assert not np.isnan(low).any()
    half = (high - low).mean() / 2
    assert abs(value.mean() - truth) < 4 * value.std() / math.sqrt(120) + 0.1 * half
    assert ((low <= truth) & (truth <= high)).mean() >= 0.93
    evenly, _ = estimates(np.ones(800), judge, severity, 20)
    known = evenly[~np.isnan(evenly[:, 1])]
    assert half < 0.7 * (known[:, 2] - known[:, 1]).mean() / 2
