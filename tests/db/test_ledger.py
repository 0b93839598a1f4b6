"""The ledger's tables: what the migrations make is what the code expects, on both databases."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from db import assignments, campaigns, imports, labels, ledger, people
from db.labels import Label


def binaries() -> Path | None:
    """The folder of a PostgreSQL server; None where this machine has none."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    if found := shutil.which("initdb"):
        places.insert(0, Path(found).resolve().parent)
    return next((p for p in places if (p / "initdb").exists() and (p / "pg_ctl").exists()), None)


def servant() -> str | None:
    """Whom the server runs as: root may not. None: whoever runs the tests."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), "nobody")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, thrown away afterwards."""
    found = binaries()
    if found is None:
        pytest.skip("no PostgreSQL server on this machine: install one to test against it")
    user = servant()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        if user:
            shutil.chown(folder, user)

        def run(*words: str) -> None:
            subprocess.run(
                [str(found / words[0]), *words[1:]], user=user, cwd="/", check=True, timeout=60,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip

        run("initdb", "-D", str(data), "-U", "ledger", "-A", "trust", "--no-sync")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-D", str(data), "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql+pg8000://ledger@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty ledger on each of the two databases."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    else:
        url = request.getfixturevalue("postgres")
    opened = ledger.connect(url)
    yield opened
    if request.param == "postgresql":
        with opened.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    opened.dispose()


def save(engine: sa.Engine, event: str, person: str = "ann", act: str = "refused") -> bool:
    label = Label(event, "c", person, ("r", "i", 1), "act_harm", 1, 1, {"act": act})
    return labels.save(engine, label)


def test_the_migrations_make_the_tables_the_code_expects(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, ledger.metadata) == []


def test_the_newest_migration_is_known_by_the_name_of_its_file(engine: sa.Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(ledger.MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    assert ledger._newest(engine)
    with engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == head
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert not ledger._newest(engine)


def test_migrating_twice_changes_nothing(engine: sa.Engine) -> None:
    save(engine, "e1")
    ledger.migrate(engine)
    assert len(labels.current(engine)) == 1


def test_a_label_an_undo_and_an_import_live_on_both_databases(engine: sa.Engine) -> None:
    assert save(engine, "e1")
    assert labels.undo(engine, "e2", "c", "ann") == ("r", "i", 1)
    assert labels.current(engine) == []
    rows = [("r", f"i{n}", 1, "bo", "act", "hedged") for n in range(7)]
    assert imports.add_many(engine, rows, scheme="x") == 7
    assert imports.add_many(engine, rows, scheme="x") == 0
    assert {row["item_id"] for row in labels.current(engine)} == {f"i{n}" for n in range(7)}


def test_a_campaign_and_its_people_live_on_both_databases(engine: sa.Engine) -> None:
    people.add(engine, "ann")
    people.add(engine, "ann", role="lead")
    assert [(row["person"], row["role"]) for row in people.every(engine)] == [("ann", "annotator")]
    drawn = [(("r", f"i{n}", 1), 0.25) for n in range(3)]
    key = campaigns.start(engine, "Spring", ("s", 1), ("g", 1), "all", 7, drawn, "ann")
    assert [r["place"] for r in assignments.bring(engine, key, "ann", [1], 3)] == [2, 3, 1]
    assert [row["probability"] for row in campaigns.cases(engine, key)] == [0.25, 0.25, 0.25]


def test_people_saving_at_once_lose_nothing(engine: sa.Engine) -> None:
    def work(person: str) -> None:
        for n in range(10):
            save(engine, f"{person}-{n}", person)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("ann", "bo", "cy", "di")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = labels.history(engine, ("r", "i", 1))
    assert {row["event"] for row in kept} == {
        f"{person}-{n}" for person in ("ann", "bo", "cy", "di") for n in range(10)
    }


def test_every_write_changes_the_version_the_caches_hang_on(engine: sa.Engine) -> None:
    before = ledger.version(engine)
    save(engine, "e1")
    between = ledger.version(engine)
    labels.undo(engine, "e2", "c", "ann")
    assert before < between < ledger.version(engine)


def test_after_a_text_no_store_can_write_everybody_gets_their_own_answers(
    engine: sa.Engine,
) -> None:
    with pytest.raises(UnicodeEncodeError):
        save(engine, "half", act="\ud83d")
    assert [save(engine, f"e{n}") for n in range(3)] == [True] * 3
    assert campaigns.every(engine) == []
    assert {row["event"] for row in labels.current(engine)} == {"e2"}
