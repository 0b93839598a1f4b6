"""What a learned threshold gives on average: as `control` learns it, and how often it is held."""

from __future__ import annotations

import math

import numpy as np
import pytest

from risk.control import PROCEDURES, control
from risk.interval import clopper_pearson
from risk.taught import Asked, _learned, averages
from tests.lens_columns import look, text

GRID = math.log(2) * np.arange(1, 21) / 20


def drawn(rng, n, rate):
    """Uncertainties anywhere up to ln 2, and whether each is wrong: `rate` of u from 0 to 1."""
    u = rng.random(n)
    return u * math.log(2), (rng.random(n) < rate(u)).astype(float)


@pytest.mark.parametrize("procedure", PROCEDURES)
@pytest.mark.parametrize("limit", [0.05, 0.1, 0.3])
def test_each_sample_teaches_the_threshold_that_control_learns_from_it(procedure, limit):
    rng, asked = np.random.default_rng(0), Asked(GRID, limit, 0.1, procedure)
    counts, chosen = [], []
    for n in rng.integers(1, 600, 60):
        u, wrong = drawn(rng, n, lambda u: 0.4 * u**3)
        cell = np.searchsorted(GRID, u) + 20 * wrong.astype(int)
        counts.append(np.bincount(cell, minlength=40).astype(float))
        chosen.append(control(u, wrong, GRID, limit, 0.1, procedure).chosen)
    places = _learned(np.array(counts), asked)
    assert [GRID[at] if at >= 0 else -math.inf for at in places] == chosen
    assert len(set(chosen)) > 3


def test_what_no_law_allows_has_an_interval_of_nothing():
    u, wrong = drawn(np.random.default_rng(0), 40, lambda u: 0.0 * u)
    found = averages(u, wrong, Asked(GRID, 0.1, 0.1), 0.5)  # 20 rows never show so little error
    assert found.accepted == (0, 0)
    assert all(math.isnan(end) for end in found.wrong)


def test_where_no_error_was_seen_an_unseen_one_keeps_the_low_end_down():
    u, wrong = drawn(np.random.default_rng(0), 140, lambda u: 0.0 * u)
    low, high = averages(u, wrong, Asked(GRID, 0.1, 0.1), 0.5).accepted
    rate = clopper_pearson(0, 140)[1]
    # 70 rows pass where they hold no error in about as many as 51 of them
    assert low < 1.3 * (1 - rate) ** 51 < 0.5 < high


def test_answers_to_one_prompt_teach_as_much_as_one():
    u, wrong = drawn(np.random.default_rng(0), 300, lambda u: 0.2 * u**2)
    asked = Asked(GRID, 0.1, 0.1)
    own = averages(u, wrong, asked, 0.5, np.arange(300))
    assert own.accepted == pytest.approx(averages(u, wrong, asked, 0.5).accepted, abs=0.12)
    often = averages(*(np.repeat(one, 3) for one in (u, wrong)), asked, 0.5, np.arange(900) // 3)
    alone = averages(*(np.repeat(one, 3) for one in (u, wrong)), asked, 0.5)
    assert often.wrong[1] - often.wrong[0] > 1.3 * (alone.wrong[1] - alone.wrong[0])


def test_of_very_many_kinds_of_prompts_random_groups_tell_as_much():
    rng = np.random.default_rng(0)
    u, wrong = drawn(rng, 9_000, lambda u: 0.3 * u**2)
    asked, items = Asked(GRID, 0.1, 0.1), np.arange(9_000) // 6
    found, plain = averages(u, wrong, asked, 0.5, items), averages(u, wrong, asked, 0.5)
    assert found.accepted == pytest.approx(plain.accepted, abs=0.03)
    assert found.wrong == pytest.approx(plain.wrong, abs=0.01)


@pytest.mark.parametrize(("n", "rate"), [(200, 0.0), (400, 0.1)])
def test_the_mean_over_other_samples_of_as_many_pairs_is_held(n, rate):
    """Thresholds that are valid now and then: Wilson's interval of one sample's held far fewer."""
    rng = np.random.default_rng(n)
    values, ends = [], []
    for sample in range(400):
        u, wrong = drawn(rng, n, lambda u: rate * u + 0.025)
        if sample >= 30:  # the others tell the mean alone
            found = control(u[::2], wrong[::2], GRID, 0.1, 0.1)
            values.append(float(np.mean(u[1::2] <= found.chosen)))
            continue
        p = _preference(u)
        told = look("selective_judge", {
            "item_id": text(*(f"i{k}" for k in range(n))), "p_ab": p, "p_ba": p,
            "preferred": text(*np.where(wrong > 0, "B", "A")),
        })["accepted", ""]  # fmt: skip
        values.append(told.value)
        ends.append((told.low, told.high))
    mean, (low, high) = float(np.mean(values)), np.array(ends).T
    assert 0.1 < mean < 0.9
    held = np.mean((low - 1e-9 <= mean) & (mean <= high + 1e-9))
    assert held >= 0.95 - 2.6 * math.sqrt(0.95 * 0.05 / len(ends))


def _preference(u):
    """The chance from a half to 1 whose entropy is u, found by halving."""
    low, high = np.full(u.size, 0.5), np.ones(u.size)
    for _ in range(40):
        p = (low + high) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            h = -np.nan_to_num(p * np.log(p)) - np.nan_to_num((1 - p) * np.log(1 - p))
        low, high = np.where(h > u, p, low), np.where(h > u, high, p)
    return high
