"""The warehouse: a write lands whole as one snapshot, or not at all, also between processes."""

from __future__ import annotations

import os
import signal
import time

import pytest

from app.service import stores as opened
from app.service.loading import load as loading
from app.settings import Settings
from db import warehouse
from tests.forked import FORKED


def load(home, path, name, answers):
    """In a process of its own: opens the stores and loads one file."""
    stores = opened.connect(Settings(home=home))
    report = loading.load(stores, path, name=name)
    answers.put([(run.run, run.already) for run in report.loaded])


def together(jobs):
    """Runs the loads at once; what each of them answered."""
    answers = FORKED.Queue()
    processes = [FORKED.Process(target=load, args=(*job, answers)) for job in jobs]
    for process in processes:
        process.start()
    told = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    return told


def body(rows, word="x"):
    return "id,prompt,response,bias_j\n" + "".join(f"{i},p{i},{word},0.5\n" for i in range(rows))


def test_a_write_that_fails_leaves_no_snapshot(stores, held):
    before = held(stores)

    def work(cursor):
        cursor.execute("INSERT INTO lake.items (dataset, item_id) VALUES ('d', '1')")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        warehouse.write(stores.warehouse, work)
    assert held(stores) == before


def test_only_another_writer_in_the_way_is_worth_another_try():
    assert warehouse.locked(warehouse.duckdb.TransactionException("database is locked"))
    assert not warehouse.locked(warehouse.duckdb.CatalogException("no such table"))
    assert not warehouse.locked(OSError("locked"))


def test_the_same_file_loaded_by_two_processes_at_once_lands_once(tmp_path, put):
    home, path = tmp_path / "home", put("a.csv", body(3_000))
    told = together([(home, path, "one.csv"), (home, path, "two.csv")])
    assert told[0][0][0] == told[1][0][0]
    assert sorted(already for ((_, already),) in told) == [False, True]
    stores = opened.connect(Settings(home=home))
    found = stores.warehouse.execute(
        """SELECT (SELECT count(*) FROM lake.runs), (SELECT count(*) FROM lake.items),
                  (SELECT count(*) FROM lake.outputs), (SELECT count(*) FROM lake.scores)"""
    ).fetchall()
    assert found == [(1, 3_000, 3_000, 3_000)]


def test_files_loaded_by_several_processes_at_once_all_land(tmp_path, put):
    home = tmp_path / "home"
    jobs = [(home, put(f"m{n}.csv", body(400, f"w{n}")), "") for n in range(4)]
    together(jobs)
    stores = opened.connect(Settings(home=home))
    found = stores.warehouse.execute(
        "SELECT r.model, count(*) FROM lake.outputs JOIN lake.runs r USING (run_id) GROUP BY 1"
    ).fetchall()
    assert sorted(found) == [(f"m{n}", 400) for n in range(4)]


def test_a_load_that_is_killed_leaves_nothing_and_can_be_done_again(tmp_path, put):
    home, path = tmp_path / "home", put("a.csv", body(60_000))
    stores = opened.connect(Settings(home=home))
    before = warehouse.snapshot(stores.warehouse)
    answers = FORKED.Queue()
    process = FORKED.Process(target=load, args=(home, path, "", answers))
    process.start()
    # killed once it has begun to write the Parquet files of what it read
    until = time.monotonic() + 60
    while time.monotonic() < until and not any(home.rglob("outputs/*.parquet")):
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert warehouse.snapshot(stores.warehouse) == before
    assert stores.warehouse.execute("SELECT count(*) FROM lake.outputs").fetchall() == [(0,)]
    report = loading.load(stores, path)
    assert (report.loaded[0].outputs, report.loaded[0].already) == (60_000, False)
