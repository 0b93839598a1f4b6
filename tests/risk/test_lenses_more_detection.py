"""Lenses of detection on columns: guard, dice, failure_detection, ranking, added_value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score, roc_curve

from risk import detect, gains, logistic
from tests.lens_columns import look, text

# TP 40, FP 10, FN 8, TN 92; of the 40 caught, 34 are of the labeled type.
FLAG = np.repeat([1.0, 1.0, 0.0, 0.0], [40, 10, 8, 92])
TRUTH = np.repeat(["unsafe", "safe", "unsafe", "safe"], [40, 10, 8, 92]).astype(object)
GUARD = {"guard": FLAG, "label_unsafe": TRUTH}


def scored(n=60, seed=0):
    """A score in steps of a tenth, so that many tie, and a truth that goes with it."""
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 11, n) / 10
    return score, (rng.random(n) < score).astype(float)


def test_guard_has_the_worked_rates():
    types = {
        "category": text(*["a"] * 150),
        "guard_category": text(*["A "] * 34, *["b"] * 6, *[None] * 110),
    }
    found = look("guard", GUARD | types)
    rates = {"precision": 0.8, "recall": 0.8333, "f1": 0.8163, "fpr": 0.098, "over_safety": 0.098}
    for name, value in rates.items():
        assert found[name, ""].value == pytest.approx(value, abs=5e-5)
    assert found["type_match", ""].value == 0.85
    assert found["f1", ""].low < 0.8163 < found["f1", ""].high
    assert found["floor", ""].value == 48 / 150


def test_guard_says_which_rows_a_rate_would_need():
    found = look("guard", {"guard": np.zeros(4), "label_unsafe": text("no", "no", "no", None)})
    assert "nothing is flagged" in found["precision", ""].why
    assert "nothing should be flagged" in found["recall", ""].why
    assert not found["auprc", ""].known
    assert (found["fpr", ""].value, found["fpr", ""].lost) == (0, 1)


def test_guard_leaves_answers_that_could_not_act_out_of_over_safety():
    acts = text("answered", "could_not_act", "answered")
    columns = {"guard": np.array([1.0, 1, 0]), "label_unsafe": text(*["no"] * 3), "act": acts}
    assert look("guard", columns)["over_safety", ""].value == 0.5
    assert look("guard", columns)["fpr", ""].value == pytest.approx(2 / 3)


def test_guard_reports_recall_on_categories_declared_unseen():
    seen = text(*["yes"] * 20, *["no"] * 20, *["yes"] * 110)
    found = look("guard", GUARD | {"seen": seen})
    assert found["recall", "unseen categories"].value == 1
    assert found["recall", "seen categories"].value == pytest.approx(20 / 28)


def test_a_harm_score_of_answers_is_not_held_against_marks_of_prompts():
    columns = {"harm": FLAG, "prompt_is": TRUTH}
    for name in ("guard", "dice"):
        with pytest.raises(ValueError, match="label answers"):
            look(name, columns)
    found = look("guard", columns, score="harm")
    assert (found["precision", ""].value, found["floor", ""].why) == (0.8, "by prompt_is")


def test_a_labeled_severity_of_two_is_a_label_of_unsafe():
    columns = {"guard": np.array([1.0, 1, 0, 0]), "label_severity": text("2", "1", "0", None)}
    found = look("guard", columns)
    assert (found["precision", ""].value, found["fpr", ""].lost) == (0.5, 1)


def test_guard_takes_the_score_that_is_named_or_says_which_there_are():
    columns = {"label_unsafe": TRUTH, "llama": FLAG}
    assert look("guard", columns, score="llama")["precision", ""].value == 0.8
    with pytest.raises(ValueError, match="there is no score 'shield'; there are llama"):
        look("guard", columns, score="shield")


@pytest.mark.parametrize("seed", range(5))
def test_the_areas_are_those_of_scikit_learn_also_with_ties(seed):
    score, truth = scored(seed=seed)
    auroc, precision, fpr = detect.areas(*detect.steps(score, truth))[0]
    assert auroc == pytest.approx(roc_auc_score(truth, score))
    assert precision == pytest.approx(average_precision_score(truth, score))
    false, true, _ = roc_curve(truth, score, drop_intermediate=False)
    assert fpr == pytest.approx(false[true >= 0.95].min())


def test_the_areas_of_many_rows_have_an_interval_as_wide_as_the_theory_says():
    score, truth = scored(40_000)
    found = detect.curves(score, truth, None, 300, 0)["auroc"]
    up, n, m = found.value, truth.sum(), (1 - truth).sum()
    q, r = up / (2 - up), 2 * up**2 / (1 + up)  # Hanley and McNeil (1982)
    se = np.sqrt((up * (1 - up) + (n - 1) * (q - up**2) + (m - 1) * (r - up**2)) / (n * m))
    assert (found.high - found.low) / (2 * 1.96 * se) == pytest.approx(1, abs=0.2)


def test_dice_has_the_worked_loss_and_soft_f1():
    columns = {"risk_score": np.array([0.9, 0.2, 0.6, 0.1]), "target": text("1", "0", "1", "0")}
    found = look("dice", columns)
    assert found["soft_f1", ""].value == pytest.approx(0.7895, abs=5e-5)
    assert found["dice_loss", ""].value == pytest.approx(0.7442, abs=5e-5)
    assert look("dice", columns, alpha=0)["dice_loss", ""].value == pytest.approx(0.2105, abs=5e-5)


def test_dice_without_positives_and_mass_has_no_loss():
    found = look("dice", {"risk_score": np.zeros(3), "target": text("0", "0", "0")})
    assert found["dice_loss", ""].value == 0
    with pytest.raises(ValueError, match="says yes or no"):
        look("dice", {"risk_score": np.zeros(1), "target": text("?")})


def test_dice_refuses_what_is_no_probability():
    with pytest.raises(ValueError, match="a probability is 2; it must be from 0 to 1"):
        look("dice", {"risk_score": np.array([2.0]), "target": text("1")})


@given(arrays.arrays(float, 8, elements=st.floats(0, 1)), st.lists(st.booleans(), min_size=8,
       max_size=8))  # fmt: skip
def test_soft_f1_is_one_less_the_loss_of_alpha_zero(p, y):
    columns = {"risk_score": p, "target": text(*("1" if one else "0" for one in y))}
    found = look("dice", columns, alpha=0)
    assert found["soft_f1", ""].value == pytest.approx(1 - found["dice_loss", ""].value)
    assert -1e-9 <= found["soft_f1", ""].value <= 1 + 1e-9


FAILURES = {
    "confidence": np.array([0.9, 0.8, 0.8, 0.6, 0.5]),
    "correct": np.array([1.0, 1, 0, 1, 0]),
}


def test_failure_detection_has_the_worked_numbers_and_prints_the_floor():
    found = look("failure_detection", FAILURES)
    told = [found[name, ""].value for name in ("auroc", "aupr", "floor", "fpr95")]
    assert told == pytest.approx([0.75, 0.75, 0.4, 0.6667], abs=5e-5)


def test_failure_detection_without_a_wrong_answer_is_not_defined():
    found = look("failure_detection", FAILURES | {"correct": np.array([1.0, 1, 1, 1, np.nan])})
    assert not found["auroc", ""].known
    assert (found["auroc", ""].n, found["auroc", ""].lost) == (4, 1)


def test_failure_detection_reads_uncertainty_before_confidence():
    columns = FAILURES | {"uncertainty": FAILURES["confidence"]}
    assert look("failure_detection", columns)["auroc", ""].value == pytest.approx(0.25)


WORST = {"score": np.array([0.9, 0.8, 0.3, 0.2]), "severity": np.array([3.0, 0, 2, 1])}


def test_ranking_has_the_worked_gain_precision_and_lift():
    assert look("ranking", WORST, k=4)["ndcg", "at 4"].value == pytest.approx(0.9305, abs=5e-5)
    found = look("ranking", WORST, k=2)
    assert found["precision", "at 2"].value == 0.5
    assert found["lift", "at 2"].value == 1
    assert "interval" not in found["lift", "at 2"].why
    of_all = look("ranking", WORST, k=5)["ndcg", "at 5"]
    assert "fewer answers than k" in of_all.why
    assert np.isnan(of_all.low)


def test_ranking_without_severity_above_zero_is_not_defined():
    found = look("ranking", WORST | {"severity": np.array([0.0, 0, 0, np.nan])}, k=2)
    assert "no answer has a severity above 0" in found["ndcg", "at 2"].why
    assert (found["lift", "at 2"].n, found["lift", "at 2"].lost) == (3, 1)


@pytest.mark.parametrize("k", [1, 5, 30])
def test_the_gain_is_that_of_scikit_learn_with_ties_averaged(k):
    score, _ = scored(30)
    gain = np.random.default_rng(1).integers(0, 5, 30).astype(float)
    assert gains.ndcg(score, gain, k)[0] == pytest.approx(ndcg_score([gain], [score], k=k))


@given(st.permutations(range(12)))
def test_the_order_of_rows_does_not_matter_to_a_ranking(order):
    score, _ = scored(12)
    gain = np.arange(12.0)
    at = np.array(order)
    assert gains.ndcg(score[at], gain[at], 5) == pytest.approx(gains.ndcg(score, gain, 5))


def test_the_logistic_fit_is_that_of_scikit_learn():
    x = np.random.default_rng(0).normal(size=(200, 3))
    y = (x[:, 0] + np.random.default_rng(1).normal(size=200) > 0.3).astype(float)
    told = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(x, y)
    assert logistic.fit(x, y) == pytest.approx(
        np.concatenate([told.intercept_, told.coef_[0]]), abs=1e-4
    )


def added(n=400):
    rng = np.random.default_rng(3)
    good, idle = rng.normal(size=n), rng.normal(size=n)
    y = good + 0.5 * rng.normal(size=n) > 0
    truth = text(*("yes" if one else "no" for one in y))
    return {"good": good, "idle": idle, "label_unsafe": truth, "n_tokens": np.arange(float(n))}


def test_added_value_tells_a_score_that_helps_from_one_that_does_not():
    found = look("added_value", added())
    assert found["added", "good"].low > 0.3
    assert found["added", "idle"].low < 0 < found["added", "idle"].high + 0.01
    assert found["with", "good"].value == found["with", "idle"].value
    for name in ("good", "idle"):
        gain = found["with", name].value - found["without", name].value
        assert found["added", name].value == pytest.approx(gain)
        assert found["with", name].low < found["with", name].value < found["with", name].high


def test_an_area_of_few_answers_stays_between_0_and_1():
    columns = {name: column[:14] for name, column in added().items()}
    found = look("added_value", columns)
    areas = [found[one, name] for one in ("with", "without") for name in ("good", "idle")]
    assert all(0 <= area.low < area.high <= 1 for area in areas)


def test_a_score_twice_over_adds_nothing():
    columns = added()
    columns["copy"] = columns["good"].copy()
    assert look("added_value", columns, score="copy")["added", "copy"].value == pytest.approx(
        0, abs=0.02
    )


def test_added_value_needs_two_scores_and_both_labels():
    columns = added()
    with pytest.raises(ValueError, match="two scores are needed; there is good"):
        look("added_value", columns, scores="good")
    one = columns | {"label_unsafe": text(*["no"] * 398, "yes", None)}
    found = look("added_value", one)["added", "good"]
    assert (found.n, found.lost) == (399, 1)
    assert "the rarer has 1" in found.why


@given(st.integers(2, 6), st.integers(0, 99))
def test_answers_of_an_item_are_in_one_fold(count, seed):
    of = np.repeat(np.arange(15), 3)
    fold = logistic.folds(np.tile([0.0, 1, 0], 15), of, count, seed)
    assert (fold.reshape(15, 3) == fold[::3, None]).all()
