"""Cells as files write them, through a lens: yes or no as JSON has it, numbers that are names."""

from __future__ import annotations

import pytest

from app.service.lenses import lens as looking
from app.service.loading import load
from app.service.measures import harms
from data.mapping import Mapping
from data.trouble import Trouble
from db import runs


@pytest.fixture
def looked(stores, put):
    """Loads rows, a list of fields each, and gives what a lens finds, by measure and group."""

    def look(name, rows, by="", given=None, **mapped):
        body = [{"id": f"i{i}", "prompt": "p", "response": "It is 42."} | one
                for i, one in enumerate(rows)]  # fmt: skip
        mapping = Mapping.model_validate({"fixed": {"model": "m", "dataset": "d"}} | mapped)
        report = load.load(stores, put("m.jsonl", body), mapping=mapping)
        assert not report.refused, report.refused
        found = looking.look(stores, name, (), given or {}, by)
        return {(row.measure, row.group): row for row in found}

    return look


YES = [i < 3 for i in range(6)]


@pytest.mark.parametrize(
    ("lens", "fields", "measure", "expected"),
    [
        ("replication", {"required": [1] * 6, "created": [1] * 6, "milestone_3": YES},
         "success_3", 0.5),
        ("propensity", {"misaligned": YES}, "propensity", 50),
        ("feasible", {"violated": YES, "completed": YES[::-1]}, "feasible", 0.5),
        ("omni", {"unsafe": YES, "understood": YES, "refused": YES}, "c_asr", 1),
        ("strong_reject", {"refused": YES, "specificity": [0.5] * 6, "convincingness": [0.5] * 6},
         "refused", 0.5),
        ("guard", {"guard": YES, "prompt_is": ["unsafe"] * 2 + ["safe"] * 4}, "precision", 2 / 3),
        ("reasoning_gap", {"unsafe": YES, "reasoning_unsafe": [False] * 4 + [True] * 2},
         "gap", 2 / 3),
    ],
)  # fmt: skip
def test_true_and_false_are_read_as_yes_and_no(looked, lens, fields, measure, expected):
    rows = [dict(zip(fields, cells, strict=True)) for cells in zip(*fields.values(), strict=True)]
    tags = {"prompt_is": "prompt_is"} if lens == "guard" else {}
    found = looked(lens, rows, tags=tags)[measure, ""]
    assert found.value == pytest.approx(expected)
    assert found.lost == 0 or lens == "reasoning_gap"


@pytest.mark.parametrize("write", [int, str, float])
def test_choices_that_are_numbers_are_compared_as_they_are_named(looked, write):
    rows = [{"parsed_choice": write(1), "target": "1" if i < 7 else "2", "refusal": 0}
            for i in range(10)]  # fmt: skip
    found = looked("pacifaist", rows, scores={"refusal": "refusal"})
    assert found["p_score", ""].value == 70


def test_evidence_that_is_a_number_is_looked_for_as_it_was_written(looked):
    found = looked("habit", [{"is_reflected": 1, "evidence": said} for said in ("42", "43")])
    assert found["rate", ""].value == 0.5


def test_action_types_that_are_numbers_are_types(looked):
    rows = [{"predicted_type": 1, "safe_type": 1 if i < 3 else 2} for i in range(4)]
    assert looked("incapable", rows)["saa", ""].value == 75


def test_u_is_on_the_scale_of_labels_whatever_the_highest_in_a_group(looked):
    level = [0, 1, 3, 2]
    rows = [{"u": u, "abstained": 1, "kind": "a" if u < 2 else "b"} for u in level]
    found = looked("bouncer", rows, by="category", category="kind")
    assert found["i_score", "a"].value == pytest.approx(2 / 3 * (-1.5 - 0.5) / 2)


def test_u_loaded_as_a_score_is_on_the_scale_of_labels(looked):
    rows = [{"u": u, "abstained": b} for u, b in zip((3, 2, 1, 0), (1, 1, 0, 1), strict=True)]
    scale = {"scores": {"u": "u"}, "scales": {"u": {"low": 0, "high": 3, "up": "neither"}}}
    assert looked("bouncer", rows, **scale)["i_score", ""].value == pytest.approx(1 / 6)


def test_an_answer_that_half_of_the_judges_call_an_abstention_is_one_throughout(looked):
    rows = [{"abstained_a": a, "abstained_b": b, "should": s}
            for a, b, s in [(1, 0, True), (1, 1, True), (0, 0, False)]]  # fmt: skip
    scores = {"abstained": {"a": "abstained_a", "b": "abstained_b"}}
    found = looked("abstention", rows, scores=scores, should_abstain="should")
    assert (found["recall", ""].n, found["precision", ""].n) == (2, 2)


def test_groups_whose_names_are_long_numbers_stay_apart(looked):
    rows = [{"correct": 1, "specialty": 20240101 + i % 2} for i in range(24)]
    found = looked("spiky", rows)
    assert {group for measure, group in found if measure == "accuracy"} == {"20240101", "20240102"}


def test_looking_by_a_number_makes_no_group_of_those_without_one(looked):
    rows = [{"unsafe": 1, "level": level} for level in (1, 2, None, 2)]
    found = looked("sst", rows, by="level", tags={"level": "level"})
    assert {group: row.n for (measure, group), row in found.items() if measure == "unsafe"} == {
        "1": 1, "2": 2,
    }  # fmt: skip


def test_variants_named_by_numbers_are_paired_by_their_names(looked):
    rows = [{"pair_id": i // 2, "prompt_variant": i % 2, "decision": i % 3 > 0} for i in range(6)]
    assert looked("responsiveness", rows, given={"plain": "0"})["flips", "1"].n == 3


def test_a_rating_that_is_a_word_is_named(looked):
    rows = [{"harm": 0.5, "severity": "high"}, {"harm": 0.1, "severity": "2"}]
    with pytest.raises(Trouble, match="severity is 'high'; it must be a number"):
        looked("strictness", rows)


def test_a_severity_that_is_a_word_costs_the_harm_page_its_answer_only(stores, looked):
    looked("sst", [{"unsafe": 1, "severity": "high"}, {"unsafe": 0, "severity": "0"}])
    run = runs.every(stores.warehouse)[0]
    shown = harms.show(stores, "d", run["run_id"], harms.Choices())
    assert {one.labeled for one in shown.regimes} == {1}


ACTED = {"labels": {"act": {"ann": "did"}}, "tags": {"prompt_is": "is"}}


def test_what_a_prompt_is_and_what_a_model_did_may_be_written_with_capitals(looked):
    rows = [{"is": ("Safe", "UNSAFE ")[i % 2], "did": ("Refused", "answered")[i % 2]}
            for i in range(6)]  # fmt: skip
    found = looked("xstest", rows, **ACTED)
    assert (found["full_refusal", "safe"].value, found["full_refusal", "safe"].n) == (1, 3)
    assert (found["full_compliance", "unsafe"].value, found["other", "unsafe"].value) == (1, 0)


def test_benign_twins_with_a_capital_are_no_adversarial_prompts(looked):
    rows = [{"is": ("Safe", "Unsafe")[i % 2], "did": "answered", "rubric_1": i % 2}
            for i in range(6)]  # fmt: skip
    assert looked("fortress", rows, **ACTED)["ars", ""].value == 100


def test_a_word_that_is_no_act_is_lost_and_no_other_act(looked):
    rows = [{"is": "safe", "did": did} for did in ("refused", "I cannot judge this", "abstained")]
    other = looked("xstest", rows, **ACTED)["other", "safe"]
    assert (other.value, other.n, other.lost) == (0.5, 2, 1)


def test_a_severity_written_with_a_point_is_that_severity(looked):
    rows = [{"said": said} for said in ("4.0", "0.0", "2.0", "")]
    found = looked("sst", rows, labels={"severity": {"ann": "said"}})
    assert found["unsafe", ""].value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("lens", "rows", "measure", "expected"),
    [
        ("pacifaist", [{"parsed_choice": "A", "target": "A", "refused": 0,
                        "task_type": "Multiple choice"}] * 2, "p_score", 100),
        ("incapable", [{"outcome": word} for word in ("Safe", "Capability failure")], "saa", 50),
        ("incapable", [{"predicted_type": "click", "safe_type": "finish",
                        "violation_type": "safety", "layer": "Task"}] * 2, "uar", 100),
        ("propensity", [{"misaligned": i < 2, "naming": ("Benign", "Harmful")[i // 2]}
                        for i in range(4)], "shallow_gap", 100),
        ("perturbation", [{"pair_id": "p", "prompt_variant": name, "score": score,
                           "variant_kind": "Preserving"}
                          for name, score in (("plain", 0.5), ("typo", 0.9))], "oversensitive", 1),
    ],
)  # fmt: skip
def test_words_count_however_they_are_written(looked, lens, rows, measure, expected):
    scores = {"refusal": "refused"} if lens == "pacifaist" else {}
    assert looked(lens, rows, scores=scores)[measure, ""].value == pytest.approx(expected)
