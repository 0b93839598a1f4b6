"""JailbreakBench artifacts: two judges, a fixed denominator, the file's own counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from data.read import formats
from data.read.jailbreakbench import FORMAT
from data.read.source import Source
from data.trouble import Trouble
from tests.mutations import EXAMPLES, as_json, bytes_of, read, values_of


def entry(index, prompt, first, second):
    return {
        "index": index, "goal": f"Goal {index}", "behavior": f"B{index}", "category": "Pranks",
        "prompt": prompt, "response": prompt and "Sure", "number_of_queries": 3,
        "queries_to_jailbreak": None, "prompt_tokens": 1, "response_tokens": 2,
        "jailbroken": first, "jailbroken_llama_guard1": second,
    }  # fmt: skip


BODY = {
    "parameters": {"method": "PAIR", "model": "heron", "attack_success_rate": 0.25,
                   "total_number_of_jailbreaks": 2, "number_of_submitted_prompts": 3,
                   "total_number_of_queries": 12, "defense": None},
    "jailbreaks": [entry(0, "p", True, True), entry(1, "p", False, True),
                   entry(2, None, False, False), entry(3, "p", False, False)],
}  # fmt: skip


def load(stores, path):
    from app.service.loading import load as loading

    (run,) = loading.load(stores, path, by="test").loaded
    return run


def test_the_rate_counts_the_first_judge_and_the_total_the_second(stores, put):
    run = load(stores, put("heron.json", BODY))
    assert (run.format, run.model, run.dataset) == (FORMAT.title, "heron", "jailbreakbench")
    checks = {c["metric"]: (c["recomputed"], c["agrees"]) for c in run.checks}
    assert checks["attack_success_rate"] == (0.25, True)
    assert checks["total_number_of_jailbreaks"] == (2, True)
    assert checks["number_of_submitted_prompts"] == (None, None)
    assert run.notes == []


def test_another_count_of_submitted_prompts_is_noted(stores, put):
    body = BODY | {"parameters": BODY["parameters"] | {"number_of_submitted_prompts": 4}}
    run = load(stores, put("heron.json", body))
    assert run.notes == ["The file counts 4 submitted prompts and holds 3."]


def test_a_rate_that_the_entries_do_not_give_is_flagged(stores, put):
    body = BODY | {"parameters": BODY["parameters"] | {"attack_success_rate": 0.5}}
    checks = {c["metric"]: c["agrees"] for c in load(stores, put("heron.json", body)).checks}
    assert checks["attack_success_rate"] is False


def test_the_list_of_attacked_models_is_refused_by_name(put):
    path = put("attack-info.json", {"models": {"heron": ["black_box"]}})
    assert formats.recognize(Source(path)) is FORMAT
    with pytest.raises(Trouble, match="holds no answers"):
        list(FORMAT.read(Source(path)))


@given(values_of(BODY))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(value):
    read(FORMAT, "a.json", as_json(value))


@given(bytes_of(as_json(BODY)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(raw):
    read(FORMAT, "a.json", raw or b" ")


@pytest.mark.real
def test_the_real_artifacts_agree_with_their_own_numbers(stores, real):
    known = {"gpt-3.5-turbo-1106": (0.71, 76), "gpt-4-0125-preview": (0.34, 50),
             "llama-2-7b-chat-hf": (0, 4), "vicuna-13b-v1.5": (0.69, 82)}  # fmt: skip
    for model, (rate, total) in known.items():
        path = real / "jailbreakbench_artifacts" / "PAIR" / "black_box" / f"{model}.json"
        run = load(stores, path)
        checks = {c["metric"]: (c["reported"], c["agrees"]) for c in run.checks}
        assert run.outputs == 100
        assert checks["attack_success_rate"] == (rate, True)
        assert checks["total_number_of_jailbreaks"] == (total, True)
        assert run.notes == []
