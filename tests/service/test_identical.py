"""The same recipe at the same snapshot is the same bytes, whoever carries it out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from app.service.loading import load
from app.service.stores import Stores
from tests.bench.test_load import write
from tests.service.hard import hard, say

WORK = """
import json, os, sys
if sys.argv[3] == "one" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])  # threads follow the processors
from pathlib import Path
from app.service import stores
from app.service.exports import export
from app.service.exports.recipe import read
from app.settings import Settings
opened = stores.connect(Settings(home=Path(sys.argv[1])))
near = {"splits": {"train": 0.7, "test": 0.3}, "sample": {"size": 1500, "by": "category"}}
for format, more in (("hf", near), ("csv", {}), ("jsonl", {"labels": "soft"})):
    recipe = read({"format": format, **more})
    print(json.dumps(export.export(opened, recipe, Path(sys.argv[2]) / format).sha256))
"""
PLACE = {"PYTHONPATH": str(Path(__file__).parents[2])}
FEW = {"OMP_NUM_THREADS", "SLURM_CPUS_ON_NODE"}
"""What `make test` keeps the threads of BLAS and DuckDB few by."""


def test_other_processes_with_other_seeds_zones_and_threads_write_the_same_bytes(
    stores: Stores, tmp_path: Path
) -> None:
    run = hard(stores)
    for person in ("ann", "bo", "cy"):
        say(stores, run, "lines", person, f"l-{person}", act="refused", severity="2")
    load.load(stores, write(tmp_path / "rows.jsonl", 26_000, 2))
    told = []
    free = {name: value for name, value in os.environ.items() if name not in FEW}
    script = tmp_path / "work.py"
    script.write_text(WORK, "utf-8")
    for name, threads, seed, zone in (("a", "one", "1", "UTC"), ("b", "all", "2", "Asia/Tokyo")):
        place = tmp_path / name
        place.mkdir()
        done = subprocess.run(
            [sys.executable, str(script), str(stores.settings.home), str(place), threads],
            env={**free, **PLACE, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        told.append([json.loads(line) for line in done.stdout.split()])
    assert told[0] == told[1]
    assert len(set(told[0])) == 3
