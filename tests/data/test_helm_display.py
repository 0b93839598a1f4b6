"""HELM's display files: predictions joined with their instances and requests."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from data.read import formats
from data.read.helm import display as helm_display
from data.read.helm.format import FORMAT
from data.read.source import Source
from data.trouble import Trouble
from tests.mutations import EXAMPLES, as_json, bytes_of, read, values_of

TYPOS = {"name": "typos", "robustness": True}
SPEC = {"name": "birds:model=nest_owl", "scenario_spec": {}, "metric_specs": [],
        "adapter_spec": {"method": "generation", "model": "nest/owl"}}  # fmt: skip


def instance(name, **more):
    return {"id": name, "split": "test", "input": {"text": f"Who is {name}?"},
            "references": [{"output": {"text": "an owl"}, "tags": ["correct"]}]} | more  # fmt: skip


def prediction(name, text, trial=0, **more):
    return {"instance_id": name, "train_trial_index": trial, "predicted_text": text,
            "stats": {"exact_match": 1.0, "num_bytes": 3}} | more  # fmt: skip


def request(name, trial=0, **more):
    return {"instance_id": name, "train_trial_index": trial,
            "request": {"prompt": f"Trial {trial}. Who is {name}?"}} | more  # fmt: skip


RUN = {
    "display_predictions": [
        prediction("id1", "an owl"), prediction("id1", "a owll", perturbation=TYPOS),
        prediction("id2", " ", stats={}, thinking_text="hm", base64_images=["data:,A"]),
        prediction("id1", "owl", 1),
    ],
    "instances": [instance("id1"), instance("id1", perturbation=TYPOS), instance("id2")],
    "display_requests": [request("id1"), request("id1", perturbation=TYPOS), request("id2"),
                         request("id1", 1)],
    "run_spec": SPEC,
    "stats": [{"name": {"name": "exact_match", "split": "test"}, "mean": 1.0, "sum_squared": 1}],
}  # fmt: skip


def told(**changed):
    others = {f"{name}__json": as_json(value) for name, value in (RUN | changed).items()}
    rows = read(
        FORMAT, "display_predictions.json", others.pop("display_predictions__json"), **others
    )
    assert rows is not None
    return rows


def test_predictions_instances_and_requests_meet():
    rows = told()
    assert [(row[0], *row[1:3], row[4]) for row in rows["items"]] == [
        ("birds", "id1", "Who is id1?", "an owl"),
        ("birds [typos]", "id1", "Who is id1?", "an owl"),
        ("birds", "id2", "Who is id2?", "an owl"),
    ]
    assert [row[1:4] for row in rows["outputs"]] == [
        ("id1", 0, "an owl"), ("id1", 0, "a owll"), ("id2", 0, None), ("id1", 1, "owl"),
    ]  # fmt: skip
    prompts = [json.loads(row[7])["prompt"] for row in rows["outputs"]]
    assert prompts[0] == "Trial 0. Who is id1?"
    assert prompts[3] == "Trial 1. Who is id1?"
    assert json.loads(rows["outputs"][2][7])["thinking"] == "hm"
    assert json.loads(rows["outputs"][2][7])["images"] == 1
    assert [row[3] for row in rows["acts"]] == ["could_not_act"]


def test_a_missing_score_is_none_and_costs_are_no_scores():
    scores = {row[1]: row[3:7] for row in told()["scores"] if row[2] == 0}
    assert scores["id2"] == ("exact_match", "helm", None, "no score")
    assert scores["id1"] == ("exact_match", "helm", 1.0, None)


def test_the_display_files_are_read_before_the_state(tmp_path):
    for name in ("display_predictions", "instances", "scenario_state"):
        (tmp_path / f"{name}.json").write_bytes(as_json(RUN.get(name, {})))
    main = FORMAT.main(tmp_path / "scenario_state.json")
    assert main.name == "display_predictions.json"
    assert formats.recognize(Source(main)) is FORMAT
    (tmp_path / "instances.json").unlink()
    assert FORMAT.main(main).name == "scenario_state.json"
    assert [part.name for part in FORMAT.parts(main)] == ["scenario_state.json"]


def test_instances_in_another_order_still_meet(monkeypatch):
    turned = told(instances=RUN["instances"][::-1])
    assert turned["items"] == told()["items"]
    monkeypatch.setattr(helm_display, "HELD", 10)
    others = {"instances__json": as_json(RUN["instances"][::-1])}
    assert (
        read(FORMAT, "display_predictions.json", as_json(RUN["display_predictions"]), **others)
        is None
    )


def test_options_of_a_joint_question_are_lettered_in_order():
    adapter = {"method": "multiple_choice_joint", "model": "nest/owl"}
    two = [{"output": {"text": "a wren"}, "tags": []}, *instance("id1")["references"]]
    rows = told(run_spec=SPEC | {"adapter_spec": adapter},
                instances=[instance("id1", references=two)])  # fmt: skip
    assert rows["items"][0][4:6] == ("B", '["a wren","an owl"]')


def test_the_pieces_of_a_long_text_are_items_of_their_own():
    adapter = {"method": "language_modeling", "model": "nest/owl"}
    states = [
        {
            "instance": instance("id1"),
            "request": {"prompt": text},
            "result": {"completions": [{"text": text}]},
        }
        for text in ("An owl", " hoots")
    ]
    stats = [{"name": {"name": name, "split": "test"}, "mean": 2.0, "sum_squared": 4}
             for name in ("bits_per_byte", "num_bytes")]  # fmt: skip
    rows = read(FORMAT, "scenario_state.json",
                as_json({"adapter_spec": adapter, "request_states": states}),
                stats__json=as_json(stats))  # fmt: skip
    assert [row[1] for row in rows["outputs"]] == ["id1", "id1/2"]
    assert [row[1:4] for row in rows["reported"]] == [("bits_per_byte", 2.0, "")]


def test_an_instance_without_an_id_is_told(tmp_path):
    for name, value in (RUN | {"instances": [{"input": {}}]}).items():
        (tmp_path / f"{name}.json").write_bytes(as_json(value))
    with pytest.raises(Trouble, match=r"instances\.json has an entry that has no instance_id"):
        list(FORMAT.read(Source(tmp_path / "display_predictions.json")))


@given(values_of(RUN))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(files):
    others = {f"{name}__json": as_json(value) for name, value in files.items()}
    main = others.pop("display_predictions__json", b"[]")
    read(FORMAT, "display_predictions.json", main, **others)


@given(*(bytes_of(as_json(RUN[name])) for name in ("display_predictions", "instances")))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(predictions, instances):
    others = {"instances__json": instances or b" ", "run_spec__json": as_json(SPEC)}
    read(FORMAT, "display_predictions.json", predictions or b" ", **others)
