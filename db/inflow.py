"""The way into the stage: a thread hands tables to DuckDB while the next ones are being made."""

from __future__ import annotations

from queue import Queue
from threading import Thread

import pyarrow as pa

from db.warehouse import Connection

WAITING = 4
"""Tables that may wait: more would only take memory."""
TOGETHER = 2**25
"""Bytes of a table that are taken in at once: each time DuckDB is asked costs milliseconds."""


class Inflow:
    """Appends Arrow tables to tables of one cursor, which nobody else may use until it settled.

    What goes wrong in the thread is raised by the next call.
    """

    def __init__(self, cursor: Connection) -> None:
        self._cursor = cursor
        self._held: dict[str, list[pa.Table]] = {}
        self._queue: Queue[tuple[str, pa.Table | None] | None] = Queue(WAITING)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, table: str, incoming: pa.Table) -> None:
        """Appends rows, soon; waits while too many are on their way."""
        if self._error:
            raise self._error
        self._queue.put((table, incoming))

    def settle(self) -> None:
        """Waits until everything is where it belongs."""
        self._queue.put(("", None))
        self._queue.join()
        if self._error:
            raise self._error

    def close(self) -> None:
        """Ends the thread; what was not taken in yet never is."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

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
            for name in list(self._held):
                self._insert(name)
            return
        held = self._held.setdefault(table, [])
        held.append(incoming)
        if sum(part.nbytes for part in held) > TOGETHER:
            self._insert(table)

    def _insert(self, table: str) -> None:
        self._cursor.register("incoming", pa.concat_tables(self._held.pop(table)))
        self._cursor.execute(f"INSERT INTO {table} FROM incoming")
        self._cursor.unregister("incoming")
