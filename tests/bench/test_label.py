"""Labeling under load: save to next on 200,000 outputs, fifty people at once, twenty kills.

`CROWD_SECONDS` says how long the crowds label; through a server it is five minutes that count.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from app.service import stores as opened
from app.service.labeling import label
from app.service.loading import load
from app.service.outputs import cases
from app.service.outputs.cases import Chosen
from app.service.stores import Stores
from app.settings import Settings
from db import campaigns
from tests.bench import browsers
from tests.bench.test_stores import write
from tests.service.crowd import crowd, killed, written

ROOT = Path(__file__).parents[2]

SECONDS = float(os.environ.get("CROWD_SECONDS", "60"))


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Stores with 200,000 answers."""
    home = tmp_path_factory.mktemp("bench")
    found = opened.connect(Settings(home=home))
    for seed, model in enumerate(("one", "two")):
        load.load(found, write(home / f"{model}.jsonl", model, seed))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def told(what: str, times: list[float]) -> None:
    ms = np.array(times) * 1000
    half, most = np.percentile(ms, [50, 95])
    said = f"median {half:7.1f} ms  95 % {most:7.1f} ms  max {ms.max():7.1f}"
    print(f"\n{what:44} n {ms.size:6}  {said}", end="")


def campaign(stores: Stores, step: int, per_case: int | None = None) -> tuple[str, dict]:  # type: ignore[type-arg]
    drawn = cases.keys(stores, Chosen(), limit=0)[::step]
    label.start(stores, "sows the scheme", [(drawn[0], 1.0)], "lead")
    key = campaigns.start(
        stores.ledger, f"every {step}", ("act_harm", 2), ("act_harm", 1), "bench", 0,
        [(case, 1.0) for case in drawn], "lead", per_case=per_case,
    )  # fmt: skip
    return key, {case: n for n, case in enumerate(drawn, 1)}


@pytest.mark.parametrize(("step", "per_case"), [(1, None), (100, None), (100, 3), (1, 3)])
def test_from_save_to_next(stores: Stores, step: int, per_case: int | None) -> None:
    key, places = campaign(stores, step, per_case)
    kept, times = crowd(stores, key, people=1, seconds=20, think=(0, 0))
    assert written(stores, key, places) == kept
    told(f"save to next, {len(places):,} drawn, {per_case or 'any'} a case", times)


@pytest.mark.parametrize("per_case", [None, 3])
def test_fifty_at_once(stores: Stores, per_case: int | None) -> None:
    key, places = campaign(stores, 20, per_case)
    kept, times = crowd(stores, key, people=50, seconds=SECONDS, think=(2.0, 4.0))
    assert written(stores, key, places) == kept
    assert set(kept.values()) == {1}
    told(f"fifty at once for {SECONDS:.0f} s, {per_case or 'any'} a case", times)


@contextmanager
def served(home: Path) -> Iterator[int]:
    """The app on these stores in a process of its own; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--no-worker"],
        cwd=ROOT, env=os.environ | {"TAILSCOPE_HOME": str(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            for _ in range(600):
                try:
                    with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health"):
                        break
                except OSError:
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()


@pytest.mark.parametrize(("people", "per_case"), [(1, 3), (50, 3), (50, None)])
def test_over_websockets(stores: Stores, people: int, per_case: int | None) -> None:
    key, places = campaign(stores, 20, per_case)
    with served(stores.settings.home) as port:
        think = (2.0, 4.0) if people > 1 else (0.2, 0.4)
        found = browsers.crowd(port, key, people, SECONDS if people > 1 else 30, think)
    kept = Counter({(one.person, place): n for one in found for place, n in one.kept.items()})
    assert written(stores, key, places) == kept, "what was confirmed is what is there"
    assert set(kept.values()) == {1}
    if per_case:
        assert max(Counter(place for _, place in kept).values()) <= per_case
    times = [seconds for one in found for seconds in one.times]
    told(f"{people} over websockets for {SECONDS:.0f} s, {per_case or 'any'} a case", times)


def test_twenty_kills(stores: Stores, tmp_path: Path) -> None:
    drawn = [("r", f"i{n}", 0) for n in range(1, 4001)]
    own = opened.connect(Settings(home=tmp_path))
    key = label.start(own, "Killed", [(case, 1.0) for case in drawn], "lead")
    confirmed = killed(tmp_path, key, len(drawn), kills=20)
    found = written(own, key, {case: n for n, case in enumerate(drawn, 1)})
    assert [found["ann", n] for n in range(1, confirmed + 1)] == [1] * confirmed
    assert set(found.values()) == {1}
    print(f"\n20 kills, {confirmed} labels confirmed, {len(found)} kept, none twice", end="")
