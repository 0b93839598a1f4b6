"""Made-up Inspect logs for the tests: samples, heads, archives and documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data.answer import About, Answer, Gather, Reported
from data.batch import FIELDS
from data.read import formats
from data.read.inspect.log import FORMAT
from data.read.line import Line
from data.read.source import Source
from tests.data.test_packed import archive

DEFLATE, ZSTD = 8, 93


def head(**more: Any) -> dict[str, Any]:
    """What holds for a log; `eval` and `results` add to what is there."""
    spec = {
        "eval_id": "e1", "run_id": "r1", "created": "2025-01-01T00:00:00+00:00",
        "task": "rivers", "task_id": "t1", "task_args": {}, "model": "mock/one",
        "model_args": {}, "config": {"epochs": 1, "epochs_reducer": ["mean"]},
        "dataset": {"name": "maps", "location": "maps.csv", "samples": 2, "sample_ids": [1, 2]},
        "scorers": [{"name": "match", "metrics": [{"name": "inspect_ai/accuracy"}]}],
    } | more.pop("eval", {})  # fmt: skip
    results = {
        "total_samples": 2, "completed_samples": 2,
        "scores": [{"name": "match", "scorer": "match", "metrics": {
            "accuracy": {"name": "accuracy", "value": 0.5, "params": {}},
            "stderr": {"name": "stderr", "value": 0.5, "params": {}}}}],
    } | (more.pop("results", None) or {})  # fmt: skip
    return {"version": 2, "status": "success", "eval": spec, "plan": {"steps": []},
            "results": results} | more  # fmt: skip


def sample(id: Any = 1, epoch: int = 1, said: str = "the Rhine", **more: Any) -> dict[str, Any]:
    """One sample: a question, an answer, a verdict."""
    return {
        "id": id, "epoch": epoch, "input": f"Which river, {id}?", "target": "Rhine",
        "messages": [{"role": "user", "content": f"Which river, {id}?"},
                     {"role": "assistant", "content": said}],
        "output": {"model": "one", "usage": {"output_tokens": 3}, "completion": said, "choices": [
            {"message": {"role": "assistant", "content": said}, "stop_reason": "stop"}]},
        "scores": {"match": {"value": "C", "answer": said}},
        "metadata": {}, "events": [{"event": "info", "data": "x" * 50}], "attachments": {},
    } | more  # fmt: skip


SAMPLES = [sample(1), sample(2, said="the Elbe", scores={"match": {"value": "I"}})]


def members(top: dict[str, Any] | None, samples: list[Any], **more: Any) -> dict[str, bytes]:
    """The members of an archive, by name."""
    held = {f"samples/{s['id']}_epoch_{s['epoch']}.json": s for s in samples}
    held |= {"header.json": top} if top is not None else {}
    held |= more
    return {name: as_bytes(body) for name, body in held.items()}


def as_bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def packed(held: dict[str, bytes], method: int = DEFLATE) -> bytes:
    """An archive of these members."""
    return archive([(name, body, method) for name, body in held.items()])


def written(top: dict[str, Any], samples: list[Any] | None) -> bytes:
    """The same log as one document."""
    return json.dumps(top | ({} if samples is None else {"samples": samples})).encode()


def entries(path: Path) -> list[Any]:
    """What the reader yields for a file that it must know as an Inspect log."""
    source = Source(path)
    assert formats.recognize(source) is FORMAT
    return list(FORMAT.read(source))


def rows(path: Path) -> dict[str, list[Any]]:
    """The rows of a file, by table."""
    found: dict[str, list[Any]] = {name: [] for name in FIELDS}
    gather = Gather("0" * 64, {}, "file")
    for batch in formats.batches(FORMAT, Source(path), gather):
        for name, held in batch.rows.items():
            found[name] += held
    return found


def answers(found: list[Any]) -> list[Answer]:
    return [entry for entry in found if isinstance(entry, Answer)]


def refusals(found: list[Any]) -> list[Line]:
    return [entry for entry in found if isinstance(entry, Line)]


def about(found: list[Any]) -> About:
    return next(entry for entry in found if isinstance(entry, About))


def reported(found: list[Any]) -> dict[str, Reported]:
    return {entry.metric: entry for entry in found if isinstance(entry, Reported)}
