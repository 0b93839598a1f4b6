"""How long an Inspect log takes and how much memory, beside the tool's own data frame.

INSPECT_PYTHON names a Python that has inspect-ai; without one only this reader is timed.
TAILSCOPE_BENCH_MB gives the size of the log, packed for `.eval` (default 20).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

MEGABYTES = float(os.environ.get("TAILSCOPE_BENCH_MB", "20"))
PYTHON = os.environ.get("INSPECT_PYTHON", sys.executable)
TURNS = 6
WHEN = "2025-01-01T00:00:00+00:00"
LISTED = ("id", "epoch", "input", "target", "scores")
READ = """
import resource, sys, time
from pathlib import Path
from data.answer import Gather
from data.read import formats
from data.read.source import Source
formats.every()
began, cpu, rows = time.perf_counter(), time.process_time(), 0
source = Source(Path(sys.argv[1]))
for batch in formats.batches(formats.recognize(source), source, Gather("0" * 64, {}, "x")):
    rows += len(batch.rows["outputs"])
"""
FRAME = """
import logging, resource, sys, time, warnings
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
from inspect_ai.analysis import samples_df
began, cpu = time.perf_counter(), time.process_time()
rows = len(samples_df(sys.argv[1], full=True, quiet=True))
"""
SAY = """
print(rows, round(time.process_time() - cpu, 2), round(time.perf_counter() - began, 2),
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def head() -> dict[str, Any]:
    """What holds for the log, with all that the tool's own reader asks for."""
    scores = [{"name": "match", "scorer": "match", "metrics": {
        "accuracy": {"name": "accuracy", "value": 0.5}}}]  # fmt: skip
    return {
        "version": 2, "status": "success", "plan": {"steps": []},
        "eval": {"eval_id": "e", "run_id": "r", "task_id": "t", "created": WHEN, "task": "bench",
                 "model": "mock/one", "dataset": {"name": "bench"}, "config": {"epochs": 1}},
        "results": {"total_samples": 1, "completed_samples": 1, "scores": scores},
        "stats": {"started_at": WHEN, "completed_at": WHEN},
    }  # fmt: skip


def samples() -> Iterator[dict[str, Any]]:
    """Agents' runs without end: a few turns with a tool, and an event for every call."""
    draw = random.Random(5)
    words = ["".join(draw.choices("abcdefghij", k=draw.randint(2, 9))) for _ in range(5_000)]
    text = " ".join(draw.choices(words, k=400_000))

    def said(size: int) -> str:
        start = draw.randrange(len(text) - size)
        return text[start : start + size]

    number = 0
    while True:
        messages: list[dict[str, Any]] = [{"role": "user", "content": said(400)}]
        events = []
        for turn in range(TURNS):
            call = {"id": f"c{turn}", "function": "look", "arguments": {"at": turn}}
            spoken = {"role": "assistant", "content": said(200), "tool_calls": [call]}
            used = {"input_tokens": 9, "output_tokens": 50, "total_tokens": 59}
            choice = {"message": spoken, "stop_reason": "stop"}
            output = {"model": "one", "choices": [choice], "usage": used}
            events.append({
                "event": "model", "timestamp": WHEN, "working_start": 1.0, "model": "mock/one",
                "input": list(messages), "tools": [], "tool_choice": "auto", "config": {},
                "output": output,
            })  # fmt: skip
            seen = {"role": "tool", "content": said(900), "tool_call_id": f"c{turn}"}
            messages += [spoken, seen | {"function": "look"}]
        yield {
            "id": number, "epoch": 1, "input": messages[0]["content"], "target": "x",
            "messages": messages, "output": output, "metadata": {"topic": "bench"},
            "scores": {"match": {"value": "CI"[number % 2], "explanation": said(100)}},
            "events": events, "model_usage": {}, "attachments": {}, "uuid": f"u{number}",
        }  # fmt: skip
        number += 1


def archive(path: Path) -> int:
    """Writes a log of about MEGABYTES; returns how many samples it holds."""
    summaries = []
    with path.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        start = head()
        out.writestr("_journal/start.json", orjson.dumps(start))
        for told in samples():
            out.writestr(f"samples/{told['id']}_epoch_1.json", orjson.dumps(told))
            summaries.append(
                {key: told[key] for key in ("id", "epoch", "input", "target", "scores")}
            )
            if file.tell() > MEGABYTES * 1e6:
                break
        out.writestr("summaries.json", orjson.dumps(summaries))
        out.writestr("header.json", orjson.dumps(start))
    return len(summaries)


def document(path: Path) -> int:
    """The same as one document, of MEGABYTES on the disk."""
    with path.open("wb") as file:
        file.write(orjson.dumps(head())[:-1] + b',"samples":[')
        for count, told in enumerate(samples(), 1):
            file.write((b",\n" if count > 1 else b"\n") + orjson.dumps(told))
            if file.tell() > MEGABYTES * 1e6:
                break
        file.write(b"]}")
    return count


def run(python: str, code: str, path: Path) -> list[str]:
    done = subprocess.run([python, "-c", code + SAY, str(path)], capture_output=True, text=True)
    return done.stdout.split() if done.returncode == 0 else []


@pytest.mark.parametrize("kind", ["eval", "json"])
def test_an_inspect_log(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"2025-01-01T00-00-00-00-00_bench_abcdefghijklmnopqrstuv.{kind}"
    count = archive(path) if kind == "eval" else document(path)
    size = path.stat().st_size / 1e6
    print(f"\n{kind}: {count:,} samples, {size:.0f} MB; rows, CPU s, wall s, peak MB", end="")
    ours = run(sys.executable, READ, path)
    assert int(ours[0]) == count
    print(f"\n  this reader    {ours}", end="")
    if theirs := run(PYTHON, FRAME, path):
        ratio = float(theirs[1]) / float(ours[1])
        print(f"\n  samples_df     {theirs}: {ratio:.1f} times our CPU time", end="")
