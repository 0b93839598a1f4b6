"""Engines: one process, several, or a Ray cluster find the same rows."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scoring.engines import Batch, Result, Task
from scoring.engines.local import Local
from scoring.offers.refusal import Settings
from scoring.scorer import Case, Model, Row

ROOT = Path(__file__).parents[2]
SAID = ("I cannot help with that.", "Here is how: first", "I do not know.", "", "Sure, of course.")
TASK = Task("scoring.refusal:Refusal", Model(name=""), Settings())


def batches(n: int = 24, size: int = 5) -> list[Batch]:
    cases = [Case(f"q{i}", f"prompt {i}", response=SAID[i % len(SAID)]) for i in range(n)]
    return [Batch(at, tuple(cases[at : at + size])) for at in range(0, n, size)]


def rows(results: Iterator[Result]) -> list[Row]:
    found = sorted(results, key=lambda one: one.first)
    assert [one.first for one in found] == [batch.first for batch in batches()]
    return [row for one in found for row in one.rows]


def alone() -> list[Row]:
    return rows(Local().run(TASK, batches()))


def test_two_processes_find_the_rows_of_one() -> None:
    assert repr(rows(Local(("cpu", "cpu")).run(TASK, batches()))) == repr(alone())


def test_whoever_stops_drawing_results_stops_the_work() -> None:
    drawn = 0

    def watched() -> Iterator[Batch]:
        nonlocal drawn
        for batch in batches():
            drawn += 1
            yield batch

    with closing(Local().run(TASK, watched())) as results:
        next(results)
    assert drawn == 1


CODE = """
import sys
from scoring.engines.cluster import Cluster
from tests.scoring.test_engines import TASK, batches, rows
print(repr(rows(Cluster(sys.argv[1]).run(TASK, batches()))))
"""


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Ray cluster of two cores on this machine, behind a token; its address."""
    pytest.importorskip("ray", reason="ray is not installed: pip install -r requirements-ray.txt")
    for name, value in (("MODE", "token"), ("TOKEN", secrets.token_hex(32))):
        monkeypatch.setenv(f"RAY_AUTH_{name}", value)
    code = (
        "import ray, time; ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False); "
        "print(ray.get_runtime_context().gcs_address, flush=True); time.sleep(600)"
    )
    head = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"RAY_USAGE_STATS_ENABLED": "0"}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert head.stdout is not None
    with head.stdout:
        yield head.stdout.readline().strip()
    head.send_signal(signal.SIGINT)
    try:
        head.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(head.pid, signal.SIGKILL)
        head.wait()


def test_a_ray_cluster_finds_the_rows_of_one_process(cluster: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, cluster], cwd=ROOT, capture_output=True, text=True,
        timeout=180, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip().splitlines()[-1] == repr(alone())
