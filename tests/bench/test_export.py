"""How long an export of a million answers takes beside DuckDB's own COPY of the same rows.

Both write the same columns of the answers joined with their prompts and runs, and the scores; the
export writes its card, checksums and measures of the tail too. Each runs in a process of its own,
for its peak memory. Processor time is told of the whole process and without its imports.
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
begin()
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
begin()
settings = Settings(home=Path(sys.argv[1]))
lake = warehouse.connect(settings.catalog_url, settings.files_path)
constant = {"license": "'unknown'", "probability": "1.0", "split": "NULL", "annotations": "NULL"}
sql = {**OUTPUTS, **constant}
named = ", ".join(f"{sql[name]} AS {name}" for name in OUTPUTS if name not in ("scores", "steps"))
how = {"parquet": "(FORMAT parquet, COMPRESSION zstd)", "jsonl": "(FORMAT json)",
       "csv": "(FORMAT csv, FORCE_QUOTE *)"}[sys.argv[3]]
for table, query in (("outputs", f"SELECT {named} FROM {JOINED}"), ("scores", "FROM lake.scores")):
    lake.execute(f"COPY ({query}) TO '{sys.argv[2]}/{table}' {how}")
"""


TIMED = """
import resource
def busy():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
def begin():
    global began
    began = busy()
{work}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(busy(), busy() - began, peak)
"""


def took(work: str, *words: str) -> tuple[float, float, float, float]:
    """Seconds on the clock, of the processors, those without imports, and the peak in MB."""
    clock = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", TIMED.replace("{work}", work), *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    whole, own, peak = map(float, done.stdout.split()[-3:])
    return time.perf_counter() - clock, whole, own, peak


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
    for name, (clock, whole, own, peak) in (("export", ours), ("COPY", theirs)):
        print(f"\n{kind} {name}: {clock:.1f} s on the clock, {whole:.1f} s processor, "
              f"{own:.1f} s of it after imports, peak {peak:.0f} MB")  # fmt: skip
    size = sum(path.stat().st_size for path in Path(place / "set").rglob("*") if path.is_file())
    print(
        f"{kind}: {size / 2**20:.0f} MB; {ours[1] / theirs[1]:.2f} times the processor time, "
        f"{ours[2] / theirs[2]:.2f} after imports, {ours[0] / theirs[0]:.2f} on the clock"
    )
