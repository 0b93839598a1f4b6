"""Results files of lm-evaluation-harness on their own: totals by task, of 0.3 and 0.4."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from data.answer import About, Reported
from data.read import formats
from data.read.lm_eval.results import FORMAT
from data.read.source import Source
from data.trouble import Trouble
from tests.mutations import EXAMPLES, as_json, bytes_of, read, values_of

AT = "2025-02-03T04-05-06.789012"
OLD = {
    "results": {"lambada": {"ppl": 3.5e6, "ppl_stderr": 1.5e5, "acc": 0.0, "acc_stderr": 0.0},
                "piqa": {"acc": 0.5, "acc_stderr": 0.01}},
    "versions": {"lambada": 0, "piqa": 0},
    "config": {"model": "hf-causal", "num_fewshot": 0,
               "model_args": "use_accelerate=True,pretrained=nest/owl-1b,revision=step8"},
}  # fmt: skip
NEW = {
    "results": {
        "birds": {"alias": "birds", "name": "birds", "sample_len": 3, "f1,none": 0.5,
                  "acc,none": 0.25, "acc_stderr,none": "N/A", "acc,strict": 1},
        "flock": {"alias": "flock", "acc,none": 0.75},
    },
    "groups": {"flock": {"acc,none": 0.75}}, "group_subtasks": {"flock": ["birds"]},
    "configs": {"birds": {"metric_list": [{"metric": "acc", "aggregation": "mean"}],
                          "output_type": "multiple_choice"}},
    "versions": {"birds": 1.0}, "n-shot": {"birds": 5}, "n-samples": {"birds": {"effective": 3}},
    "higher_is_better": {"birds": {"acc": True, "f1": True}},
    "config": {"model": "hf", "model_args": {"pretrained": "nest/owl-1b"}, "model_sha": "abc"},
    "model_name": "nest/owl-1b", "lm_eval_version": "0.4.9",
}  # fmt: skip


def entries(put, name, value):
    source = Source(put(name, value, lines=False))
    assert formats.recognize(source) is FORMAT
    return list(FORMAT.read(source))


def test_an_old_file_is_one_run_with_the_step_as_its_revision(put):
    about, *numbers = entries(put, "1.4b_step8.json", OLD)
    assert (about.model, about.revision, about.dataset) == ("nest/owl-1b", "step8", "2 tasks")
    assert "no answers" in about.notes[0]
    assert {one.metric: (one.value, one.how) for one in numbers} == {
        "lambada/ppl": (3.5e6, ""), "lambada/ppl_stderr": (1.5e5, ""),
        "lambada/acc": (0.0, "mean"), "lambada/acc_stderr": (0.0, "stderr"),
        "piqa/acc": (0.5, "mean"), "piqa/acc_stderr": (0.01, "stderr"),
    }  # fmt: skip


def test_a_new_file_names_filters_and_says_what_is_a_mean(put):
    about, *numbers = entries(put, f"results_{AT}.json", NEW)
    assert (about.model, about.revision) == ("nest/owl-1b", "abc")
    assert about.params["higher_is_better"] == {"birds": {"acc": True, "f1": True}}
    assert [(one.metric, one.value, one.how, one.scorer) for one in numbers] == [
        ("birds/f1", 0.5, "", "none"), ("birds/acc", 0.25, "mean", "none"),
        ("birds/acc,strict", 1.0, "mean", "strict"), ("birds/samples", 3.0, "", ""),
        ("flock/acc", 0.75, "mean", "none"),
    ]  # fmt: skip


def test_one_task_is_the_data_set(put):
    one = NEW | {"results": {"birds": NEW["results"]["birds"]}, "groups": {}}
    about, *numbers = entries(put, f"results_{AT}.json", one)
    assert about.dataset == "birds"
    assert about.params["n-shot"] == 5
    assert [one.metric for one in numbers] == ["f1", "acc", "acc,strict", "samples"]


def test_tasks_with_samples_beside_are_left_to_them(put):
    put(f"samples_birds_{AT}.jsonl", "{}")
    about, *numbers = entries(put, f"results_{AT}.json", NEW)
    assert isinstance(about, About)
    assert [(one.metric, one.dataset) for one in numbers] == [("acc", "flock")]
    put(f"samples_flock_{AT}.jsonl", "{}")
    with pytest.raises(Trouble, match="every task has its samples"):
        list(FORMAT.read(Source(put(f"results_{AT}.json", NEW))))


@pytest.mark.parametrize("value", [{"results": 3, "configs": {}}, {"results": {}, "configs": {}},
                                   {"results": {"a": {"alias": "a"}}, "configs": {}}])  # fmt: skip
def test_a_file_without_a_number_is_refused(put, value):
    with pytest.raises(Trouble):
        list(FORMAT.read(Source(put("results.json", value))))


@given(values_of({"old": OLD, "new": NEW}))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(value):
    for name in ("old", "new"):
        read(FORMAT, f"results_{AT}.json", as_json(value.get(name)))


@given(bytes_of(as_json(NEW)), bytes_of(as_json(OLD)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(new, old):
    read(FORMAT, f"results_{AT}.json", new or b" ")
    read(FORMAT, "old.json", old or b" ")


@pytest.mark.real
@pytest.mark.parametrize(
    ("step", "acc", "ppl"),
    [("step8", 0.0, 3.54e6), ("step83000", 0.5909, 6.858), ("step93000", 0.5919, 6.707)],
)
def test_the_published_lambada_numbers_of_pythia_come_out(real, step, acc, ppl):
    path = real / f"pythia_lm_eval/pythia-1.4b/zero-shot/1.4b_{step}.json"
    about, *numbers = FORMAT.read(Source(path))
    told = {one.metric: one.value for one in numbers if isinstance(one, Reported)}
    assert isinstance(about, About)
    assert (about.model, about.revision) == ("EleutherAI/pythia-v1.1-1.4b", step)
    assert about.dataset == "87 tasks"
    assert round(told["lambada_openai/acc"], 4) == acc
    assert told["lambada_openai/ppl"] == pytest.approx(ppl, rel=2e-3)


@pytest.mark.real
@pytest.mark.parametrize(
    ("lang", "model", "acc"),
    [
        ("en", "google__gemma-2-9b-it", 0.6101),
        ("en", "meta-llama__Meta-Llama-3-8B-Instruct", 0.5433),
        ("en", "mistralai__Mistral-7B-Instruct-v0.2", 0.6752),
        ("ca", "google__gemma-2-9b-it", 0.6012),
        ("ca", "meta-llama__Meta-Llama-3-8B-Instruct", 0.5454),
        ("ca", "mistralai__Mistral-7B-Instruct-v0.2", 0.5966),
    ],
)
def test_the_published_mc2_numbers_come_out(real, lang, model, acc):
    (path,) = (real / "truthfulqa_multi/lm_eval/mc2" / lang / model).glob("results_*.json")
    told = [one for one in FORMAT.read(Source(path)) if isinstance(one, Reported)]
    assert round({one.metric: one.value for one in told}["acc"], 4) == acc
    assert {one.model for one in told} == {model.replace("__", "/")}
