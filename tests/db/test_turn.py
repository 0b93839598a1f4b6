"""Writing by turns: who is written along with another is kept, or is told that they are not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import assignments, campaigns, labels, ledger, turn
from db.labels import Label
from tests.db.test_ledger import postgres as postgres


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    opened = ledger.connect(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield opened
    opened.dispose()


def end(_: sa.Connection) -> None:
    """Ends the thread that asked for it, where it is that one which writes."""
    if threading.current_thread().name == "fail":
        raise SystemExit


def fill(connection: sa.Connection) -> None:
    """Writes more than the disk takes."""
    row = labels.row(
        "big", "label", "bo", ("r", "j", 1), campaign="c", scheme="s", scheme_version=1,
        field="comment", value="x" * 4_000_000, made_at=ledger.now(),
    )  # fmt: skip
    connection.execute(sa.insert(ledger.labels), [row])


def along(engine: sa.Engine, other: Callable[[sa.Connection], None]) -> list[bool]:
    """Saves a label in one transaction with `other`; what the save returned."""
    writing, go_on = threading.Event(), threading.Event()
    kept: list[bool] = []

    def first(_: sa.Connection) -> None:
        writing.set()
        go_on.wait(30)

    def save() -> None:
        said = Label("e", "c", "ann", ("r", "i", 1), "act_harm", 1, 1, {"act": "refused"})
        kept.append(labels.save(engine, said))

    def fail() -> None:
        with suppress(SystemExit, sa.exc.DBAPIError):
            turn.write(engine, "c", other)

    second = [fail, save] if other is end else [save, fail]  # who comes second writes for both
    works = [lambda: turn.write(engine, "c", first), *second]
    threads = [threading.Thread(target=work, name=work.__name__) for work in works]
    threads[0].start()
    assert writing.wait(30)
    for n, thread in enumerate(threads[1:], 1):
        thread.start()
        while len(turn._lines[engine].waiting) < n:
            time.sleep(0.001)
    go_on.set()
    for thread in threads:
        thread.join(60)
    return kept


@pytest.mark.parametrize("other", [end, fill])
def test_who_is_written_along_with_one_that_fails_is_kept(
    other: Callable[[sa.Connection], None], engine: sa.Engine
) -> None:
    with engine.connect() as connection:  # the one that will be written by
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={int(pages or 0) + 100}")
    assert along(engine, other) == [True]
    assert [row["event"] for row in labels.current(engine)] == ["e"]


def test_only_what_may_be_lost_does_not_wait_for_the_disk(engine: sa.Engine) -> None:
    drawn = [(("r", f"i{n}", 1), 1.0) for n in range(3)]
    key = campaigns.start(engine, "c", ("s", 1), ("g", 1), "all", 1, drawn, "lead", per_case=1)
    assert assignments.bring(engine, key, "ann")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_who_is_written_along_with_a_lost_connection_is_kept(postgres: str) -> None:
    engine = ledger.connect(postgres)

    def lose(connection: sa.Connection) -> None:
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    assert along(engine, lose) == [True]
    assert {row["event"] for row in labels.current(engine)} == {"e"}
    engine.dispose()
