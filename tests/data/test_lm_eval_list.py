"""Samples as lm-evaluation-harness wrote them up to 0.4.2: a list, filters without a name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from data.read import formats
from data.read.lm_eval import list as lm_eval_list
from data.read.lm_eval import samples as lm_eval
from data.read.lm_eval.results import FORMAT as RESULTS
from data.read.lm_eval.samples import FORMAT
from data.read.source import Source
from data.trouble import Trouble
from tests.mutations import EXAMPLES, as_json, bytes_of, read, values_of

NAME = "pretrained__nest__owl_eggs.jsonl"


def line(doc_id, kept, score):
    return {
        "doc_id": doc_id, "doc": {"question": f"How many eggs in nest {doc_id}?"}, "target": "4",
        "arguments": [[f"Q: How many eggs in nest {doc_id}?", {"until": []}]],
        "resps": [["It is 4"]], "filtered_resps": [kept], "exact_match": score,
    }  # fmt: skip


LIST = [line(0, "4", 0.0), line(1, "4", 1.0), line(0, "It is 4", 1.0), line(1, "It is 4", 1.0)]
RESULT = {
    "results": {"eggs": {"exact_match,strict": 0.5, "exact_match,loose": 1.0, "alias": "eggs"}},
    "configs": {"eggs": {}}, "config": {"model": "hf", "model_args": "pretrained=nest/owl"},
}  # fmt: skip


def told(value, **beside):
    rows = read(FORMAT, NAME, as_json(value), **beside)
    assert rows is not None
    return rows


def test_the_results_beside_name_task_and_filters(tmp_path):
    rows = told(LIST, **{"results.json": as_json(RESULT)})
    assert {row[0] for row in rows["items"]} == {"eggs"}
    assert [row[1:6] for row in rows["scores"]] == [
        ("0", 0, "exact_match", "strict", 0.0), ("0", 0, "exact_match", "loose", 1.0),
        ("1", 0, "exact_match", "strict", 1.0), ("1", 0, "exact_match", "loose", 1.0),
    ]  # fmt: skip
    assert [row[1:4] for row in rows["outputs"]] == [("0", 0, "It is 4"), ("1", 0, "It is 4")]
    assert [row[1:4] for row in rows["reported"]] == [
        ("exact_match,strict", 0.5, "mean"), ("exact_match,loose", 1.0, "mean"),
    ]  # fmt: skip


def test_filters_that_nothing_names_are_numbered():
    assert {row[4] for row in told(LIST)["scores"]} == {"filter 1", "filter 2"}
    assert {row[4] for row in told(LIST[:2])["scores"]} == {"none"}


def test_the_files_of_a_run_find_one_another(tmp_path):
    (tmp_path / NAME).write_bytes(as_json(LIST))
    (tmp_path / "results.json").write_bytes(as_json(RESULT))
    assert formats.recognize(Source(tmp_path / NAME)) is FORMAT
    assert lm_eval.parts(tmp_path / NAME) == (tmp_path / "results.json",)
    with pytest.raises(Trouble, match="every task has its samples"):
        list(RESULTS.read(Source(tmp_path / "results.json")))


def test_what_filters_add_is_held_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(lm_eval_list, "HELD", 10)
    assert read(FORMAT, NAME, as_json(LIST)) is None
    assert read(FORMAT, NAME, as_json(LIST[:2])) is not None


@given(values_of(LIST))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(value):
    read(FORMAT, NAME, as_json(value), **{"results.json": as_json(RESULT)})


@given(bytes_of(as_json(LIST)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(raw):
    read(FORMAT, NAME, raw or b" ")
