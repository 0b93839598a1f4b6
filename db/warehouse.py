"""The warehouse: model outputs and scores in DuckLake tables, written in snapshots."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import duckdb
import duckdb_extensions
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random_exponential

Connection = duckdb.DuckDBPyConnection
Result = TypeVar("Result")

TABLES = {
    "runs": "run_id VARCHAR, model VARCHAR, revision VARCHAR, dataset VARCHAR, format VARCHAR, "
    "source VARCHAR, sha256 VARCHAR, params JSON, made_at TIMESTAMP, loaded_by VARCHAR",
    "items": "dataset VARCHAR, item_id VARCHAR, prompt VARCHAR, opening VARCHAR, category VARCHAR, "
    "target VARCHAR, choices JSON, answerable BOOLEAN, should_abstain BOOLEAN, "
    "tags MAP(VARCHAR, VARCHAR)",
    "outputs": "run_id VARCHAR, item_id VARCHAR, sample INTEGER, response VARCHAR, "
    "opening VARCHAR, option_logprobs MAP(VARCHAR, DOUBLE), finish VARCHAR, n_tokens BIGINT, "
    "meta JSON",
    "scores": "run_id VARCHAR, item_id VARCHAR, sample INTEGER, dimension VARCHAR, "
    "scorer VARCHAR, value DOUBLE, raw VARCHAR, up VARCHAR",
    "steps": "run_id VARCHAR, item_id VARCHAR, sample INTEGER, step INTEGER, role VARCHAR, "
    "content VARCHAR, state VARCHAR, flags VARCHAR[]",
    "acts": "run_id VARCHAR, item_id VARCHAR, sample INTEGER, act VARCHAR, origin VARCHAR, "
    "why VARCHAR",
    "checks": "run_id VARCHAR, metric VARCHAR, reported DOUBLE, recomputed DOUBLE, n BIGINT, "
    "agrees BOOLEAN, why VARCHAR",
    "refused_rows": "sha256 VARCHAR, source VARCHAR, line BIGINT, why VARCHAR, raw VARCHAR",
    "turn": "n BIGINT",
}
"""Table -> its columns. `opening` is the first words of a long text, so that no list reads the
long column; `up` says what a higher score means: harm, good or neither. Times are UTC."""

ERRORS = (duckdb.Error,)
"""What opening or asking this store can raise."""

GROUP = 25_000
"""Rows of a Parquet row group: a fifth of the default."""
TEXTS, FEWER = ("outputs", "items", "steps"), 2_048
"""Tables of long texts, and the rows of their row groups: a thread holds several times one in
memory, to write it and to read any of it."""
OPENING = 160
"""Characters of a long text kept in its `opening`."""


def locked(error: BaseException) -> bool:
    """Whether another writer was in the way, so that trying again will help."""
    words = str(error).lower()
    return isinstance(error, duckdb.Error) and any(
        sign in words for sign in ("locked", "conflict", "could not serialize", "deadlock")
    )


patient = retry(
    retry=retry_if_exception(locked),
    wait=wait_random_exponential(multiplier=0.05, max=2),
    stop=stop_after_delay(120),
    reraise=True,
)
"""Tries a write again for two minutes while another writer holds the catalog."""

_loading = threading.Lock()
_checked: set[str] = set()
"""Extensions whose signature this process has checked, which takes a tenth of a second each."""


def connect(catalog: str, files: str) -> Connection:
    """One DuckDB with the lake attached as `lake` and its tables made.

    `catalog` is what follows `ducklake:` (`sqlite:PATH`, `postgres:dbname=…`), `files` the folder
    or `s3://` place of the Parquet files. Every thread works on a `.cursor()` of it.
    """
    connection = _opened(catalog, files)
    _attach(connection, catalog, files)
    return connection


def _opened(catalog: str, files: str) -> Connection:
    # what does not fit in memory is put aside here, not beside wherever the process was started
    aside = Path(tempfile.gettempdir()) / f"tailscope-{os.getpid()}"
    kind = catalog.partition(":")[0]
    needed = ["ducklake", "postgres_scanner" if kind == "postgres" else "sqlite_scanner"]
    if files.startswith("s3://"):
        needed.append("httpfs")
    else:
        Path(files).mkdir(parents=True, exist_ok=True)
    with _loading:
        known = _checked.issuperset(needed)
        connection = duckdb.connect(
            config={"temp_directory": str(aside), "allow_unsigned_extensions": known}
        )
        for name in needed:
            duckdb_extensions.import_extension(name)
            connection.load_extension(name)
        _checked.update(needed)
        connection.execute("SET allow_unsigned_extensions = false")
    return connection


def at(catalog: str, files: str, version: int) -> Connection:
    """A DuckDB of its own with the lake as it was at snapshot `version`, to be read alone.

    Raises LookupError where there is no such snapshot.
    """
    connection = _opened(catalog, files)
    place, folder = catalog.replace("'", "''"), files.replace("'", "''")
    try:
        connection.execute(
            f"ATTACH 'ducklake:{place}' AS lake (DATA_PATH '{folder}', OVERRIDE_DATA_PATH true, "
            f"SNAPSHOT_VERSION {int(version)}{_lock(catalog)})"
        )
    except duckdb.Error as error:
        connection.close()
        if "snapshot" in str(error).lower():
            raise LookupError(f"there is no snapshot {version}") from error
        raise
    return connection


def taken(connection: Connection, version: int) -> datetime | None:
    """When a snapshot was taken, in UTC; None where there is none."""
    row = (
        connection.cursor()
        .execute(
            "SELECT epoch_us(snapshot_time) FROM lake.snapshots() WHERE snapshot_id = ?", [version]
        )
        .fetchone()
    )
    return datetime.fromtimestamp(row[0] / 1e6, UTC) if row else None


def _lock(catalog: str) -> str:
    waits = catalog.startswith("sqlite")
    return ", META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT 5000" if waits else ""


@patient
def _attach(connection: Connection, catalog: str, files: str) -> None:
    lock = _lock(catalog)
    place = catalog.replace("'", "''")
    folder = files.replace("'", "''")
    if not connection.execute(
        "SELECT 1 FROM duckdb_databases() WHERE database_name = 'lake'"
    ).fetchall():
        connection.execute(
            f"ATTACH 'ducklake:{place}' AS lake "
            f"(DATA_PATH '{folder}', OVERRIDE_DATA_PATH true{lock})"
        )
    there = {
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake'"
        ).fetchall()
    }
    if TABLES.keys() - there:
        write(connection, _tables)
        write(connection, _fewer)  # of a table that is there: another transaction


def _tables(cursor: Connection) -> None:
    for name, columns in TABLES.items():
        cursor.execute(f"CREATE TABLE IF NOT EXISTS lake.{name} ({columns})")
    cursor.execute(f"CALL lake.set_option('parquet_row_group_size', '{GROUP}')")
    if not cursor.execute("SELECT 1 FROM lake.turn").fetchall():
        cursor.execute("INSERT INTO lake.turn VALUES (0)")


def _fewer(cursor: Connection) -> None:
    for name in TEXTS:
        cursor.execute(
            f"CALL lake.set_option('parquet_row_group_size', '{FEWER}', table_name => '{name}')"
        )


@patient
def within(cursor: Connection, work: Callable[[Connection], Result]) -> Result:
    """Runs `work` on `cursor` in one transaction: all of it lands, as one snapshot, or nothing.

    Tried again when another writer was in the way, so `work` must be repeatable.
    """
    cursor.execute("BEGIN")
    try:
        result = work(cursor)
        cursor.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.TransactionException):  # a failed commit has already rolled back
            cursor.execute("ROLLBACK")
        raise
    return result


def write(connection: Connection, work: Callable[[Connection], Result]) -> Result:
    """`within` on a cursor of its own."""
    cursor = connection.cursor()
    try:
        return within(cursor, work)
    finally:
        cursor.close()


def take_turn(cursor: Connection) -> None:
    """Makes this transaction clash with every other that takes a turn, so that they go one by one.

    DuckLake lets appends pass each other; who must look before appending takes a turn first.
    """
    cursor.execute("UPDATE lake.turn SET n = n + 1")


def snapshot(connection: Connection) -> int:
    """The number of the newest snapshot: part of every cache key that reads the warehouse."""
    row = connection.cursor().execute("FROM lake.current_snapshot()").fetchone()
    return int(row[0]) if row else 0
