"""Details and results of lighteval: both namings of columns, options, samples, pointers."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from data.answer import Gather
from data.batch import FIELDS
from data.read import formats
from data.read.lighteval import details as lighteval
from data.read.lighteval import results as lighteval_results
from data.read.lighteval.details import FORMAT
from data.read.source import Source
from data.trouble import Trouble
from tests.mutations import EXAMPLES, as_json, bytes_of, read, values_of

AT = "2025-02-03T04-05-06.789012"
MC, TEXT = "lighteval|birds:owls|0", "lighteval|eggs|5"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


def options(name, gold, logs, acc):
    return {
        "doc": {"query": f"Who is {name}?", "choices": [" A", " B"], "gold_index": gold, "id": name,
                "task_name": MC, "specific": {"subject": "owls"}},
        "metric": {"acc": acc},
        "model_response": {"input": f"Examples. Who is {name}?", "text": [], "logprobs": logs,
                           "argmax_logits_eq_gold": [True, False], "truncated_tokens_count": 0,
                           "logits": None},
    }  # fmt: skip


def written(name, gold, texts, score, cut=0):
    return {
        "doc": {"query": f"How many in {name}?", "choices": ["4", "four"], "gold_index": gold,
                "id": name, "task_name": TEXT, "specific": None},
        "metric": {"extractive_match": score, "bleu": float("nan")},
        "model_response": {
            "input": [{"role": "system", "content": "Count."},
                      {"role": "user", "content": f"How many in {name}?"}],
            "text": texts, "output_tokens": [[1, 2, 3] for _ in texts], "logprobs": [],
            "text_post_processed": [text.strip() for text in texts],
            "reasonings": [None for _ in texts], "truncated_tokens_count": cut,
        },
    }  # fmt: skip


ASKED = [options("id1", 1, [-2.0, -1.0], 1.0), options("id2", 0, [-3.0, -1.0], 0.0)]
SAID = [written("n1", [0, 1], [" 4", " 5"], 1), written("n2", [0, 1], ["6", ""], 0, cut=7)]
RESULT = {
    "config_general": {"model_name": "nest/owl", "model_sha": "abc", "lighteval_sha": "?"},
    "results": {MC: {"acc": 0.5, "acc_stderr": 0.5}, TEXT: {"extractive_match": 0.5, "bleu": 3.0},
                "all": {"acc": 0.5}},
    "versions": {MC: 0},
    "config_tasks": {MC: {"effective_num_docs": 2, "metrics": [
        {"metric_name": "acc", "higher_is_better": True, "corpus_level_fn": "mean"}]}},
}  # fmt: skip


def table(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.Table.from_pylist(rows), path)
    return path


def whole(path):
    source = Source(path)
    assert formats.recognize(source) is FORMAT
    gather = Gather("0", {}, "file")
    rows = {name: [] for name in FIELDS}
    for batch in formats.batches(FORMAT, source, gather):
        for name, held in batch.rows.items():
            rows[name] += held
    rows["runs"] = [(one.model, one.revision, one.dataset) for one in gather.runs.values()]
    rows["notes"] = [note for held in gather.about.values() for one in held for note in one.notes]
    return rows


@pytest.fixture
def folder(tmp_path):
    """A run as lighteval lays it out; gives the details of both tasks and the results."""
    details = tmp_path / "details/nest/owl" / AT
    results = tmp_path / "results/nest/owl" / f"results_{AT}.json"
    results.parent.mkdir(parents=True)
    results.write_bytes(as_json(RESULT))
    return (
        table(details / f"details_{MC}_{AT}.parquet", ASKED),
        table(details / f"details_{TEXT}_{AT}.parquet", SAID), results,
    )  # fmt: skip


def test_options_join_the_results_of_their_run(folder):
    rows = whole(folder[0])
    assert rows["runs"] == [("nest/owl", "abc", MC)]
    assert rows["items"][0][:6] == (MC, "id1", "Who is id1?", "owls", "B", '["A","B"]')
    assert rows["outputs"][0][3:5] == ("B", [("A", -2.0), ("B", -1.0)])
    assert json.loads(rows["outputs"][0][7])["prompt"] == "Examples. Who is id1?"
    assert [row[1:] for row in rows["reported"]] == [
        ("acc", 0.5, "mean", "acc", "lighteval"), ("acc_stderr", 0.5, "stderr", "acc", "lighteval"),
        ("samples", 2.0, "count", "", ""),
    ]  # fmt: skip


def test_both_namings_of_the_columns_read_the_same(tmp_path):
    plain = table(tmp_path / f"details_{MC}_{AT}.parquet", ASKED)
    dressed = table(
        tmp_path / f"a/details_{MC}_{AT}.parquet",
        [{f"__{name}__": value for name, value in row.items()} for row in ASKED],
    )
    for name in ("items", "outputs", "scores"):
        assert whole(plain)[name] == whole(dressed)[name] != []


def test_samples_share_the_score_of_their_document(folder):
    rows = whole(folder[1])
    assert [row[1:4] for row in rows["outputs"]] == [
        ("n1", 0, " 4"), ("n1", 1, " 5"), ("n2", 0, "6"), ("n2", 1, None),
    ]  # fmt: skip
    assert [row[1:7] for row in rows["scores"]][:2] == [
        ("n1", 0, "extractive_match", "lighteval", 1.0, None),
        ("n1", 0, "bleu", "lighteval", None, "nan"),
    ]
    meta = json.loads(rows["outputs"][0][7])
    assert meta["references"] == ["4", "four"]
    assert meta["prompt"] == "system: Count.\n\nuser: How many in n1?"
    assert meta["filtered"] == "4"
    assert rows["items"][0][4:6] == ("4", None)
    assert [row[1:4] for row in rows["reported"]] == [
        ("extractive_match", 0.5, "mean"), ("bleu", 3.0, ""),
    ]  # fmt: skip
    assert any("cut to fit the model for 1 documents" in note for note in rows["notes"])


def test_several_right_options_name_no_single_target(tmp_path):
    row = options("id1", [0, 1], [-1.0, -2.0], 1.0)
    rows = whole(table(tmp_path / f"details_{MC}_{AT}.parquet", [row]))
    assert rows["items"][0][4] is None
    assert json.loads(rows["outputs"][0][7])["gold"] == ["A", "B"]


def test_log_probabilities_that_are_all_zero_are_none(tmp_path):
    rows = whole(table(tmp_path / f"details_{MC}_{AT}.parquet", [options("i", 0, [0.0, 0.0], 1.0)]))
    assert rows["outputs"][0][3:5] == (None, None)


def test_a_pointer_to_a_large_file_is_refused_by_name(tmp_path):
    path = tmp_path / f"details_{MC}_{AT}.parquet"
    path.write_bytes(POINTER)
    assert formats.recognize(Source(path)) is FORMAT
    with pytest.raises(Trouble, match="pointer to a large file"):
        list(FORMAT.read(Source(path)))


def test_results_alone_tell_what_has_no_details(folder):
    one, other, results = folder
    told = list(lighteval_results.FORMAT.read(Source(results)))
    assert [(e.metric, e.dataset) for e in told[1:]] == [("acc", "all")]
    assert lighteval.parts(one) == ()
    other.write_bytes(POINTER)
    told = list(lighteval_results.FORMAT.read(Source(results)))
    assert [e.metric for e in told[1:]] == [f"{TEXT}/extractive_match", f"{TEXT}/bleu", "all/acc"]
    assert told[0].dataset == "2 tasks"


def test_results_that_bring_nothing_of_their_own_are_a_part(folder):
    results = folder[2]
    results.write_bytes(as_json(RESULT | {"results": {MC: {"acc": 0.5}}}))
    assert formats.recognize(Source(results)) is lighteval_results.FORMAT
    assert lighteval.parts(folder[0]) == (results,)
    with pytest.raises(Trouble, match="every task has its details"):
        list(lighteval_results.FORMAT.read(Source(results)))


def test_half_a_table_is_refused(folder):
    folder[0].write_bytes(folder[0].read_bytes()[:-40])
    with pytest.raises(Trouble, match="not whole Parquet"):
        list(FORMAT.read(Source(folder[0])))


@given(bytes_of(as_json(RESULT)), values_of(RESULT))
@settings(max_examples=EXAMPLES)
def test_no_results_break_the_reader(raw, value):
    read(lighteval_results.FORMAT, f"results_{AT}.json", raw or b" ")
    read(lighteval_results.FORMAT, f"results_{AT}.json", as_json(value))


@given(st.lists(values_of(ASKED + SAID), min_size=1, max_size=3))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(groups):
    for rows in groups:
        try:
            made = pa.Table.from_pylist([row for row in rows if isinstance(row, dict)])
            sink = pa.BufferOutputStream()
            parquet.write_table(made, sink)
        except (pa.ArrowException, UnicodeError, OverflowError, TypeError):
            continue  # no table could hold this
        read(FORMAT, f"details_{MC}_{AT}.parquet", sink.getvalue().to_pybytes())


@given(st.data())
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(data):
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(ASKED), sink)
    raw = data.draw(bytes_of(sink.getvalue().to_pybytes()))
    read(FORMAT, f"details_{MC}_{AT}.parquet", raw or b" ")
