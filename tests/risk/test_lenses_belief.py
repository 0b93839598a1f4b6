"""Lenses of belief on columns: worked cases, what is lost, and real option files."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

from tests.lens_columns import look, options, text

FIVE = options([[0.31, 0.27, 0.40, 0.01, 0.01], [0.15, 0.05, 0.40, 0.01, 0.39]], "CC")


def test_dcs_keeps_the_mass_on_not_knowing_and_shows_what_the_public_code_says():
    found = look("dcs", FIVE)
    assert found["mean", ""].value == pytest.approx((-0.1881 + 0.1159) / 2, abs=1e-9)
    assert found["contrast", ""].value == pytest.approx(0)
    assert found["ternary", ""].value == 1
    assert found["weighted_accuracy", ""].value == pytest.approx(0.40)
    assert found["mass", "unsure"].value == pytest.approx(0.20)
    assert found["captured", ""].value == pytest.approx(1)
    assert found["threshold", ""].value == 0.5
    assert look("dcs", FIVE, l_w=3)["threshold", ""].value == 0.75


def test_dcs_without_an_option_to_abstain_says_so():
    found = look("dcs", FIVE | {"idk": text((), ())})
    assert (found["offered", ""].value, found["mass", "unsure"].value) == (0, 0)
    assert "no" in found["offered", ""].why


def test_dcs_by_characters_is_the_flatter_one_of_the_worked_case():
    row = {" Paris": -2.0, " Rome": -4.0, " I do not know.": -6.0}
    columns = {
        "option_logprobs": text(row, row),
        "gold": text(" Paris", "paris"),
        "idk": text(*[("I do not know.",)] * 2),
    }
    assert look("dcs", columns)["mean", ""].value == pytest.approx(0.7376, abs=5e-5)
    by = look("dcs", columns, length="characters")["mean", ""]
    assert by.value == pytest.approx(0.0924, abs=5e-5)
    with pytest.raises(ValueError, match="tokens of the options"):
        look("dcs", columns, length="tokens")
    tokens = dict(zip(row, (1, 1, 5), strict=True))
    flat = look("dcs", columns | {"option_tokens": text(tokens, tokens)}, length="tokens")
    assert flat["mean", ""].value != by.value


def test_calibration_of_options_loses_abstentions_but_scores_their_whole_belief():
    p = [[0.7, 0.2, 0.1, 0, 0], [0.1, 0.1, 0.1, 0.1, 0.6]]
    columns = options(p, "AB") | {"confidence": np.ones(2), "correct": np.ones(2)}
    found = look("calibration", columns)
    assert (found["accuracy", ""].n, found["accuracy", ""].lost) == (1, 1)
    assert found["brier", ""].value == pytest.approx((0.14 + 0.01 * 3 + 0.81 + 0.36) / 2)
    assert found["brier", "top option"].value == pytest.approx(0.09)
    assert found["nll", ""].value == pytest.approx(-np.log([0.7, 0.1]).mean())


def test_calibration_of_a_given_confidence_is_the_worked_one():
    columns = {
        "confidence": np.array([0.55, 0.65, 0.65, 0.95, 0.95, 0.5]),
        "correct": np.array([1, 0, 1, 1, 1, 0.0]),
        "abstained": np.array([0, 0, 0, 0, 0, 1.0]),
    }
    found = look("calibration", columns)
    assert found["ece", ""].value == pytest.approx(0.17)
    assert found["brier", ""].value == pytest.approx(0.1505)
    assert found["nll", ""].value == pytest.approx(0.4362, abs=5e-5)
    assert found["ece", ""].lost == 1
    parts = [found[name, ""].value for name in ("reliability", "uncertainty", "within")]
    assert sum(parts) - found["resolution", ""].value == pytest.approx(0.1505)


def test_risk_coverage_never_counts_an_abstention_as_right():
    columns = {
        "confidence": np.array([0.9, 0.8, 0.8, 0.6, 0.5, 1.0]),
        "correct": np.array([1, 1, 0, 1, 0, 1.0]),
        "abstained": np.array([0, 0, 0, 0, 0, 1.0]),
    }
    found = look("risk_coverage", columns, risk=0.25)
    expected = {"aurc": 0.2467, "eaurc": 0.1167, "augrc": 0.14, "auarc": 0.7533, "prr": 0.5679}
    for name, value in expected.items():
        assert found[name, ""].value == pytest.approx(value, abs=5e-5)
    assert found["risk_at_coverage", ""].value == pytest.approx(0.25)
    assert found["coverage_at_risk", ""].value == pytest.approx(0.8)
    assert found["answered", ""].value == pytest.approx(5 / 6)
    assert found["aurc", ""].lost == 1
    aurc = look("risk_coverage", columns, form="trapezoid")["aurc", ""].value
    assert aurc == pytest.approx(0.19)


def test_risk_coverage_without_a_verdict_is_missing_with_its_reason():
    found = look("risk_coverage", {"confidence": np.ones(2), "correct": np.full(2, np.nan)})
    assert not found["aurc", ""].known
    assert found["aurc", ""].lost == 2


@pytest.mark.real
@pytest.mark.parametrize(
    ("subject", "accuracy", "aurc", "brier", "ece"),
    [
        ("marketing", 0.6615, 0.1681, 0.5040, 0.165),
        ("computer_security", 0.5536, 0.2924, 0.5971, 0.126),
        ("college_chemistry", 0.2294, 0.7090, 0.7613, None),
        ("professional_medicine", None, None, None, 0.032),
    ],
)
def test_option_files_have_the_figures_their_index_names(real, subject, accuracy, aurc, brier, ece):
    columns = averaged(real, subject)
    calibrated = look("calibration", columns)
    ranked = look("risk_coverage", columns | calibrated_columns(columns))
    for found, value, slack in (
        (calibrated["accuracy", ""], accuracy, 5e-5),
        (ranked["aurc", ""], aurc, 5e-5),
        (calibrated["brier", ""], brier, 5e-5),
        (calibrated["ece", ""], ece, 5e-4),
    ):
        assert value is None or found.value == pytest.approx(value, abs=slack)


def averaged(real, subject):
    """The options of a subject, their probabilities averaged over the ten prompts."""
    p, gold = defaultdict(list), {}
    path = real / "conformal_llm/llama13b_mmlu_option_probs.csv"
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["subject"] == subject:
                item = int(row["question_idx"])
                p[item].append([float(row[f"p_{key}"]) for key in "ABCD"])
                gold[item] = "ABCD"[int(row["target_idx"])]
    mean = [np.mean(p[item], axis=0) for item in sorted(p)]
    columns = options(mean, [gold[item] for item in sorted(p)], ())
    return columns | {"confidence": np.ones(len(p)), "correct": np.ones(len(p))}


def calibrated_columns(columns):
    """Confidence and correctness of the top option, the way the app feeds them."""
    best = [max(row, key=row.get) for row in columns["option_logprobs"]]
    return {
        "confidence": np.array([np.exp(max(row.values())) for row in columns["option_logprobs"]]),
        "correct": np.array([float(b == g) for b, g in zip(best, columns["gold"], strict=True)]),
    }


@pytest.mark.real
@pytest.mark.parametrize(
    ("signal", "auroc"),
    [
        ("max_entropy", 0.8975),
        ("mean_entropy", 0.8209),
        ("entity_entropy", 0.6549),
        ("cross_model_disagreement", 0.4999),
        ("semantic_inconsistency", 0.4866),
    ],
)
def test_uncertainty_signals_find_the_errors_as_their_index_says(real, signal, auroc):
    path = real / "multisignal_abstention/features.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {
        "confidence": -np.array([float(row[signal]) for row in rows]),
        "correct": 1 - np.array([float(row["is_hallucination"]) for row in rows]),
    }
    found = look("risk_coverage", columns)["auroc", ""]
    assert found.value == pytest.approx(auroc, abs=5e-5)
