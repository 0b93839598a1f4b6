"""Harm: acts and verdicts of loaded answers as rates, flags and grades, by any taxonomy."""

from __future__ import annotations

import json

import numpy as np
import pytest

from app.service.lenses import lens as looking
from app.service.loading import load
from app.service.measures import harms, harms_table
from app.service.outputs import feed, holds, sorting
from data.mapping import Mapping
from data.trouble import Trouble
from db import runs
from tests.service.answers import answer, put

DID = ["refused", "answered", "hedged", "could_not_act", None, "answered"]
JUDGED = {
    "labels": {"act": {"settled": "did"}},
    "tags": {"prompt_is": "is"},
    "values": {"prompt_is": {"ok": "safe", "bad": "unsafe"}},
}


def rows(*harm):
    """Six answers: what each did, how harmful, to prompts of two hazards, half of them safe."""
    return [
        answer(f"i{n}", value, value, value, category=("Hate", "PII")[n % 2], did=did,
               **{"is": "ok" if n < 3 else "bad"})
        for n, (did, value) in enumerate(zip(DID, harm, strict=True))
    ]  # fmt: skip


@pytest.fixture
def two(stores):
    """Two models on one data set; returns the first one's run."""
    run = put(stores, rows(0.9, 0.1, 0.3, 0.0, None, 0.5), "heron", **JUDGED)
    put(stores, rows(0.9, 0.9, 0.1, 0.0, 0.1, 0.1), "owl", **JUDGED)
    return run


def test_refusal_and_harm_are_two_axes_and_a_refusal_can_be_harmful(stores, two):
    found = harms.show(stores, "made", two, harms.Choices()).models["heron"]
    assert (found["refused"].value, found["refused"].n, found["refused"].lost) == (0.2, 5, 1)
    assert (found["harmful"].value, found["harmful"].n) == (0.25, 4)
    assert (found["harmful_refusal"].value, found["harmful_refusal"].n) == (1, 1)
    assert found["hedged"].value == 0.2


def test_an_answer_that_could_not_act_is_in_no_harm_rate(stores, two):
    found = harms.show(stores, "made", two, harms.Choices(cut=0)).models["heron"]
    assert (found["harmful"].value, found["harmful"].n) == (1, 4)
    assert found["idle"].value == 0.2


def test_safe_prompts_refused_stand_against_unsafe_ones_answered(stores, two):
    found = harms.show(stores, "made", two, harms.Choices()).models["heron"]
    assert (found["over_refusal"].value, found["over_refusal"].n) == (1 / 3, 3)
    assert found["partial_refusal"].value == pytest.approx(1 / 3)
    assert (found["compliance"].value, found["compliance"].n) == (0.5, 2)


def test_harm_at_the_cut_does_not_count_and_above_it_does(stores, two):
    at = harms.show(stores, "made", two, harms.Choices(cut=50))
    below = harms.show(stores, "made", two, harms.Choices(cut=49))
    assert at.models["heron"]["harmful"].value == 0.25
    assert below.models["heron"]["harmful"].value == 0.5
    assert at.regimes[-1].flagged.value == pytest.approx(1 / 5)  # the scored ones, idle too


def test_flags_fall_as_the_reading_gets_looser():
    line = harms.flags(np.array([0.2, 0.5, np.nan, 1.0]))
    assert (np.diff(line) <= 0).all()
    assert line[[19, 20, 50, 99, 100]].tolist() == pytest.approx([1, 2 / 3, 1 / 3, 1 / 3, 0])
    assert np.isnan(harms.flags(np.array([np.nan]))).all()


def test_categories_are_sorted_by_name_or_by_the_crosswalk(stores, two):
    assert sorting.own(stores, ["Hate/Identity Hate", "PII", "Profanity"]) == "aegis"
    assert "mlcommons" in sorting.reachable(stores, ["Hate/Identity Hate", "PII", "Profanity"])
    into = np.array(["Hate/Identity Hate", "PII", "Profanity", None], dtype=object)
    found = sorting.named(stores, into, "mlcommons").tolist()
    assert found == ["Hate", "Privacy Violations", sorting.NONE, sorting.NONE]
    top = sorting.named(stores, into, "mlcommons", 1).tolist()
    assert top[:2] == ["Non-physical hazards", "Non-physical hazards"]
    assert sorting.named(stores, into).tolist()[:2] == ["Hate/Identity Hate", "PII"]


def test_nothing_is_sorted_where_no_taxonomy_knows_the_categories(stores):
    words = np.array(["weather", "trains"], dtype=object)
    assert sorting.own(stores, words.tolist()) == ""
    assert sorting.reachable(stores, words.tolist()) == {}
    assert sorting.named(stores, words, "mlcommons").tolist() == [sorting.NONE] * 2


def test_grades_stand_against_the_least_safe_model_or_a_published_one(stores, two):
    shown = harms.show(stores, "made", two, harms.Choices())
    assert shown.grades["owl"]["hte"].known
    assert shown.grades["owl"][""].value == 3  # it is among its own references: never above them
    alone = harms.show(stores, "made", two, harms.Choices(reference="v1.1 official"))
    assert alone.grades["heron"][""].value == 2  # 0.25 / 0.143
    assert "PII" in shown.grades["owl"]


def test_acts_alone_make_no_grade_and_say_so(stores):
    run = put(stores, rows(*[None] * 6), "wren", dataset="acts", scores={}, **JUDGED)
    shown = harms.show(stores, "acts", run, harms.Choices())
    assert shown.grades == {}
    assert "label harm" in shown.why_no_grade
    assert not shown.models["wren"]["harmful"].known
    assert "it refuses 33 % (1 to 91)" in harms_table.sentence(shown, "wren")


def test_a_picked_mark_lists_the_answers_behind_it(stores, two):
    shown = harms.show(stores, "made", two, harms.Choices())
    a = shown.answers
    listed = {
        kind: harms_table.chosen(a, pick, 50)[0]
        for kind, pick in {
            "none": None, "category": ["category", "Hate"], "over": ["over"], "idle": ["idle"],
            "above": ["above", 20], "grade": ["grade", "hte"],
        }.items()
    }  # fmt: skip
    assert listed["none"] == [0]
    assert listed["category"] == [0]
    assert sorted(listed["over"]) == [0, 5]
    assert listed["idle"] == [3]
    assert listed["above"] == [0, 5, 2]
    assert listed["grade"] == [0]


def test_where_nothing_is_harmful_the_worst_are_listed_and_said_to_be(stores, two):
    a = harms.read(stores, two, harms.Choices(cut=95))
    listed, words = harms_table.chosen(a, None, 95)
    assert listed[0] == 0
    assert words == "none has harm above 95: the 5 most harmful"


def test_the_feed_turns_a_score_of_safety_and_reads_labels_first(stores):
    body = [{"id": f"i{n}", "prompt": "p", "response": "r", "safe": n % 2, "it": it}
            for n, it in enumerate(["unsafe", "safe", None])]  # fmt: skip
    path = stores.settings.home / "safe.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in body), "utf-8")
    base = {"scores": {"is_safe": "safe"}, "scales": {"is_safe": {"up": "good"}}}
    rule = Mapping.model_validate(base | {"fixed": {"model": "m", "dataset": "d"}})
    assert not load.load(stores, path, mapping=rule).refused
    run = runs.every(stores.warehouse)[0]
    assert feed.columns(stores, run, {"unsafe"})["unsafe"].tolist() == [1, 0, 1]
    labeled = base | {"labels": {"unsafe": {"ann": "it"}}}
    rule = Mapping.model_validate(labeled | {"fixed": {"model": "n", "dataset": "d"}})
    assert not load.load(stores, path, mapping=rule).refused
    run = next(one for one in runs.every(stores.warehouse) if one["model"] == "n")
    found = feed.columns(stores, run, {"unsafe"})["unsafe"]
    assert found[:2].tolist() == [1, 0]
    assert np.isnan(found[2])


def test_the_worst_of_dimensions_is_unknown_where_one_is_missing(stores):
    run_id = put(stores, [answer("a", 0.1, 0.3, 0.6), answer("b", 0.9, 0.9, None)], "m")
    found = feed.columns(stores, holds.run(stores, run_id), {"harm", "unsafe"})
    assert found["harm"][0] == pytest.approx(0.6)
    assert np.isnan(found["harm"][1])
    assert found["unsafe"][0] == pytest.approx(0.6)


def test_the_lens_of_grades_runs_on_one_model_and_names_each(stores, two):
    found = looking.look(stores, "ailuminate")
    assert {row.model for row in found if row.measure == "grade"} == {"heron", "owl"}
    alone = put(stores, rows(0.9, 0.1, 0.3, 0.0, 0.2, 0.5), "wren", dataset="alone", **JUDGED)
    grades = [r for r in looking.look(stores, "ailuminate", [alone]) if r.measure == "grade"]
    assert grades
    assert all("no reference" in row.why for row in grades)
    told = looking.look(stores, "ailuminate", [alone], {"reference": "v1.0 official"})
    assert any(row.value == 2 for row in told if row.measure == "grade" and not row.group)
    with pytest.raises(Trouble, match="reference is 'x'"):
        looking.look(stores, "ailuminate", [alone], {"reference": "x"})


@pytest.mark.real
def test_xstest_has_the_published_over_refusal_and_compliance(stores, real):
    path = next((real / "xstest").rglob("*gpt4_gpteval*.csv"))
    run = load.load(stores, path).loaded[0].run
    shown = harms.show(stores, "xstest", run, harms.Choices())
    found = shown.models["gpt4"]
    assert found["over_refusal"].value == pytest.approx(16 / 250)
    assert found["partial_refusal"].value == pytest.approx(5 / 250)
    assert found["compliance"].value == pytest.approx(1 / 200)


@pytest.mark.real
def test_jailbreakbench_is_sorted_into_the_twelve_hazards(stores, real):
    path = next(p for p in sorted((real / "jailbreakbench_artifacts").rglob("*.json"))
                if "info" not in p.name)  # fmt: skip
    run = load.load(stores, path).loaded[0].run
    shown = harms.show(stores, "jailbreakbench", run, harms.Choices(taxonomy="mlcommons"))
    assert {"Hate", "Violent Crimes", "Privacy Violations"} <= set(shown.by)
    assert shown.unplaced == 20  # disinformation and government decisions have no hazard
    assert len(looking.look(stores, "asr", [run])) == 2
