"""Writing by turns: who is written along with another is kept, or is told that they are not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import assignments, campaigns, labels, ledger, turn
from db.labels import Label


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    opened = ledger.connect(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield opened
    opened.dispose()


def end(_: sa.Connection) -> None:
    raise SystemExit


def test_who_waits_with_one_that_ends_is_kept_all_the_same(engine: sa.Engine) -> None:
    writing, go_on = threading.Event(), threading.Event()
    kept: list[bool] = []

    def first(_: sa.Connection) -> None:
        writing.set()
        go_on.wait(30)

    def save() -> None:
        said = Label("e", "c", "ann", ("r", "i", 1), "act_harm", 1, 1, {"act": "refused"})
        kept.append(labels.save(engine, said))

    def ends() -> None:
        with suppress(SystemExit):
            turn.write(engine, "c", end)

    threads = [threading.Thread(target=turn.write, args=(engine, "c", first))]
    threads[0].start()
    assert writing.wait(30)
    for work in (ends, save):
        threads.append(threading.Thread(target=work))
        threads[-1].start()
        while len(turn._lines[engine].waiting) < len(threads) - 1:
            time.sleep(0.001)
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert kept == [True]
    assert [row["event"] for row in labels.current(engine)] == ["e"]


def test_only_what_may_be_lost_does_not_wait_for_the_disk(engine: sa.Engine) -> None:
    drawn = [(("r", f"i{n}", 1), 1.0) for n in range(3)]
    key = campaigns.start(engine, "c", ("s", 1), ("g", 1), "all", 1, drawn, "lead", per_case=1)
    assert assignments.bring(engine, key, "ann")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
