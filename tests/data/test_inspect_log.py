"""Inspect logs as files: archives and documents, finished and not, whole and broken."""

from __future__ import annotations

import json

import pytest

from data.read import formats
from data.read.inspect.log import FORMAT
from data.read.source import Source
from data.trouble import Trouble
from tests.data.inspect_logs import (
    DEFLATE,
    SAMPLES,
    ZSTD,
    about,
    answers,
    entries,
    head,
    members,
    packed,
    refusals,
    reported,
    rows,
    sample,
    written,
)  # fmt: skip


@pytest.mark.parametrize("method", [DEFLATE, ZSTD])
def test_the_archive_and_the_document_of_one_log_give_the_same_rows(put, method):
    archive = rows(put("a.eval", packed(members(head(), SAMPLES), method)))
    document = rows(put("b.json", written(head(), SAMPLES)))
    assert archive == document
    assert [row[3] for row in archive["outputs"]] == ["the Rhine", "the Elbe"]
    assert [row[5] for row in archive["scores"]] == [1.0, 0.0]


@pytest.mark.parametrize("name", ["x.zip", "log.eval", "table.csv"])
def test_a_log_is_known_by_its_members_not_by_its_name(put, name):
    assert answers(entries(put(name, packed(members(head(), SAMPLES)))))


def test_other_documents_and_archives_are_not_taken_for_logs(put):
    other = put("a.json", {"eval": {"task": "x"}, "samples": [{"id": 1}]})
    assert formats.recognize(Source(other)) is not FORMAT
    other = put("a.zip", packed({"header.json": b"{}", "x/1.json": b"{}"}))
    assert formats.recognize(Source(other)) is not FORMAT


def test_a_document_that_ends_before_its_samples_do_is_refused_whole(put):
    path = put("a.json", written(head(), SAMPLES)[:-40])
    with pytest.raises(Trouble, match=r"a\.json .*is cut off"):
        rows(path)


def test_samples_before_the_head_of_a_document_still_get_its_run(put):
    body = {"samples": SAMPLES} | head()
    found = answers(entries(put("a.json", json.dumps(body))))
    assert [(told.model, told.dataset) for told in found] == [("mock/one", "rivers")] * 2


def test_an_unfinished_archive_is_read_from_its_journal(put):
    start = {"version": 2, "eval": head()["eval"], "plan": {}}
    held = members(None, SAMPLES[:1], **{"_journal/start.json": start})
    found = entries(put("a.eval", packed(held)))
    assert [told.model for told in answers(found)] == ["mock/one"]
    assert any("unfinished" in note for note in about(found).notes)
    assert any("journal" in note for note in about(found).notes)
    assert reported(found) == {}


@pytest.mark.parametrize("status", ["cancelled", "error", "started"])
def test_a_run_that_did_not_end_well_says_so(put, status):
    body = written(head(status=status, error={"message": "no more money"}), SAMPLES)
    notes = " ".join(about(entries(put("a.json", body))).notes)
    assert {"cancelled": "cancelled", "error": "no more money", "started": "unfinished"}[
        status
    ] in notes


def test_a_log_of_no_samples_keeps_what_it_says_of_itself(put):
    for path in (
        put(
            "a.eval", packed({"header.json": json.dumps(head()).encode(), "summaries.json": b"[]"})
        ),
        put("a.json", written(head(), None)),
    ):
        found = entries(path)
        assert answers(found) == []
        assert reported(found)["samples"].value == 2
        assert about(found).params["task"] == "rivers"


def test_a_headless_run_has_no_numbers_of_its_own(put):
    found = entries(put("a.json", json.dumps(head() | {"results": None, "samples": SAMPLES})))
    assert len(answers(found)) == 2
    assert reported(found) == {}


def test_samples_that_only_the_list_knows_come_without_an_answer(put):
    listed = [
        {"id": 1, "epoch": 1, "input": "Which river, 1?", "scores": {"match": {"value": "C"}}},
        {"id": 3, "epoch": 1, "input": "long" * 9 + "...\n(content truncated)", "completed": True,
         "target": "x", "scores": {"match": {"value": "I"}}},
        {"id": 4, "epoch": 1, "input": "still running", "target": ""},
    ]  # fmt: skip
    found = entries(
        put("a.eval", packed(members(head(), SAMPLES[:1], **{"summaries.json": listed})))
    )
    assert [told.item_id for told in answers(found)] == ["1", "3"]
    assert answers(found)[1].prompt is None
    assert answers(found)[1].scores[0].value == 0
    assert any("of 1 samples there is only the list" in note for note in about(found).notes)


@pytest.mark.parametrize(
    ("broken", "why"),
    [(b'{"id": 9, "epoch"', "unexpected end"), (b"[1, 2]", "no object"), (b"\xff\xfe", "")],
)
def test_one_broken_member_is_refused_and_the_rest_is_read(put, broken, why):
    held = members(head(), SAMPLES, **{"samples/9_epoch_1.json": broken})
    found = entries(put("a.eval", packed(held)))
    assert len(answers(found)) == 2
    assert len(refusals(found)) == 1
    assert "samples/9_epoch_1.json" in refusals(found)[0].why
    assert why in refusals(found)[0].why


def test_one_broken_sample_of_a_document_is_refused_and_the_rest_is_read(put):
    body = written(head(), SAMPLES).replace(b'"the Elbe"', b'"\x01bad"')
    found = rows(put("a.json", body))
    assert len(found["outputs"]) == 1
    assert found["refused"][0][:1] == (2,)


@pytest.mark.parametrize("epoch", [-1, "two", 1.5, {}, True])
def test_a_sample_of_no_known_epoch_is_refused_by_name(put, epoch):
    found = rows(put("a.json", written(head(), [sample(epoch=epoch), SAMPLES[1]])))
    assert len(found["outputs"]) == 1
    assert "epoch" in found["refused"][0][1]


def test_one_id_as_a_number_and_as_text_is_one_item_and_the_second_is_refused(put):
    found = rows(put("a.json", written(head(), [sample(1), sample("1")])))
    assert len(found["outputs"]) == 1
    assert "stands in this file already" in found["refused"][0][1]


def test_a_member_that_unpacks_without_end_is_refused_by_name(put):
    bomb = b'{"id": 9, "store": "' + b"x" * (70 * 2**20) + b'"}'
    found = entries(put("a.eval", packed(members(head(), SAMPLES, **{"samples/b.json": bomb}))))
    assert len(answers(found)) == 2
    assert "'samples/b.json'" in refusals(found)[0].why
    assert "unpacks to more than" in refusals(found)[0].why


def test_names_that_lead_out_of_the_archive_are_only_names(put, tmp_path):
    held = members(head(), [sample("../../../../escaped")])
    found = rows(put("a.eval", packed(held)))
    assert found["outputs"][0][1] == "../../../../escaped"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.eval"]


def test_a_damaged_member_is_refused_by_its_check_sum(put):
    raw = bytearray(packed(members(head(), SAMPLES), method=0))
    raw[raw.index(b"the Elbe")] = ord("T")
    found = entries(put("a.eval", bytes(raw)))
    assert [told.item_id for told in answers(found)] == ["1"]
    assert "check sum" in refusals(found)[0].why


@pytest.mark.parametrize("broken", [b"[]", b"{", b"null"])
def test_a_broken_header_is_trouble_that_names_it(put, broken):
    held = {"header.json": broken, "summaries.json": b"[]", "samples/1_epoch_1.json": b"{}"}
    with pytest.raises(Trouble, match=r"a\.eval: its member 'header\.json' is no"):
        rows(put("a.eval", packed(held)))


@pytest.mark.parametrize("pack", [True, False])
def test_a_sample_beyond_the_limit_is_taken_apart_without_its_events(put, pack):
    noise = "".join(chr(65 + n * n % 57) for n in range(9_973))
    events = [{"event": "info", "data": f"{n} {noise}"} for n in range(1_800)]
    told = sample(1, events=events, error_retries=[{"message": "x"}], metadata={"type": "map"})
    body = packed(members(head(), [told])) if pack else written(head(), [told])
    assert len(json.dumps(told)) > 16 * 2**20
    small = sample(1, metadata={"type": "map"})
    other = packed(members(head(), [small])) if pack else written(head(), [small])
    assert rows(put("big.eval", body)) == rows(put("small.eval", other))


def test_a_document_with_nan_and_doubled_keys_is_read(put):
    body = written(head(), [sample(1, scores={"match": {"value": float("nan")}})])
    body = body.replace(b'"id": 1,', b'"id": 5, "id": 1,')
    found = rows(put("a.json", body))
    assert found["outputs"][0][1] == "1"
    assert found["scores"][0][5:7] == (None, "not scored")


def test_a_sample_in_chunks_reads_as_the_same_sample_in_one_piece(put):
    told = sample("a/b", said="attachment://1f", attachments={"1f": "the Rhine"},
                  metadata={"topic": "rivers"})  # fmt: skip
    shell = {key: value for key, value in told.items() if key not in ("messages", "metadata")}
    shell = json.loads(json.dumps(shell | {"attachments": None}).replace("//1f", "//3"))
    folder = "samples/a/b_epoch_1"
    question, spoken = told["messages"]
    held = {
        "header.json": head(),
        f"{folder}/sample.json": shell | {"message_refs": [[0, 1], [2, 3]]},
        f"{folder}/metadata.json": told["metadata"],
        f"{folder}/messages/0.json": [question, {"role": "user", "content": "not of it"}],
        f"{folder}/messages/2.json": [spoken | {"content": "attachment://3"}],
        f"{folder}/events/0.json": [{"event": "info"}],
        f"{folder}/attachments/0.json": ["a", "b"],
        f"{folder}/attachments/2.json": ["c", "the Rhine"],
    }
    chunked = packed(members(None, [], **held))
    assert rows(put("a.eval", chunked)) == rows(put("b.eval", packed(members(head(), [told]))))


def test_a_sample_whose_chunk_is_broken_is_refused_by_the_chunks_name(put):
    folder = "samples/1_epoch_1"
    held = {"header.json": head(), f"{folder}/messages/0.json": b"{",
            f"{folder}/sample.json": sample(1, messages=None, message_refs=[[0, 1]])}  # fmt: skip
    found = entries(put("a.eval", packed(members(None, [], **held))))
    assert answers(found) == []
    assert f"{folder}/messages/0.json" in refusals(found)[0].why


@pytest.mark.parametrize(
    "more",
    [
        {"metadata": {"events": [1], "topic": "x"}, "model_usage": {}},
        {"model_usage": {}, "store": {"model_usage": {"a": 1}}},
        {"events": [{"model_usage": {}}], "store": {}},
        {"said": 'so: "events":[1],"model_usage":{}', "model_usage": {}},
        {"metadata": {"events": [1], "model_usage": {}, "topic": "y"}},
    ],
)
def test_stepping_over_the_events_loses_nothing_else(put, more):
    """The same sample in another order, where the events cannot be stepped over, is the oracle."""
    told = sample(1, **more)
    turned = dict(reversed(told.items()))
    found = [rows(put("a.json", written(head(), [one]))) for one in (told, turned)]
    kept = [{**one, "items": [], "tags": sorted(one["items"][0][8])} for one in found]
    for one in kept:
        one["outputs"] = [(*row[:7], json.loads(row[7] or "{}")) for row in one["outputs"]]
    assert kept[0] == kept[1]
