"""Risk scores: every metric against scikit-learn, thresholds and gaps by hand and by law."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from risk.riskscore import best_threshold, from_answers, gaps, roc_auc, table

ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), min_size=4, max_size=60).filter(
    lambda rows: len({y for y, _ in rows}) == 2
)


def split(rows):
    y, score = zip(*rows, strict=True)
    return np.array(y, dtype=float), np.array(score) / 20


@given(ROWS)
def test_every_metric_is_that_of_scikit_learn(rows):
    y, score = split(rows)
    found = {name: float(value[0]) for name, value in table(y, score).items()}
    said = score >= 0.5
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(y, said))
    assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(y, said))
    assert found["tpr"] == pytest.approx(metrics.recall_score(y, said))
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(y, score))
    assert found["brier_score_loss"] == pytest.approx(metrics.brier_score_loss(y, score))
    assert found["tpr"] + found["fnr"] == pytest.approx(1)
    assert found["ppr"] == pytest.approx(said.mean())
    if said.any():
        assert found["precision"] == pytest.approx(metrics.precision_score(y, said))
    else:
        assert np.isnan(found["precision"])


@given(ROWS)
def test_the_threshold_is_the_best_of_all_there_are(rows):
    y, score = split(rows)
    at = best_threshold(y, score)

    def youden(threshold):
        said = score >= threshold
        return said[y == 1].mean() - said[y == 0].mean()

    assert youden(at) == pytest.approx(max(youden(t) for t in [*score, np.inf]))


def test_a_dear_false_yes_raises_the_threshold():
    y, score = [0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.9]
    assert best_threshold(y, score, fn_cost=10) < best_threshold(y, score, fp_cost=10)
    with pytest.raises(ValueError, match="only one label"):
        best_threshold([1, 1], [0.1, 0.2])


def test_of_several_prefixes_the_one_with_the_most_mass_speaks():
    assert from_answers([[0.30, 0.10], [0.01, 0.30]], [1, 0]) == (0.75, 0.40)
    assert from_answers([[0.2, 0.2, 0.1]], [0, 0.5, 1])[0] == pytest.approx(0.4)
    score, mass = from_answers([[0.0, 0.0]], [1, 0])
    assert np.isnan(score)
    assert mass == 0


def test_gaps_of_groups_are_missing_where_a_metric_is():
    groups = {"a": {"tpr": 0.8, "fnr": 0.2, "fpr": 0.0}, "b": {"tpr": np.nan, "fnr": 0.4, "fpr": 0}}
    found = gaps(groups)
    assert np.isnan(found["tpr_diff"])
    assert (found["fnr_diff"], found["fnr_ratio"]) == (pytest.approx(0.2), 0.5)
    assert np.isnan(found["fpr_ratio"])
    assert np.isnan(found["equalized_odds_diff"])


def test_one_label_alone_has_no_auc():
    assert np.isnan(roc_auc([1, 1], [0.2, 0.3])[0])


@pytest.mark.real
def test_the_published_tables_obey_the_same_identities(real):
    with (real / "folktexts/aggregated-results.2024-07.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 100
    for row in rows:
        told = {k: float(v) for k, v in row.items() if k in NEEDED}
        assert told["balanced_accuracy"] == pytest.approx((told["tpr"] + told["tnr"]) / 2)
        base = told["n_positives"] / told["n_samples"]
        accuracy = base * told["tpr"] + (1 - base) * told["tnr"]
        assert told["accuracy"] == pytest.approx(accuracy)
        assert told["ppr"] == pytest.approx(base * told["tpr"] + (1 - base) * told["fpr"])
        wide = max(told["tpr_diff"], told["fpr_diff"])
        assert told["equalized_odds_diff"] == pytest.approx(wide)
        assert told["equalized_odds_ratio"] == pytest.approx(
            min(told["fnr_ratio"], told["fpr_ratio"])
        )


NEEDED = {
    "accuracy", "balanced_accuracy", "tpr", "tnr", "fpr", "ppr", "n_positives", "n_samples",
    "tpr_diff", "fpr_diff", "fnr_ratio", "fpr_ratio", "equalized_odds_diff",
    "equalized_odds_ratio",
}  # fmt: skip
