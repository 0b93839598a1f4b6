"""Inspect logs made wrong: no bytes and no values raise anything but Trouble."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.read.inspect.log import FORMAT
from db.stage import SHAPES
from tests.conftest import ROOT
from tests.data.inspect_logs import DEFLATE, ZSTD, head, members, packed, sample, written
from tests.mutations import EXAMPLES, as_json, bytes_of, read, values_of

CHOICE = {
    "message": {"role": "assistant", "content": [{"type": "text", "text": "B", "refusal": True}]},
    "stop_reason": "content_filter", "stop_details": {"explanation": "no"},
    "logprobs": {"content": [{"token": "B", "logprob": -0.1, "top_logprobs": [
        {"token": "A", "logprob": -2.0}, {"token": "B", "logprob": -0.1}]}]},
}  # fmt: skip
RICH = sample(
    7, choices=["one", "two"], target=["A", "B"], limit={"type": "token", "limit": 3},
    input=[{"role": "user", "content": [{"type": "image", "image": "attachment://1f"}]}],
    messages=[{"role": "user", "content": "Add"},
              {"role": "assistant", "content": "", "tool_calls": [
                  {"function": "add", "arguments": {"x": 1}, "id": "c"}]},
              {"role": "tool", "content": "2", "function": "add", "error": {"type": "timeout"}}],
    attachments={"1f": "data:image/png;base64,AA"}, metadata={"type": "sum", "list": [1]},
    output={"choices": [CHOICE], "usage": {"output_tokens": 2}},
    scores={"choice": {"value": "N", "reason": "refusal", "history": [
                {"value": "C", "provenance": {"author": "ann"}}]},
            "judge": {"value": {"a": 1, "b": "C"}, "metadata": {"unscored_reason": "x"}}},
)  # fmt: skip
POOLED = sample(8, messages=None, message_refs=[[0, 1]], error={"message": "x"}, events=[
    {"event": "model", "input_refs": [[0, 1]], "output": {"choices": [CHOICE]}}],
    message_pool=[{"role": "user", "content": "Hi"}])  # fmt: skip
TOP = head(error={"message": "x"}, results={"scores": [
    {"name": "a", "scorer": "judge", "reducer": "mode", "metrics": {
        "mean": {"name": "mean", "value": 1.0, "params": {"cluster": None}}}}]})  # fmt: skip
LOG = TOP | {"samples": [RICH, POOLED, sample(7, 2)]}
CHUNKED = members(TOP, [RICH], **{
    "samples/8_epoch_1/sample.json": POOLED, "samples/8_epoch_1/messages/0.json": ["Hi"],
    "samples/8_epoch_1/attachments/0.json": ["x"], "summaries.json": [sample(9)],
})  # fmt: skip
law = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])


def kept(name: str, raw: bytes) -> None:
    """Reads it, and holds every row against the types of the store."""
    for table, held in (read(FORMAT, name, raw or b" ") or {}).items():
        for column, kind in zip(zip(*held, strict=True), SHAPES[table], strict=False):
            pa.array(column, type=kind.type)


@given(values_of(LOG))
@law
def test_no_document_breaks_the_reader(value: Any) -> None:
    kept("a.json", as_json(value))


@given(values_of(LOG), st.sampled_from([0, DEFLATE, ZSTD]))
@law
def test_no_archive_of_odd_values_breaks_the_reader(value: Any, method: int) -> None:
    samples = value.pop("samples", None) if isinstance(value, dict) else value
    held = {"header.json": as_json(value), "summaries.json": as_json(samples)}
    for n, one in enumerate(samples if isinstance(samples, list) else [samples]):
        held[f"samples/{n}_epoch_1.json"] = as_json(one)
    kept("a.eval", packed(held, method))


@given(st.data())
@law
def test_no_broken_member_breaks_the_reader(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(CHUNKED)))
    kept("a.eval", packed(CHUNKED | {name: data.draw(bytes_of(CHUNKED[name]))}))


@given(bytes_of(packed(CHUNKED, ZSTD)))
@law
def test_no_bytes_of_an_archive_break_the_reader(raw: bytes) -> None:
    kept("a.eval", raw)


@given(bytes_of(written(TOP, [RICH, POOLED])))
@law
def test_no_bytes_of_a_document_break_the_reader(raw: bytes) -> None:
    kept("a.json", raw)


@cache
def logs() -> list[Path]:
    """The real logs beside the project, up to a size that mutates fast."""
    folder = Path(os.environ.get("REALDATA_DIR", ROOT / "../shared/realdata"))
    found = [*folder.glob("inspect_ai/**/*.eval"), *folder.glob("inspect_ai/**/*.json")]
    found += folder.glob("every_eval_ever/inspect/*.json")
    return sorted(path for path in found if path.stat().st_size < 200_000)


@pytest.mark.real
@pytest.mark.skipif(not logs(), reason="no real files beside the project")
@given(st.data())
@law
def test_no_bytes_of_real_logs_break_the_reader(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(logs()))
    kept(path.name, data.draw(bytes_of(path.read_bytes())))


@pytest.mark.real
@pytest.mark.skipif(not logs(), reason="no real files beside the project")
@given(st.data())
@law
def test_no_values_of_real_logs_break_the_reader(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in logs() if path.suffix == ".json"]))
    value = json.loads(path.read_bytes())
    for one in value["samples"]:  # the events are stepped over: mutate what is read
        one["events"] = one.get("events", [])[:1]
    kept(path.name, as_json(data.draw(values_of(value))))
