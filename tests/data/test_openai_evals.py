"""OpenAI evals event logs: events in any order, errors, judges, runs that came to no end."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from data.read import formats
from data.read.openai_evals import FORMAT
from data.read.source import Source
from data.trouble import Trouble
from tests.mutations import EXAMPLES, as_json, as_lines, bytes_of, read, values_of

SPEC = {"spec": {
    "completion_fns": ["owl-1"], "eval_name": "birds.s1.v0", "base_eval": "birds", "split": "s1",
    "run_config": {"eval_spec": {"cls": "evals.elsuite.basic.match:Match"}, "seed": 1},
    "run_id": "r1", "created_at": "2024-01-01",
}}  # fmt: skip


def event(number, sample, kind, **data):
    return {"run_id": "r1", "event_id": number, "sample_id": f"birds.s1.{sample}", "type": kind,
            "data": data, "created_by": "", "created_at": "t"}  # fmt: skip


ASKED = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "What flies?"}]
LOG = [
    SPEC,
    event(0, 1, "sampling", prompt="Who hoots?", sampled=["An owl"]),
    event(1, 0, "sampling", prompt=ASKED, sampled="A stone"),
    event(3, 0, "match", correct=False, expected=["a bird", "an owl"], picked=None),
    event(2, 1, "match", correct=True, expected="owl", picked="owl", options=["owl"]),
    event(4, 2, "error", type="Timeout", message="too slow"),
    {"final_report": {"accuracy": 0.5, "boostrap_std": 0.1}},
]


def test_a_log_is_known_and_gives_an_answer_a_sample(put):
    assert formats.recognize(Source(put("a.jsonl", as_lines(LOG)))) is FORMAT
    rows = read(FORMAT, "a.jsonl", as_lines(LOG))
    assert {row[1]: row[3] for row in rows["outputs"]} == {
        "birds.s1.0": "A stone", "birds.s1.1": "An owl", "birds.s1.2": None,
    }  # fmt: skip
    items = {row[1]: (row[0], row[2], row[4], row[5]) for row in rows["items"]}
    assert items["birds.s1.0"] == (
        "birds", "system: Be short.\n\nuser: What flies?", '["a bird","an owl"]', None,
    )  # fmt: skip
    assert items["birds.s1.1"] == ("birds", "Who hoots?", "owl", None)


def test_an_error_is_no_score():
    rows = read(FORMAT, "a.jsonl", as_lines(LOG))
    assert {row[1]: row[3:7] for row in rows["scores"]}["birds.s1.2"] == (
        "correct", "match", None, "error: too slow",
    )  # fmt: skip
    assert [row[1:] for row in rows["reported"]] == [
        ("accuracy", 0.5, "mean", "correct", "match"), ("boostrap_std", 0.1, "", "", ""),
    ]  # fmt: skip


def test_the_order_of_the_events_does_not_matter():
    whole = read(FORMAT, "a.jsonl", as_lines(LOG))
    turned = read(FORMAT, "a.jsonl", as_lines([LOG[0], LOG[-1], *LOG[-2:0:-1]]))
    for table in ("outputs", "scores"):
        assert sorted(map(str, whole[table])) != []
        assert [r[1:] for r in sorted(whole[table])] == [r[1:] for r in sorted(turned[table])]


def test_the_graded_answer_is_the_last_before_the_match():
    log = [SPEC, event(0, 0, "sampling", prompt="Q", sampled="first"),
           event(1, 0, "sampling", prompt="Q again", sampled="second"),
           event(2, 0, "match", correct=True, expected="second", picked="second"),
           event(3, 0, "sampling", prompt="after", sampled="third")]  # fmt: skip
    rows = read(FORMAT, "a.jsonl", as_lines(log))
    assert rows["outputs"][0][3] == "second"
    assert [row[5] for row in rows["steps"]] == ["first", "second"]


def test_a_judges_sampling_is_not_the_models_answer():
    graded = {"spec": SPEC["spec"] | {"run_config": {"eval_spec": {"cls": "x.modelgraded.C:M"}}}}
    log = [graded, event(0, 0, "sampling", prompt="Q", sampled="mine"),
           event(1, 0, "sampling", prompt="Grade it", sampled="B"),
           event(2, 0, "metrics", choice="B", score=0.25, ok=True),
           {"final_report": {"score": 0.25}}]  # fmt: skip
    rows = read(FORMAT, "a.jsonl", as_lines(log))
    assert rows["outputs"][0][3] == "mine"
    assert [row[3:6] for row in rows["scores"]] == [
        ("score", "metrics", 0.25),
        ("ok", "metrics", 1),
    ]
    assert rows["reported"][0][1:] == ("score", 0.25, "mean", "score", "metrics")


def test_log_probabilities_of_completions_are_the_options():
    log = [SPEC, event(0, 0, "cond_logp", prompt="Q", completion="yes", logp=math.log(0.75)),
           event(1, 0, "cond_logp", prompt="Q", completion="no", logp=math.log(0.25))]  # fmt: skip
    rows = read(FORMAT, "a.jsonl", as_lines(log))
    assert rows["outputs"][0][4] == [("yes", math.log(0.75)), ("no", math.log(0.25))]
    assert rows["items"][0][5] == '["yes","no"]'


def test_a_log_without_a_report_says_that_it_came_to_no_end(stores, put):
    from app.service.loading import load as loading

    (run,) = loading.load(stores, put("a.jsonl", as_lines(LOG[:-1])), by="test").loaded
    assert run.outputs == 3
    assert run.notes == ["The log has no final report: its run did not come to an end."]


@pytest.mark.parametrize(
    "value",
    [
        {"object": "eval.run", "id": "r", "eval_id": "e", "result_counts": {"passed": 1}},
        {"object": "list", "data": [{"object": "eval.run.output_item", "eval_id": "e",
                                     "datasource_item": {}, "results": []}]},
    ],
)  # fmt: skip
def test_objects_of_the_hosted_api_are_refused_by_name(value, put):
    path = put("a.json", value)
    assert formats.recognize(Source(path)) is FORMAT
    with pytest.raises(Trouble, match="hosted evaluation API"):
        list(FORMAT.read(Source(path)))


@given(values_of(LOG))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(values):
    read(FORMAT, "a.jsonl", as_lines(values) or b" ")


@given(bytes_of(as_lines(LOG)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(raw):
    read(FORMAT, "a.jsonl", raw or b" ")


@given(values_of({"object": "eval.run", "eval_id": "e", "result_counts": {}}))
@settings(max_examples=30)
def test_no_object_breaks_the_reader(value):
    read(FORMAT, "a.json", as_json(value))
