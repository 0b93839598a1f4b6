"""Every Eval Ever: instances, aggregates, and the two joined where they lie beside one another."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings

from data.read import folder, formats
from data.read.every_eval_ever import FORMAT
from data.read.source import Source
from tests.mutations import EXAMPLES, as_json, as_lines, bytes_of, read, values_of


def instance(sample, score=1.0, **more):
    return {
        "schema_version": "0.3.0", "evaluation_id": "e/1", "model_id": "lab/owl",
        "evaluation_name": "birds", "sample_id": sample, "interaction_type": "single_turn",
        "input": {"raw": f"Q {sample}", "reference": ["wings"], "choices": ["wings", "fins"]},
        "output": {"raw": [f"said {sample}"], "reasoning_trace": []}, "messages": None,
        "answer_attribution": [], "evaluation": {"score": score, "is_correct": score == 1.0},
        "token_usage": {"output_tokens": 4}, "error": None, "metadata": None,
    } | more  # fmt: skip


AGENT = instance(
    "s3", 0.0, interaction_type="agentic", output=None, error="stopped",
    messages=[{"turn_idx": 0, "role": "user", "content": "Go"},
              {"turn_idx": 1, "role": "assistant", "content": "Done",
               "tool_calls": [{"name": "fly", "arguments": {"to": "nest"}}]}],
)  # fmt: skip
ROWS = [instance("s1"), instance("s2", 0.5), AGENT]


def record(path="x/birds_samples.jsonl", rows=3, score=0.5, **more):
    return {
        "schema_version": "0.3.0", "evaluation_id": "e/1", "retrieved_timestamp": "1",
        "source_metadata": {"source_type": "evaluation_run"}, "eval_library": {"name": "x"},
        "model_info": {"name": "Owl", "id": "lab/owl"},
        "evaluation_results": [{
            "evaluation_name": "birds", "source_data": {"dataset_name": "birdset"},
            "metric_config": {"lower_is_better": False},
            "score_details": {"score": score, "uncertainty": {"standard_error": {"value": 0.1}}},
        }],
        "detailed_evaluation_results": {"format": "jsonl", "file_path": path, "total_rows": rows},
    } | more  # fmt: skip


def load(stores, path):
    from app.service.loading import load as loading

    (run,) = loading.load(stores, path, by="test").loaded
    return run


def test_instances_alone_are_answers(put, stores):
    path = put("a.jsonl", ROWS)
    assert formats.recognize(Source(path)) is FORMAT
    run = load(stores, path)
    assert (run.model, run.dataset, run.outputs, run.steps) == ("lab/owl", "birds", 3, 2)
    assert run.notes == [
        "1 instances hold an error, which may be a refusal or a time-out: "
        "their scores are kept as they stand."
    ]


def test_what_an_instance_says_lands_where_it_belongs():
    rows = read(FORMAT, "a.jsonl", as_lines(ROWS))
    item = rows["items"][0]
    assert (item[2], item[4], item[5]) == ("Q s1", "wings", '["wings","fins"]')
    assert [row[3] for row in rows["outputs"]] == ["said s1", "said s2", "Done"]
    assert {row[3:6] for row in rows["scores"] if row[1] == "s2"} == {
        ("score", "every_eval_ever", 0.5), ("correct", "every_eval_ever", 0.0),
    }  # fmt: skip
    assert [row[7] for row in rows["steps"]] == [[], ["tool_call"]]


def test_several_results_of_one_answer_are_its_scores_and_repeats_are_samples():
    many = [instance("s1", evaluation_result_id="r1"), instance("s2"),
            instance("s1", 0.25, evaluation_result_id="r2"), instance("s2")]  # fmt: skip
    rows = read(FORMAT, "a.jsonl", as_lines(many))
    assert [row[1:3] for row in rows["outputs"]] == [("s1", 0), ("s2", 0), ("s2", 1)]
    assert {row[4]: row[5] for row in rows["scores"] if row[1] == "s1" and row[3] == "score"} == {
        "every_eval_ever": 1.0, "every_eval_ever:r2": 0.25,
    }  # fmt: skip


def test_a_record_joins_the_instances_beside_it_and_is_held_against_them(put, stores, tmp_path):
    instances = put("birds_samples.jsonl", ROWS)
    main = put("birds.json", record())
    assert folder.look(tmp_path).files == [main]
    assert (FORMAT.main(instances), FORMAT.parts(main)) == (main, (instances,))
    run = load(stores, main)
    assert (run.dataset, run.outputs) == ("birdset", 3)
    checks = {c["metric"]: (c["recomputed"], c["agrees"]) for c in run.checks}
    assert checks == {"birds": (0.5, True), "birds standard error": (None, None),
                      "total_rows": (3, True)}  # fmt: skip


def test_rows_that_are_scores_of_one_answer_are_no_missing_rows(put, stores):
    put("birds_samples.jsonl", [instance("s1", evaluation_result_id="r1"),
                                instance("s1", 0.25, evaluation_result_id="r2")])  # fmt: skip
    run = load(stores, put("birds.json", record(rows=2, score=1.0)))
    checks = {c["metric"]: c["agrees"] for c in run.checks}
    assert (run.outputs, checks["birds"], checks["total_rows"]) == (1, True, None)


def test_a_record_alone_is_its_numbers_and_says_what_is_missing(put, stores):
    run = load(stores, put("birds.json", record()))
    assert (run.outputs, len(run.checks)) == (0, 2)
    assert run.notes == ["The record names a file of its instances, which does not lie beside it."]
    alone = record()
    del alone["detailed_evaluation_results"]
    assert load(stores, put("other.json", alone)).notes == []


@pytest.mark.parametrize(
    "path", ["../secret.jsonl", "/etc/passwd", "..\\secret.jsonl", "..", "\x00"]
)
def test_a_path_in_a_record_leads_nowhere(path, tmp_path):
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret.jsonl").write_bytes(as_lines(ROWS))
    main = inside / "birds.json"
    main.write_text(json.dumps(record(path)))
    assert FORMAT.parts(main) == ()


def test_a_link_beside_a_record_is_not_followed(tmp_path):
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret.jsonl").write_bytes(as_lines(ROWS))
    (inside / "birds_samples.jsonl").symlink_to(tmp_path / "secret.jsonl")
    main = inside / "birds.json"
    main.write_text(json.dumps(record()))
    assert FORMAT.parts(main) == ()


def test_instances_that_changed_since_are_noted(put, stores):
    path = put("birds_samples.jsonl", ROWS)
    right = {"file_path": path.name, "checksum": hashlib.sha256(path.read_bytes()).hexdigest()}
    main = put("birds.json", record(detailed_evaluation_results=right))
    assert not any("checksum" in note for note in load(stores, main).notes)
    wrong = put("b.json", record(detailed_evaluation_results=right | {"checksum": "0" * 64}))
    assert any("checksum" in note for note in load(stores, wrong).notes)


@given(values_of(ROWS))
@settings(max_examples=EXAMPLES)
def test_no_instance_breaks_the_reader(values):
    read(FORMAT, "a.jsonl", as_lines(values) or b" ")


@given(values_of(record()))
@settings(max_examples=EXAMPLES)
def test_no_record_breaks_the_reader(value):
    read(FORMAT, "birds.json", as_json(value), birds_samples__jsonl=as_lines(ROWS))


@given(bytes_of(as_lines(ROWS)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(raw):
    read(FORMAT, "a.jsonl", raw or b" ")
