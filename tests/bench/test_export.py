"""How long an export of a million answers takes beside DuckDB's own COPY of the same rows.

Both write Parquet with zstd: the answers joined with their prompts and runs, and the scores. Each
runs in a process of its own, for its peak memory.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.service import stores as opened
from app.service.loading import load
from app.settings import Settings
from tests.bench.test_load import write

ROWS = 1_000_000
OURS = """
import sys
from pathlib import Path
from app.service.exports import export
from app.service import stores
from app.service.exports.recipe import read
from app.settings import Settings
opened = stores.connect(Settings(home=Path(sys.argv[1])))
export.export(opened, read({"format": sys.argv[3]}), Path(sys.argv[2]))
"""
THEIRS = """
import sys
from pathlib import Path
from app.settings import Settings
from db import warehouse
from db.columns import OUTPUTS
from db.filter import OUTPUTS as JOINED
settings = Settings(home=Path(sys.argv[1]))
lake = warehouse.connect(settings.catalog_url, settings.files_path)
left_out = ("license", "probability", "split", "annotations", "scores", "steps")
named = ", ".join(f"{sql} AS {name}" for name, sql in OUTPUTS.items() if name not in left_out)
how = {"parquet": "(FORMAT parquet, COMPRESSION zstd)", "jsonl": "(FORMAT json)",
       "csv": "(FORMAT csv, FORCE_QUOTE *)"}[sys.argv[3]]
for table, query in (("outputs", f"SELECT {named} FROM {JOINED}"), ("scores", "FROM lake.scores")):
    lake.execute(f"COPY ({query}) TO '{sys.argv[2]}/{table}' {how}")
"""


def took(work: str, *words: str) -> tuple[float, float, float]:
    """Seconds on the clock, of the processors, and the peak in MB, of a process of its own."""
    timed = f"import resource\n{work}\nu = resource.getrusage(resource.RUSAGE_SELF)\n" + (
        "print(u.ru_utime + u.ru_stime, u.ru_maxrss / 1024)"
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", timed, *words], capture_output=True, text=True, check=True
    )
    busy, peak = map(float, done.stdout.split()[-2:])
    return time.perf_counter() - began, busy, peak


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv"])
def test_an_export_beside_copy(tmp_path_factory: pytest.TempPathFactory, kind: str) -> None:
    home = tmp_path_factory.getbasetemp() / "million"
    if not home.exists():
        stores = opened.connect(Settings(home=home))
        load.load(stores, write(home / "rows.jsonl", ROWS, 60))
    place = tmp_path_factory.mktemp(kind)
    ours = took(OURS, str(home), str(place / "set"), kind)
    (place / "plain").mkdir()
    theirs = took(THEIRS, str(home), str(place / "plain"), kind)
    for name, (clock, busy, peak) in (("export", ours), ("COPY", theirs)):
        print(f"\n{kind} {name}: {clock:.1f} s, {busy:.1f} s processor, peak {peak:.0f} MB")
    size = sum(path.stat().st_size for path in Path(place / "set").rglob("*") if path.is_file())
    print(f"{kind}: {size / 2**20:.0f} MB; {ours[1] / theirs[1]:.2f} times the processor time")
