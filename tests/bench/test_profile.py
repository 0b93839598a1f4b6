"""The whole profile of ten million outputs of twenty models, against pandas with arch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.service import stores as opened
from app.settings import Settings

MODELS, ANSWERS, DRAWS, TRIED = 20, 500_000, 1000, 10
DIMENSIONS = ("bias", "fairness", "ethics", "epistemic")
ROOT = Path(__file__).parents[2]
"""Set ARCH_PYTHON to a Python that has pandas, pyarrow and arch; they are not needed otherwise."""

OURS = """
import resource, sys, time
from pathlib import Path
from app.service.outputs import pivot, risks
from app.service import stores
from app.settings import Settings
from risk import tail
opened = stores.connect(Settings(home=Path(sys.argv[1])))
began, read, done = time.perf_counter(), 0.0, 0
for one in risks.of_runs(opened, risks.scored(opened), pivot.Choices()):
    for x in (one.risk.total, *one.risk.parts.T):
        found = tail.profile(x, 0.95, int(sys.argv[2]))
        assert found["mean"].low < found["cvar"].value < found["cvar"].high
    done += 1
took = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(f"{done} models: {took:.1f} s, {peak:.2f} GiB resident at most")
"""

THEIRS = """
import sys, time
import numpy as np, pandas as pd
path, draws, models, whole = sys.argv[1], *map(int, sys.argv[2:])
try:
    from arch.bootstrap import IIDBootstrap
except ImportError:
    IIDBootstrap = None
began = time.perf_counter()
rows = pd.read_parquet(path)
wide = rows.pivot_table(index=["item_id", "sample"], columns="dimension", values="value")
parts = -np.log1p(-np.minimum(wide.to_numpy(), 1 - 1e-6))
scores = [parts.sum(axis=1), *parts.T]
read = time.perf_counter() - began
def told(x):
    k = int(np.ceil(len(x) * 0.95)) - 1
    top = np.partition(x, k)[k:]
    return np.array([x.mean(), top[0], top[1:].mean()])
began = time.perf_counter()
for x in scores:
    if IIDBootstrap is None:
        rng = np.random.default_rng(0)
        np.quantile([told(x[rng.integers(len(x), size=len(x))]) for _ in range(draws)],
                    [0.025, 0.975], axis=0)
    else:
        IIDBootstrap(x, seed=0).conf_int(told, reps=draws, method="percentile")
each = (time.perf_counter() - began) / draws
name = "arch" if IIDBootstrap else "the same loop in NumPy (arch is not there)"
took = models * (read + whole * each)
print(f"pandas reads one model in {read:.1f} s; {name}: {1000 * each:.0f} ms a replicate of its "
      f"five scores; {models} models with {whole} replicates: {took:.0f} s, "
      f"estimated from {draws} replicates of one model")
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with MODELS runs of ANSWERS answers each, scored in four dimensions by one judge."""
    home = tmp_path_factory.mktemp("profile")
    stores = opened.connect(Settings(home=home))
    cursor = stores.warehouse.cursor()
    for model in range(MODELS):
        run, answers = f"run{model:02}", f"range({ANSWERS}) t(i)"
        item = "'p' || lpad(i::VARCHAR, 8, '0')"
        cursor.execute(
            f"INSERT INTO lake.runs VALUES ('{run}', 'model-{model:02}', NULL, 'made', 'jsonl', "
            f"'made', 'sha{model}', '{{}}', now()::TIMESTAMP, 'a bench')"
        )
        cursor.execute(
            f"INSERT INTO lake.outputs SELECT '{run}', {item}, 0, 'said', 'said', NULL, 'stop', 9, "
            f"NULL FROM {answers}"
        )
        for name in DIMENSIONS:
            value = f"round(pow(random(), {4 + model % 5}), 4)"
            cursor.execute(
                f"INSERT INTO lake.scores SELECT '{run}', {item}, 0, '{name}', 'judge', {value}, "
                f"NULL, 'harm' FROM {answers}"
            )
    cursor.execute(
        f"COPY (SELECT item_id, sample, dimension, value FROM lake.scores WHERE run_id = 'run00') "
        f"TO '{home / 'one.parquet'}'"
    )
    stores.warehouse.close()
    stores.ledger.dispose()
    return home


def run(python: str, code: str, *args: object) -> str:
    """What a fresh process prints, so that its memory is its own."""
    done = subprocess.run(
        [python, "-c", code, *map(str, args)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_the_profile_of_ten_million_outputs(home: Path) -> None:
    print(f"\nours, {DRAWS} replicates: {run(sys.executable, OURS, home, DRAWS)}")
    python = os.environ.get("ARCH_PYTHON", sys.executable)
    print(run(python, THEIRS, home / "one.parquet", TRIED, MODELS, DRAWS))
