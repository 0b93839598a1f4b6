"""Swiss rounds: the worked contest, every pairing by hand, elimination, ties and gaps."""

from __future__ import annotations

import math
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from risk.lenses import every, swiss
from risk.swiss import scores, wins
from tests.lens_columns import text

CHAIN = np.triu(np.ones((4, 4)), 1)[:, :, None].repeat(2, axis=2)


def exact(won):
    """The mean score over every order in which the groups can be queued."""
    models, rounds = won.shape[0], won.shape[2]
    queues = list(permutations(range(models)))
    total = np.zeros(models)
    for drawn in product(queues, repeat=rounds):
        score = np.zeros(models)
        for k, queue in enumerate(drawn):
            before = score.copy()
            for level in set(before.tolist()):
                group = [m for m in queue if before[m] == level]
                for a, b in zip(group[::2], group[1::2], strict=False):
                    score[a] += won[a, b, k]
                    score[b] += won[b, a, k]
        total += score
    return total / len(queues) ** rounds


def test_the_worked_contest_has_the_printed_scores():
    assert exact(CHAIN).tolist() == [2, 1, 1, 0]
    assert scores(CHAIN, simulations=30_000) == pytest.approx([2, 1, 1, 0], abs=0.02)


@settings(max_examples=8)
@given(some.integers(0, 1000))
def test_simulation_meets_the_mean_over_every_pairing(seed):
    table = np.random.default_rng(seed).integers(0, 3, (4, 2)) / 2
    won = wins(table)
    assert scores(won, simulations=20_000, seed=seed) == pytest.approx(exact(won), abs=0.03)


def test_an_odd_model_earns_nothing_in_that_round():
    won = wins(np.array([[3.0], [2.0], [1.0]]))
    assert scores(won, simulations=30_000) == pytest.approx([2 / 3, 1 / 3, 0], abs=0.02)


def test_who_leaves_keeps_the_score_and_plays_no_more():
    # after the first round the two losers are the lowest group; both leave before the second
    found = scores(CHAIN, leave=[2, 0], simulations=20_000)
    assert found == pytest.approx([2, 2 / 3 + 1 / 3 * 0 + 0, 1 / 3, 0], abs=0.02)


def test_where_more_would_leave_than_the_lowest_group_holds_the_whole_group_leaves():
    assert np.allclose(
        scores(CHAIN, leave=[4, 0], simulations=2000, seed=1),
        scores(CHAIN, leave=[2, 0], simulations=2000, seed=1),
    )
    flat = wins(np.ones((2, 3)))
    assert scores(flat, leave=5, simulations=10).tolist() == [0.5, 0.5]


def test_ties_and_missing_cells_earn_half_or_nothing():
    table = [[1.0, np.nan], [1.0, 2.0]]
    assert scores(wins(table), simulations=10).tolist() == [1, 1]
    assert scores(wins(table, tie=0), simulations=10).tolist() == [0, 0]


def test_a_contest_of_one_is_an_error():
    with pytest.raises(ValueError, match="1 models"):
        scores(np.zeros((1, 1, 3)))
    with pytest.raises(ValueError, match="leave is -1"):
        scores(CHAIN, leave=-1)


@given(some.integers(0, 1000), some.integers(0, 3))
def test_points_of_a_round_never_exceed_its_pairs(seed, leave):
    table = np.random.default_rng(seed).random((5, 3))
    found = scores(wins(table), leave, simulations=50, seed=seed)
    assert found.sum() <= 3 * 2 + 1e-9
    assert (found >= 0).all()


def columns(level: float, category: str | None = "a", up: str = "harm"):
    n = 40
    return {
        "item_id": text(*(f"i{i}" for i in range(n))),
        "dimension": text(*["bias"] * n),
        "category": text(*[category, "b"] * (n // 2)),
        "scorer": text(*["j"] * n),
        "value": np.full(n, level) + np.linspace(0, 0.01, n),
        "up": text(*[up] * n),
    }


def look(runs, **chosen):
    lens = every()["swiss"]
    settings = lens.settings({"simulations": 2000, "draws": 20} | chosen)
    return {(f.measure, f.group, f.run): f.found for f in lens.measures(runs, settings)}


def test_the_lens_turns_harm_and_shows_the_curve_over_eliminations():
    runs = {"good": columns(0.1), "fair": columns(0.2), "low": columns(0.3), "poor": columns(0.4)}
    found = look(runs, leave=0)
    best, worst = found["score", "good", ""], found["score", "poor", ""]
    assert best.value > found["score", "fair", ""].value > worst.value == 0
    assert best.why == swiss.FEW
    assert math.isnan(best.low)
    assert found["curve", "0 leave", "good"].value == best.value
    assert found["curve", "2 leave", "good"].value == best.value
    assert found["curve", "2 leave", "fair"].value < found["curve", "0 leave", "fair"].value
    assert found["benchmarks", "", ""].value == 2
    turned = look({name: c | {"up": text(*["good"] * 40)} for name, c in runs.items()}, leave=0)
    assert turned["score", "poor", ""].value > turned["score", "good", ""].value


def test_the_lens_counts_missing_cells_and_refuses_scores_without_direction():
    runs = {"one": columns(0.1), "two": columns(0.2, None)}
    assert look(runs)["missing_cells", "", ""].value == 2
    with pytest.raises(ValueError, match="has a direction"):
        look({name: columns(0.1, up="neither") for name in runs})
