"""How long an export of a million answers takes beside DuckDB's own COPY of the same rows.

Both write the same columns of the answers joined with their prompts and runs, and the scores; the
export writes its card, checksums and measures of the tail too. The cells of a CSV are made inert by
an export: COPY is timed with bare ones and with such cells. Each runs in a process of its own, for
its peak memory. Processor time is told of the whole process and without its imports. A second
bench exports with a million labels beside.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa

from app.service import stores as opened
from app.service.exports import export
from app.service.exports.recipe import read
from app.service.loading import load
from app.settings import Settings
from db import labels as labels_of
from db.ledger import labels
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
asked = {"format": sys.argv[3], "labels": sys.argv[4]}
export.export(opened, read(asked), Path(sys.argv[2]))
"""
THEIRS = """
import sys
from pathlib import Path
from app.settings import Settings
from db import warehouse
from db.columns import OUTPUTS
from data.write.cells import RISKY
from db.filter import OUTPUTS as JOINED
begin()
settings = Settings(home=Path(sys.argv[1]))
lake = warehouse.connect(settings.catalog_url, settings.files_path)
constant = {"dataset": "r.dataset", "run_id": "o.run_id", "model": "r.model",
            "revision": "r.revision", "source_sha256": "r.sha256",
            "license": "'unknown'", "probability": "1.0", "split": "NULL", "annotations": "NULL"}
sql = {**OUTPUTS, **constant}
named = ", ".join(f"{sql[name]} AS {name}" for name in OUTPUTS if name not in ("scores", "steps"))
how = {"parquet": "(FORMAT parquet, COMPRESSION zstd)", "jsonl": "(FORMAT json)",
       "csv": "(FORMAT csv, FORCE_QUOTE *)"}[sys.argv[3]]
def inert(name):
    first = f"{name} < '0' OR {name} BETWEEN ':' AND '@' OR {name} >= chr(61440)"
    risky = "regexp_matches({}, '{}')".format(name, RISKY.replace("'", "''"))
    coded = f"replace(replace({name}, '␀', '␀␀'), chr(0), '␀0')"
    told = f"if(contains({name}, '␀') OR contains({name}, chr(0)), {coded}, {name})"
    return f"CASE WHEN ({first}) AND {risky} THEN chr(39) || {told} ELSE {told} END AS {name}"
for table, query in (("outputs", f"SELECT {named} FROM {JOINED}"), ("scores", "FROM lake.scores")):
    if sys.argv[4:] == ["inert"]:
        told = lake.execute(f"DESCRIBE {query}").fetchall()
        cells = [inert(name) if kind == "VARCHAR" else name for name, kind, *_ in told]
        query = f"SELECT {', '.join(cells)} FROM ({query})"
    lake.execute(f"COPY ({query}) TO '{sys.argv[2]}/{table}' {how}")
"""


TIMED = """
import resource
from data import memory
memory.seldom()  # as the shell begins and ends, for both
def busy():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
def begin():
    global began
    began = busy()
{work}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(busy(), busy() - began, peak)
memory.leave()
"""


def took(work: str, *words: str) -> tuple[float, float, float, float]:
    """Seconds on the clock, of the processors, those without imports, and the peak in MB.

    The disk has written out what was there before, so that nobody waits for another's bytes.
    """
    os.sync()
    clock = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", TIMED.replace("{work}", work), *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    whole, own, peak = map(float, done.stdout.split()[-3:])
    return time.perf_counter() - clock, whole, own, peak


def million(places: pytest.TempPathFactory, name: str) -> Path:
    """A home with the answers loaded."""
    home = places.getbasetemp() / name
    if not home.exists():
        stores = opened.connect(Settings(home=home))
        load.load(stores, write(home / "rows.jsonl", ROWS, 60))
        stores.warehouse.close()
        stores.ledger.dispose()
    return home


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv"])
def test_an_export_beside_copy(tmp_path_factory: pytest.TempPathFactory, kind: str) -> None:
    home = million(tmp_path_factory, "million")
    place = tmp_path_factory.mktemp(kind)
    ours = took(OURS, str(home), str(place / "set"), kind, "settled")
    (place / "plain").mkdir()
    theirs = took(THEIRS, str(home), str(place / "plain"), kind)
    told = {"export": ours, "COPY": theirs}
    if kind == "csv":
        theirs = told["COPY of inert cells"] = took(
            THEIRS, str(home), str(place / "plain"), kind, "inert"
        )
    for name, (clock, whole, own, peak) in told.items():
        print(f"\n{kind} {name}: {clock:.1f} s on the clock, {whole:.1f} s processor, "
              f"{own:.1f} s of it after imports, peak {peak:.0f} MB")  # fmt: skip
    size = sum(path.stat().st_size for path in Path(place / "set").rglob("*") if path.is_file())
    print(
        f"{kind}: {size / 2**20:.0f} MB; beside the last COPY {ours[0] / theirs[0]:.2f} times on "
        f"the clock, {ours[1] / theirs[1]:.2f} the processor time, "
        f"{ours[2] / theirs[2]:.2f} after imports"
    )


def test_exports_that_follow_one_another_end(tmp_path: Path) -> None:
    """DuckDB can wait forever where its number of threads changes while a query is under way."""
    stores = opened.connect(Settings(home=tmp_path))
    load.load(stores, write(tmp_path / "rows.jsonl", 2_000, 60))
    recipes = [read({"format": kind, "mask": ["emails"]}) for kind in ("csv", "jsonl", "parquet")]
    clock, done = time.perf_counter(), []

    def exported() -> None:
        for n in range(200):
            told = export.export(stores, recipes[n % 3], tmp_path / f"{n}")
            done.append(told.rows["outputs"])

    thread = Thread(target=exported, daemon=True)
    thread.start()
    thread.join(600)
    assert done == [2_000] * 200
    print(f"\n200 exports of 2,000 answers: {time.perf_counter() - clock:.0f} s")


def label(home: Path, cases: int) -> None:
    """Two of twenty people label so many answers, in two fields each, straight into the ledger."""
    stores = opened.connect(Settings(home=home))
    query = f"SELECT run_id, item_id, sample FROM lake.outputs WHERE hash(item_id) % {ROWS} < ?"
    found = stores.warehouse.cursor().execute(query, [cases]).fetchall()
    draw, left, done = random.Random(1), iter(found), 0
    with stores.ledger.begin() as connection:
        for part in iter(lambda: list(islice(left, 5_000)), []):
            connection.execute(sa.insert(labels), [
                labels_of.row(
                    event, "label", f"person {who}", case, campaign="spring", scheme="act_harm",
                    scheme_version=1, guideline_version=1, field=field, value=value,
                    shown=f"{draw.getrandbits(256):064x}", seconds=9.5 * draw.random(),
                    made_at=f"2026-11-{1 + done % 28:02}T10:00:00.000000+00:00",
                )
                for case in part
                for who in draw.sample(range(20), 2)
                for event in [f"{draw.getrandbits(128):032x}"]
                for field, value in (("act", draw.choice(ACTS)), ("severity", draw.choice("01234")))
            ])  # fmt: skip
            done += 1
    stores.warehouse.close()
    stores.ledger.dispose()


ACTS = ("answered", "hedged", "abstained", "refused", "could_not_act")


@pytest.mark.parametrize("rule", ["settled", "dawid_skene"])
def test_an_export_with_a_million_labels(
    tmp_path_factory: pytest.TempPathFactory, rule: str
) -> None:
    home = million(tmp_path_factory, "labeled")
    if not (home / "done").exists():
        label(home, ROWS // 4)
        (home / "done").touch()
    place = tmp_path_factory.mktemp(rule)
    clock, whole, own, peak = took(OURS, str(home), str(place / "set"), "parquet", rule)
    print(f"\nlabels by {rule}: {clock:.1f} s on the clock, {whole:.1f} s processor, "
          f"{own:.1f} s of it after imports, peak {peak:.0f} MB")  # fmt: skip
