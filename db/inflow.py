"""The way into the stage: a thread writes tables to files while the next ones are being made."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from queue import Queue
from threading import Thread

import duckdb
import pyarrow as pa
from pyarrow import parquet

WAITING = 4
"""Tables that may wait: more would only take memory."""

FEW = ("run_id", "dataset", "category", "sample", "finish", "meta", "n_tokens", "target",
       "dimension", "scorer", "up", "role", "act", "origin", "person", "field")  # fmt: skip
"""Columns that mostly hold few values: kept once each."""


class Inflow:
    """Appends Arrow tables to Parquet files, in a folder that goes when this is closed.

    What goes wrong in the thread is raised by the next call, as the store's own error.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tailscope-stage-")
        self._open: dict[str, parquet.ParquetWriter] = {}
        self._files: dict[str, list[Path]] = {}
        self._queue: Queue[tuple[str, pa.Table | None] | None] = Queue(WAITING)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, table: str, incoming: pa.Table) -> None:
        """Appends rows, soon; waits while too many are on their way."""
        self._raise()
        self._queue.put((table, incoming))

    def settle(self) -> None:
        """Waits until everything is where it belongs."""
        self._queue.put(("", None))
        self._queue.join()
        self._raise()

    def files(self, table: str) -> list[str]:
        """The files that hold all rows of a table that have settled."""
        return list(map(str, self._files.get(table, [])))

    def close(self) -> None:
        """Ends the thread and drops everything; what was not taken in yet never is."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        while self._open:
            with suppress(OSError):  # there is no space to end the file either, and no need
                self._open.popitem()[1].close()
        self._folder.cleanup()

    def _raise(self) -> None:
        if isinstance(self._error, OSError):  # no space left, most of the time
            raise duckdb.IOException(f"rows cannot be put aside: {self._error}") from self._error
        if self._error:
            raise self._error

    def _run(self) -> None:
        while (added := self._queue.get()) is not None:
            table, incoming = added
            try:
                if self._error is None:
                    self._take(table, incoming)
            except BaseException as error:  # noqa: BLE001  it is raised where rows are added
                self._error = error
            finally:
                added = incoming = None  # a waiting thread must not keep the rows alive
                self._queue.task_done()
        self._queue.task_done()

    def _take(self, table: str, incoming: pa.Table | None) -> None:
        if incoming is None:
            while self._open:
                self._open.popitem()[1].close()
            return
        if table not in self._open:
            files = self._files.setdefault(table, [])
            path = Path(self._folder.name) / f"{table}-{len(files)}.parquet"
            coded = [name for name in FEW if name in incoming.schema.names]
            self._open[table] = parquet.ParquetWriter(
                path, incoming.schema, compression="none", use_dictionary=coded,
                write_statistics=False, store_schema=False,
            )  # fmt: skip
            files.append(path)
        self._open[table].write_table(incoming)
