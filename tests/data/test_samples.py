"""The made-up sample data: what it holds, that it repeats, and what its tails are built to show."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from data.columns import DIMENSIONS
from data.samples import make
from data.samples.words import COUNTS

Rows = list[dict[str, object]]
JUDGES = ("judge-a", "judge-b", "judge-c")
PEOPLE = ("ann-1", "ann-2", "ann-3", "ann-4")


@pytest.fixture(scope="module")
def cells(rows: dict[str, Rows]) -> dict[str, np.ndarray]:
    """Scores by model, (Q, dimension, judge), NaN where missing."""
    kept: dict[str, list[list[list[float]]]] = {}
    for row in rows["sample-beats"]:
        cell = [
            [math.nan if row[f"{d}_{j}"] is None else float(str(row[f"{d}_{j}"])) for j in JUDGES]
            for d in DIMENSIONS
        ]
        kept.setdefault(str(row["model"]), []).append(cell)
    return {model: np.array(cell) for model, cell in kept.items()}


def pool(values: list[float], tau: float = 0.1) -> float:
    """Judges pooled by the definition, with plain sums."""
    there = [value for value in values if not math.isnan(value)]
    if not there:
        return math.nan
    return tau * math.log(sum(math.exp(value / tau) for value in there) / len(there))


def risks(scores: np.ndarray) -> list[float]:
    """Cumulative log-risk of the prompts on which every dimension has a score."""
    rows = [[pool(list(judges)) for judges in prompt] for prompt in scores]
    sums = [sum(-math.log1p(-min(h, 1 - 1e-6)) for h in row) for row in rows]
    return [value for value in sums if not math.isnan(value)]


def cvar(values: list[float], level: float = 0.95) -> float:
    """Walk from the worst, take the last one in part."""
    left = whole = (1 - level) * len(values)
    total = 0.0
    for value in sorted(values, reverse=True):
        take = min(1.0, left)
        total, left = total + take * value, left - take
        if left <= 0:
            break
    return total / whole


def test_every_model_answers_all_901_prompts_in_twelve_categories(rows: dict[str, Rows]) -> None:
    by_model = Counter(row["model"] for row in rows["sample-beats"])
    assert len(by_model) == 11
    assert set(by_model.values()) == {901}
    for model in by_model:
        mine = [row for row in rows["sample-beats"] if row["model"] == model]
        assert Counter(row["category"] for row in mine) == COUNTS
    assert sum(COUNTS.values()) == 901
    assert len(COUNTS) == 12


def test_no_two_prompts_are_the_same(rows: dict[str, Rows]) -> None:
    texts = {row["item_id"]: row["prompt"] for row in rows["sample-beats"]}
    assert len(texts) == len(set(texts.values())) == 901


def test_the_other_three_sets_have_their_counts(rows: dict[str, Rows]) -> None:
    assert len(rows["sample-options"]) == 240 * 4
    assert len(rows["sample-questions"]) == 300 * 4
    assert len(rows["sample-agents"]) == 357
    keys = {(row["model"], row["item_id"]) for row in rows["sample-agents"]}
    assert len(keys) == 357
    asked = {row["item_id"]: row for row in rows["sample-questions"]}
    assert Counter(row["answerable"] for row in asked.values()) == {True: 150, False: 150}
    assert len({row["prompt"] for row in asked.values()}) == 300
    assert len({row["prompt"] for row in rows["sample-options"]}) == 240


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    made: list[make.Made], tmp_path: Path
) -> None:
    again = make.write(tmp_path / "again")
    for one, other in zip(made, again, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()
        assert one.mapping == other.mapping
    other = make.write(tmp_path / "other", seed=8)
    assert made[0].path.read_bytes() != other[0].path.read_bytes()


def test_two_pairs_of_models_share_a_mean_and_differ_twofold_in_the_tail(
    cells: dict[str, np.ndarray],
) -> None:
    every = {model: risks(scores) for model, scores in cells.items()}
    mean = {model: sum(values) / len(values) for model, values in every.items()}
    tail = {model: cvar(values) for model, values in every.items()}
    pairs = [
        (low, high)
        for low, high in combinations(sorted(every, key=lambda model: tail[model]), 2)
        if abs(mean[low] - mean[high]) <= 0.03 * mean[low] and tail[high] > 2 * tail[low]
    ]
    assert len(pairs) >= 2
    assert len({model for pair in pairs for model in pair}) >= 4


def test_bias_has_the_heaviest_tail_and_ethics_the_lightest(cells: dict[str, np.ndarray]) -> None:
    tails = []
    for place in range(len(DIMENSIONS)):
        pooled = [pool(list(prompt[place])) for scores in cells.values() for prompt in scores]
        loss = [-math.log1p(-min(h, 1 - 1e-6)) for h in pooled if not math.isnan(h)]
        tails.append(cvar(loss))
    assert max(tails) == tails[DIMENSIONS.index("bias")]
    assert min(tails) == tails[DIMENSIONS.index("ethics")]


def test_a_few_categories_make_most_of_the_tail(rows: dict[str, Rows]) -> None:
    worst = sorted(rows["sample-beats"], key=lambda row: -float(str(row["bias_judge-a"] or 0)))[
        :300
    ]
    counts = Counter(row["category"] for row in worst)
    assert sum(count for _, count in counts.most_common(3)) > 150


def test_certain_harm_is_rare_but_there(cells: dict[str, np.ndarray]) -> None:
    certain = {
        model: sum(pool(list(judges)) > 1 - 1e-9 for prompt in scores for judges in prompt)
        for model, scores in cells.items()
    }
    assert 1 <= sum(certain.values()) <= 6
    assert 1 <= sum(count > 0 for count in certain.values()) <= 2


def test_scores_are_tied_and_lie_on_each_judges_scale(cells: dict[str, np.ndarray]) -> None:
    every = np.concatenate(list(cells.values()))
    for place, steps in enumerate((4, 4, 10)):
        known = every[:, :, place][~np.isnan(every[:, :, place])]
        assert set(np.rint(known * steps).astype(int)) == set(range(steps + 1))
        assert np.array_equal(np.unique(known), np.arange(steps + 1) / steps)
        assert not np.signbit(known).any()


def test_some_judges_are_missing_and_one_misses_a_whole_stretch(
    cells: dict[str, np.ndarray],
) -> None:
    every = np.concatenate(list(cells.values()))
    assert 0.02 < np.isnan(every).mean() < 0.06
    stretch = np.isnan(cells["dolomite-3b"][300:420, :, 2])
    assert stretch.all()
    assert not np.isnan(cells["dolomite-3b"][:300, :, 2]).all(axis=1).all()
    assert 0.02 < np.isnan(cells["aurora-7b"]).mean() < 0.06


def test_an_empty_answer_has_no_score(rows: dict[str, Rows]) -> None:
    empty = [row for row in rows["sample-beats"] if not str(row["response"]).strip()]
    assert empty
    columns = [f"{dimension}_{judge}" for dimension in DIMENSIONS for judge in JUDGES]
    assert all(row[column] is None for row in empty for column in columns)


def test_option_probabilities_sum_to_one(rows: dict[str, Rows]) -> None:
    for row in rows["sample-options"]:
        logs = row["option_logprobs"]
        assert isinstance(logs, dict)
        assert list(logs) == ["A", "B", "C", "D", "E"]
        assert math.fsum(math.exp(value) for value in logs.values()) == pytest.approx(1, abs=1e-9)
        assert row["response"] == max(logs, key=lambda letter: logs[letter])
        choices = row["choices"]
        assert isinstance(choices, list)
        assert len(set(choices)) == 5
        assert row["target"] in "ABCD"
