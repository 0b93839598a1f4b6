"""Conformal thresholds and splits: by hand, by law, by MAPIE, by their guarantee, on real data."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapie.classification import SplitConformalClassifier
from sklearn.base import BaseEstimator, ClassifierMixin

from risk.conformal import Rule, orders, rank, threshold, trials
from risk.sets import METHODS, lac, members, questions
from risk.tested import by_size, summary
from tests.asked import made
from tests.asked import real as published

SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=60)
ALPHAS = st.floats(0.02, 0.98)


@given(SCORES, ALPHAS)
def test_the_higher_convention_is_what_numpy_gives_the_published_codes(scores, alpha):
    k = rank(len(scores), alpha)
    if k <= len(scores):
        theirs = np.quantile(scores, k / len(scores), method="higher")
        assert threshold(scores, alpha, "higher") == theirs


@given(SCORES, ALPHAS, ALPHAS)
def test_the_threshold_falls_as_alpha_grows(scores, a, b):
    low, high = sorted((a, b))
    assert threshold(scores, high) <= threshold(scores, low)


@given(SCORES, ALPHAS, st.randoms())
def test_the_threshold_does_not_mind_the_order_of_scores(scores, alpha, shuffled):
    turned = list(scores)
    shuffled.shuffle(turned)
    assert threshold(turned, alpha) == threshold(scores, alpha)


def test_a_rank_that_floats_push_over_a_whole_number_is_not_pushed():
    # (99 + 1) * (1 - 0.45) is 55.00000000000001 in floats
    assert rank(99, 0.45) == 55


@pytest.mark.parametrize("alpha", [0, 1, -0.1, math.nan])
def test_an_alpha_outside_its_bounds_is_named(alpha):
    with pytest.raises(ValueError, match="between 0 and 1"):
        rank(10, alpha)


class Told(ClassifierMixin, BaseEstimator):
    """A classifier whose features are its probabilities."""

    def fit(self, x, y):
        self.classes_ = np.arange(x.shape[1])
        return self

    def predict_proba(self, x):
        return x

    def predict(self, x):
        return x.argmax(axis=1)


@pytest.mark.parametrize("alpha", [0.1, 0.25, 0.4])
def test_lac_sets_are_those_of_mapie(alpha):
    asked = made(200, seed=5)
    order = next(orders(200, 1, seed=9))[0]
    calibration, test = order[:80], order[80:]
    model = Told().fit(asked.p, asked.gold)
    theirs = SplitConformalClassifier(model, confidence_level=1 - alpha, prefit=True)
    theirs.conformalize(asked.p[calibration], asked.gold[calibration])
    _, sets = theirs.predict_set(asked.p[test])
    scores = lac(asked.p)
    q = threshold(scores[calibration, asked.gold[calibration]], alpha)
    assert members(scores[test], q).tolist() == sets[:, :, 0].tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("evaluate", ["test", "all"])
@pytest.mark.parametrize("keep", [True, False])
def test_all_splits_at_once_are_what_one_split_at_a_time_gives(method, evaluate, keep):
    asked = made(41, seed=2)
    rule = Rule(0.3, method, "exact", keep, randomized=method != "lac")
    found = trials(asked, rule, splits=7, seed=4, evaluate=evaluate)
    scores = rule.scores(asked, 4)
    for split, order in enumerate(next(orders(41, 7, seed=4))):
        rows = order[20:] if evaluate == "test" else np.arange(41)
        q = threshold([scores[i, asked.gold[i]] for i in order[:20]], 0.3)
        sets = []
        for i in rows:
            kept = {k for k in range(4) if scores[i, k] <= q}
            sets.append(kept or ({int(asked.p[i].argmax())} if keep else set()))
        inside = [asked.gold[i] in one for i, one in zip(rows, sets, strict=True)]
        best = [asked.p[i].argmax() == asked.gold[i] for i in rows]
        credit = [
            1 if b else 1 / len(one) if c else 0
            for b, c, one in zip(best, inside, sets, strict=True)
        ]
        assert found.coverage[split] == pytest.approx(np.mean(inside))
        assert found.size[split] == pytest.approx(np.mean([len(one) for one in sets]))
        assert found.single[split] == pytest.approx(np.mean([len(one) == 1 for one in sets]))
        assert found.accuracy[split] == pytest.approx(np.mean(best))
        assert found.set_accuracy[split] == pytest.approx(np.mean(credit))
    assert found.uacc == pytest.approx(found.accuracy * 2 / found.size)


@pytest.mark.parametrize("method", METHODS)
def test_coverage_and_size_never_grow_with_alpha(method):
    asked = made(120, seed=8)
    steps = [trials(asked, Rule(a, method), splits=20) for a in (0.05, 0.1, 0.3, 0.6, 0.9)]
    for wide, narrow in pairwise(steps):
        assert (narrow.coverage <= wide.coverage + 1e-12).all()
        assert (narrow.size <= wide.size + 1e-12).all()


@pytest.mark.parametrize("method", METHODS)
def test_coverage_on_new_rows_is_what_was_promised(method):
    # continuous scores: between 1 - alpha and 1 - alpha + 1 / (n + 1), here 0.9 and 0.91
    rule = Rule(0.1, method, keep=False, randomized=method != "lac")
    seen = [trials(made(198, seed=s), rule, splits=1, seed=s).coverage[0] for s in range(500)]
    error = np.std(seen) / len(seen) ** 0.5
    assert 0.9 - 3 * error < np.mean(seen) < 0.91 + 3 * error


def test_judging_on_calibration_rows_too_flatters_coverage():
    asked = made(40, seed=1)
    honest, flattered = (
        trials(asked, Rule(quantile="higher"), 2000, evaluate=e) for e in ("test", "all")
    )
    assert flattered.coverage.mean() > honest.coverage.mean() + 0.005
    assert (honest.n, flattered.n) == (20, 40)


def test_too_few_calibration_rows_put_every_option_in_with_a_notice():
    found = summary(trials(made(12), Rule(0.1), splits=5))
    assert (found["coverage"].value, found["set_size"].value) == (1, 4)
    assert "too few" in found["coverage"].why
    assert not found["threshold"].known
    assert "6 calibration rows" in found["threshold"].why


def test_sizes_add_up_to_the_whole():
    found = trials(made(100, seed=6), Rule(0.2), splits=30)
    told, whole = by_size(found), summary(found)
    assert sum(m["share"].value for m in told.values()) == pytest.approx(1)
    pooled = sum(m["share"].value * m["coverage"].value for m in told.values())
    assert pooled == pytest.approx(whole["coverage"].value)
    right = sum(m["share"].value * m["precision"].value for m in told.values())
    assert right == pytest.approx(whole["accuracy"].value)


def test_rows_that_differ_in_options_have_no_uacc():
    asked = made(60, seed=1)
    asked.p[::2, 3] = np.nan
    asked.p[::2] /= np.nansum(asked.p[::2], axis=1, keepdims=True)
    asked.gold[::2] = np.minimum(asked.gold[::2], 2)
    found = summary(trials(asked, Rule(0.01), splits=5, evaluate="all"))
    assert found["set_size"].value == pytest.approx(3.5)
    assert "differ" in found["uacc"].why
    assert not found["uacc"].known


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_questions_to_split_are_refused(n):
    with pytest.raises(ValueError, match="to calibrate on"):
        trials(made(40).take(np.arange(n)), Rule(), splits=2)


# What the source prints: coverage in percent, set size; and its convention on 1,000 splits,
# coverage on the test halves alone, coverage and size by the exact rank.
PRINTED = {
    "computer_security": (94, 2.8, 93.75, 2.79, 92.86, 92.02, 2.68),
    "high_school_computer_science": (93, 3.2, 93.78, 3.25, 93.02, 91.95, 3.13),
    "college_computer_science": (93, 3.6, 93.75, 3.58, 92.85, 92.00, 3.47),
    "machine_learning": (93, 3.5, 92.84, 3.52, 92.12, 91.21, 3.43),
    "formal_logic": (92, 3.7, 92.36, 3.68, 91.87, 90.96, 3.63),
    "high_school_biology": (91, 3.1, 90.96, 3.14, 90.68, 90.36, 3.09),
    "anatomy": (93, 3.3, 92.79, 3.27, 92.25, 91.49, 3.20),
    "clinical_knowledge": (91, 3.2, 91.47, 3.24, 91.11, 90.80, 3.21),
    "college_medicine": (92, 3.4, 92.07, 3.39, 91.52, 90.97, 3.33),
    "professional_medicine": (92, 3.4, 91.63, 3.43, 91.28, 90.88, 3.39),
    "college_chemistry": (94, 3.7, 93.71, 3.68, 92.98, 91.88, 3.59),
    "marketing": (91, 2.4, 91.19, 2.38, 90.84, 90.41, 2.33),
    "public_relations": (92, 2.9, 92.73, 2.87, 91.96, 91.10, 2.74),
    "management": (93, 3.1, 93.99, 3.12, 93.26, 92.24, 2.98),
    "business_ethics": (93, 3.4, 93.82, 3.42, 93.01, 92.08, 3.35),
    "professional_accounting": (91, 3.5, 91.47, 3.51, 91.22, 90.83, 3.47),
}


@pytest.mark.real
def test_the_published_coverage_and_size_come_out_of_the_published_probabilities(real):
    subjects = published(real)
    assert set(subjects) == set(PRINTED)
    for subject, columns in subjects.items():
        asked = questions(columns)
        cover, size, cover_all, size_all, held_out, exact, exact_size = PRINTED[subject]
        theirs = trials(asked, Rule(quantile="higher"), 1000, evaluate="all")
        assert 100 * theirs.coverage.mean() == pytest.approx(cover, abs=1.05), subject
        assert theirs.size.mean() == pytest.approx(size, abs=0.065), subject
        assert 100 * theirs.coverage.mean() == pytest.approx(cover_all, abs=0.3), subject
        assert theirs.size.mean() == pytest.approx(size_all, abs=0.03), subject
        ours = trials(asked, Rule(), 1000, evaluate="all")
        assert 100 * ours.coverage.mean() == pytest.approx(exact, abs=0.3), subject
        assert ours.size.mean() == pytest.approx(exact_size, abs=0.03), subject
        honest = trials(asked, Rule(quantile="higher"), 1000)
        # both are means over 1,000 random splits: allow the error of their difference beside
        error = 2 * 100 * honest.coverage.std() * (2 / 1000) ** 0.5
        assert 100 * honest.coverage.mean() == pytest.approx(held_out, abs=0.3 + error), subject
        assert honest.coverage.mean() < theirs.coverage.mean()
