"""HELM runs: the state in a stream or the display files, perturbations apart, numbers joined."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from data.answer import Gather
from data.batch import FIELDS
from data.read import formats
from data.read.helm.format import FORMAT
from data.read.source import Source
from data.trouble import Trouble
from tests.mutations import EXAMPLES, as_json, bytes_of, read, values_of

TYPOS = {"name": "typos", "robustness": True, "fairness": False, "prob": 0.1}
SPEC = {
    "name": "birds:subject=owls,method=multiple_choice_joint,model=nest_owl",
    "scenario_spec": {"class_name": "Birds", "args": {}}, "metric_specs": [],
    "adapter_spec": {"method": "multiple_choice_joint", "model": "nest/owl", "num_outputs": 5,
                     "num_train_trials": 1, "temperature": 0.0},
}  # fmt: skip


def instance(name, **more):
    return {
        "id": name, "split": "test", "input": {"text": f"Who is {name}?"},
        "references": [{"output": {"text": "a wren"}, "tags": []},
                       {"output": {"text": "an owl"}, "tags": ["correct"]}],
    } | more  # fmt: skip


def state(name, text, perturbation=None, trial=0, **more):
    whole = instance(name) | ({"perturbation": perturbation} if perturbation else {})
    token = {"text": text, "logprob": 0.0}
    return {
        "instance": whole, "train_trial_index": trial,
        "output_mapping": {"A": "a wren", "B": "an owl"},
        "request": {"prompt": f"Examples.\n\nWho is {name}?", "num_completions": 1},
        "result": {"success": True, "completions": [
            {"text": text, "logprob": 0.0, "tokens": [token], "finish_reason": {"reason": "stop"}}
        ]},
    } | more  # fmt: skip


def stat(metric, value, **more):
    return {"name": {"name": metric, "split": "test"} | more, "count": 1, "sum": value,
            "sum_squared": value, "mean": value}  # fmt: skip


def each(name, value, perturbation=None, trial=0, metric="exact_match"):
    stats = [stat(metric, value), stat("num_prompt_tokens", 9), {"count": 0}]
    entry = {"instance_id": name, "train_trial_index": trial, "stats": stats}
    return entry | ({"perturbation": perturbation} if perturbation else {})


STATE = {
    "adapter_spec": SPEC["adapter_spec"],
    "request_states": [state("id1", " B"), state("id1", " A", TYPOS), state("id2", " "),
                       state("id2", " B", TYPOS)],
}  # fmt: skip
EACH = [each("id2", 0), each("id1", 1), each("id1", 0, TYPOS), each("id2", 1, TYPOS)]
WORST = {"name": "robustness", "computed_on": "worst"}
ON = TYPOS | {"computed_on": "perturbed"}
STATS = [
    stat("exact_match", 0.5), stat("exact_match", 0.0, perturbation=WORST),
    stat("exact_match", 0.75, perturbation=ON),
    stat("num_prompt_tokens", 9.0), stat("num_instances", 2.0), stat("ece_10_bin", 0.25),
]  # fmt: skip
RUN = {"scenario_state": STATE, "per_instance_stats": EACH, "stats": STATS, "run_spec": SPEC}


@pytest.fixture
def run(tmp_path):
    """Writes a run folder and reads it all, from any of its files."""

    def write(files=RUN, start="scenario_state"):
        for name, value in files.items():
            (tmp_path / f"{name}.json").write_bytes(as_json(value))
        return whole(tmp_path / f"{start}.json")

    return write


def whole(path: Path):
    assert formats.recognize(Source(path)) is FORMAT
    gather = Gather("0", {}, "file")
    rows = {table: [] for table in FIELDS}
    for batch in formats.batches(FORMAT, Source(FORMAT.main(path)), gather):
        for table, held in batch.rows.items():
            rows[table] += held
    rows["runs"] = [(one.model, one.dataset) for one in gather.runs.values()]
    rows["notes"] = [note for held in gather.about.values() for one in held for note in one.notes]
    return rows


def test_plain_and_perturbed_answers_are_runs_of_their_own(run):
    rows = run()
    assert rows["runs"] == [
        ("nest/owl", "birds:subject=owls,method=multiple_choice_joint"),
        ("nest/owl", "birds:subject=owls,method=multiple_choice_joint [typos]"),
    ]
    plain = rows["outputs"][0][0]
    assert [row[1:4] for row in rows["outputs"] if row[0] == plain] == [
        ("id1", 0, " B"), ("id2", 0, None),
    ]  # fmt: skip
    assert [row[1:6] for row in rows["scores"] if row[0] == plain] == [
        ("id1", 0, "exact_match", "helm", 1.0), ("id2", 0, "exact_match", "helm", 0.0),
    ]  # fmt: skip
    assert dict(rows["items"][1][8])["perturbation"] == "typos"


def test_the_numbers_of_each_run_are_compared_with_its_own(run):
    rows = run()
    assert [row[1:] for row in rows["reported"] if row[0] != rows["outputs"][0][0]] == [
        ("exact_match", 0.75, "mean", "exact_match", "helm"),
    ]
    assert [row[1:] for row in rows["reported"] if row[0] == rows["outputs"][0][0]] == [
        ("exact_match", 0.5, "mean", "exact_match", "helm"),
        ("ece_10_bin", 0.25, "", "ece_10_bin", "helm"),
        ("samples", 2.0, "count", "", ""),
    ]


def test_the_letter_of_the_correct_reference_is_the_target(run):
    item = run()["items"][0]
    assert (item[2], item[4], item[5]) == ("Who is id1?", "B", '["a wren","an owl"]')


def test_an_empty_completion_could_not_act(run):
    (act,) = run()["acts"]
    assert act[1:] == ("id2", 0, "could_not_act", "helm", "empty completion, ended by stop")


def test_log_probabilities_that_are_all_zero_are_none(run):
    rows = run()
    assert all(row[4] is None and "logprob" not in json.loads(row[7]) for row in rows["outputs"])
    top = {"text": "B", "logprob": -0.5, "top_logprobs": {" A": -1.5, " B": -0.5, "C": -9}}
    told = state("id1", "B", result={"completions": [
        {"text": "B", "logprob": -0.5, "tokens": [top]}]})  # fmt: skip
    rows = run(RUN | {"scenario_state": {"adapter_spec": {}, "request_states": [told]}})
    assert rows["outputs"][0][4] == [("A", -1.5), ("B", -0.5)]


@pytest.mark.parametrize("start", ["run_spec", "stats", "per_instance_stats"])
def test_any_file_of_the_folder_leads_to_the_answers(run, start):
    assert run(start=start)["outputs"] == run()["outputs"]


def test_a_part_without_the_answers_is_refused(run):
    with pytest.raises(Trouble, match="without its answers"):
        run({"stats": STATS}, "stats")


def test_training_trials_are_samples(run):
    states = [state("id1", "A", trial=n) for n in (0, 1)]
    rows = run(RUN | {"scenario_state": {"adapter_spec": {}, "request_states": states},
                      "per_instance_stats": [each("id1", n, trial=n) for n in (0, 1)]})  # fmt: skip
    assert [row[1:3] for row in rows["outputs"]] == [("id1", 0), ("id1", 1)]
    assert [row[5] for row in rows["scores"]] == [0.0, 1.0]


def test_of_separate_options_the_predicted_one_counts_and_calibration_none(run):
    adapter = SPEC["adapter_spec"] | {"method": "multiple_choice_separate_calibrated"}
    states = [
        state("id1", f"Who is id1? {n}", reference_index=n, request_mode=mode, output_mapping=None)
        for n in (0, 1) for mode in ("original", "calibration")
    ]  # fmt: skip
    rows = run({
        "scenario_state": {"adapter_spec": adapter, "request_states": states},
        "per_instance_stats": [each("id1", 1), each("id1", 1, metric="predicted_index")],
    })  # fmt: skip
    assert [row[1:4] for row in rows["outputs"]] == [("id1", 0, "an owl")]
    assert [row[3:6] for row in rows["scores"]] == [("exact_match", "helm", 1.0)]


def test_a_judge_that_failed_leaves_no_score_and_safe_is_good(run):
    judged = [each("id1", 1.0, metric="safety_gpt_score"), each("id1", 1.0, metric="safety_score"),
              each("id2", 0, metric="safety_gpt_annotator_success"),
              each("id2", 0.5, metric="safety_score")]  # fmt: skip
    rows = run(RUN | {"per_instance_stats": judged})
    assert [row[1:2] + row[3:] for row in rows["scores"] if row[1] == "id2"][:2] == [
        ("id2", "safety_gpt_score", "helm", None, "grader_failed", "good"),
        ("id2", "safety_score", "helm", 0.5, None, "good"),
    ]
    assert any("safe answer" in note for note in rows["notes"])


def test_further_completions_are_samples_without_scores(run):
    told = state("id1", "A", trial=1)
    told["result"]["completions"].append({"text": "B"})
    rows = run(RUN | {"scenario_state": {"adapter_spec": {}, "request_states": [told]},
                      "per_instance_stats": [each("id1", 1, trial=1)]})  # fmt: skip
    assert [row[2:4] for row in rows["outputs"]] == [(2, "A"), (3, "B")]
    assert [row[2] for row in rows["scores"]] == [2]


def test_a_failed_request_keeps_its_error_and_is_no_answer(run):
    told = state("id1", "", result={"success": False, "error": "too long", "completions": []})
    rows = run(RUN | {"scenario_state": {"adapter_spec": {}, "request_states": [told]}})
    assert json.loads(rows["outputs"][0][7])["error"] == "too long"
    assert (rows["outputs"][0][3], rows["acts"]) == (None, [])


def test_images_are_named_by_their_kind_alone(run):
    image = {"location": "/srv/a.png", "content_type": "image/png"}
    media = {"media_objects": [{"text": "Look:", "content_type": "text/plain"}, image]}
    told = state("id1", "A")
    told["instance"]["input"] = {"text": "", "multimedia_content": media}
    rows = run(RUN | {"scenario_state": {"adapter_spec": {}, "request_states": [told]}})
    assert rows["items"][0][2] == "Look:\n[image: …]"


def test_a_damaged_part_is_told_with_its_name(run):
    with pytest.raises(Trouble, match=r"per_instance_stats\.json"):
        run(RUN | {"per_instance_stats": [{"stats": []}]})


@given(values_of(RUN))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(files):
    others = {f"{name}__json": as_json(value) for name, value in files.items()}
    main = others.pop("scenario_state__json", b"{}")
    read(FORMAT, "scenario_state.json", main, **others)


@given(bytes_of(as_json(STATE)), bytes_of(as_json(EACH)), bytes_of(as_json(STATS)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(whole_state, per_instance, stats):
    others = {"per_instance_stats__json": as_json(EACH), "run_spec__json": as_json(SPEC)}
    read(FORMAT, "scenario_state.json", whole_state or b" ", **others)
    others = {"per_instance_stats__json": per_instance or b" ", "stats__json": stats or b" "}
    read(FORMAT, "scenario_state.json", as_json(STATE), **others)


@pytest.mark.real
def test_the_published_exact_match_comes_out(real, stores):
    from app.service.loading import load as loading

    (folder,) = (real / "every_eval_ever/helm").iterdir()
    (loaded,) = loading.load(stores, folder / "stats.json", by="test").loaded
    checks = {check["metric"]: check for check in loaded.checks}
    assert (loaded.model, loaded.outputs) == ("eleutherai/pythia-1b-v0", 10)
    assert checks["exact_match"]["recomputed"] == pytest.approx(0.3)
    assert all(check["agrees"] for check in loaded.checks)
