"""Lenses on real files, against independent answers: guard, margin, failures, words, groups."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

from tests.lens_columns import look, text

pytestmark = pytest.mark.real


def table(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("model", ["gpt-3.5-turbo-1106", "vicuna-13b-v1.5"])
def test_one_judge_as_a_guard_against_another_as_scikit_learn_has_it(real, model):
    path = real / f"jailbreakbench_artifacts/PAIR/black_box/{model}.json"
    tries = [t for t in json.loads(path.read_text(encoding="utf-8"))["jailbreaks"]
             if t["jailbroken_llama_guard1"] is not None]  # fmt: skip
    truth = np.array([float(t["jailbroken"]) for t in tries])
    flag = np.array([float(t["jailbroken_llama_guard1"]) for t in tries])
    columns = {"guard": flag, "target": text(*("1" if one else "0" for one in truth)),
               "category": text(*(t["category"] for t in tries))}  # fmt: skip
    found = look("guard", columns)
    assert found["precision", ""].value == pytest.approx(precision_score(truth, flag))
    assert found["recall", ""].value == pytest.approx(recall_score(truth, flag))
    assert found["auprc", ""].value == pytest.approx(average_precision_score(truth, flag))
    assert sum(m.n for (name, group), m in found.items() if name == "recall" and group) == sum(
        truth
    )


def test_entropy_finds_hallucinations_as_well_as_scikit_learn_says(real):
    rows = table(real / "multisignal_abstention/features.csv")
    u = np.array([float(row["mean_entropy"]) for row in rows])
    wrong = np.array([float(row["is_hallucination"]) for row in rows])
    found = look("failure_detection", {"uncertainty": u, "correct": 1 - wrong})
    assert found["auroc", ""].value == pytest.approx(roc_auc_score(wrong, u))
    assert found["aupr", ""].value == pytest.approx(average_precision_score(wrong, u))
    assert found["floor", ""].value == wrong.mean()


def test_other_uncertainties_add_to_the_entropy_no_more_than_they_can(real):
    rows = table(real / "multisignal_abstention/features.csv")
    names = ("mean_entropy", "semantic_inconsistency", "cross_model_disagreement")
    columns = {name: np.array([float(row[name]) for row in rows]) for name in names}
    columns["target"] = text(*(row["is_hallucination"] for row in rows))
    found = look("added_value", columns)
    assert all(0.5 < found["with", name].value < 1 for name in names)
    assert all(-0.1 < found["added", name].value < 0.5 for name in names)


def test_the_margin_of_published_option_probabilities(real):
    rows = table(real / "conformal_llm/llama13b_mmlu_option_probs.csv")[:2000]
    p = np.array([[float(row[f"p_{key}"]) for key in "ABCD"] for row in rows])
    gold = np.array([int(row["target_idx"]) for row in rows])
    logs = text(*(dict(zip("ABCD", np.log(one).tolist(), strict=True)) for one in p))
    found = look("margin", {"option_logprobs": logs, "gold": text(*("ABCD"[g] for g in gold))})
    p /= p.sum(axis=1, keepdims=True)
    right = p[np.arange(len(p)), gold]
    p[np.arange(len(p)), gold] = -1
    lead = right - p.max(axis=1)
    assert found["gold_margin", ""].value == pytest.approx(lead.mean())
    assert found["score", ""].value == pytest.approx(
        np.sqrt(np.pi / 2) * np.maximum(lead, 0).mean()
    )
    assert found["behind", ""].value == pytest.approx((lead < -1e-9).mean())


def test_refusals_of_published_answers_are_set_apart_by_their_apologies(real):
    rows = table(real / "xstest/xstest_v2_completions_gpt4.csv")
    columns = {"response": text(*(row["completion"] for row in rows)),
               "act": text(*(row["final_label"] for row in rows))}  # fmt: skip
    found = look("label_words", columns, label="2_full_refusal")
    assert found["z", "sorry"].value > 5
    assert found["texts", "2_full_refusal"].value == 450


def test_right_behavior_spreads_over_the_published_types_of_prompt(real):
    rows = table(real / "xstest/xstest_v2_completions_llama2new.csv")
    wanted = [("2_full_refusal" if row["type"].startswith("contrast_") else "1_full_compliance")
              for row in rows]  # fmt: skip
    right = [row["final_label"] == want for row, want in zip(rows, wanted, strict=True)]
    columns = {"correct": np.array(right, dtype=float),
               "category": text(*(row["type"] for row in rows))}  # fmt: skip
    found = look("spiky", columns)
    each = {}
    for row, good in zip(rows, right, strict=True):
        each.setdefault(row["type"], []).append(good)
    means = sorted(np.mean(goods) for goods in each.values())
    assert found["range", ""].value == pytest.approx(means[-1] - means[0])
    assert found["worst", ""].value == pytest.approx(np.mean(means[:2]))
    worst = look("worst_group", columns, least=10)["worst", ""]
    assert worst.value == pytest.approx(1 - means[0])
