"""A worker's signs of life and its log: kept while it works, and never with a secret in it."""

from __future__ import annotations

import logging
import os
import platform
import re
import threading
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any
from uuid import uuid4

from app.service.scoring import machine
from app.service.stores import Stores
from db import jobs, ledger, workers

BEAT = 3
"""Seconds between two signs."""
LINES, LONGEST = 300, 400
"""Lines of log kept of one try at a job, and characters of a line."""
SECRET = re.compile(r"(TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIAL)", re.IGNORECASE)
TOLD = ("torch", "transformers", "ray", "tailscope")


class Signs(logging.Handler):
    """Shows that a worker is up, from a thread of its own; takes what is logged into its job.

    Where the process that started it is gone, it ends itself: half a server is none.
    """

    def __init__(self, stores: Stores, role: str, *, beside: bool = False) -> None:
        super().__init__(logging.WARNING)
        self.worker = uuid4().hex[:12]
        self._stores, self._role, self._beside = stores, role, beside
        self._job, self._lines = "", 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._secrets = [v for k, v in os.environ.items() if SECRET.search(k) and len(v) >= 6]
        self._gpus: list[dict[str, Any]] = []
        body = self._show()
        self.host = str(body["host"])

    def __enter__(self) -> Signs:
        self._thread.start()
        logging.getLogger().addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        logging.getLogger().removeHandler(self)
        self._stop.set()
        self._thread.join()
        workers.leave(self._stores.ledger, self.worker)

    def busy(self, job: str) -> None:
        """It has a job from here on."""
        self._job, self._lines = job, 0
        self._show()

    def told(self) -> dict[str, Any]:
        """What it ran on, for the record of the run."""
        found = {}
        for name in TOLD:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                continue
        names = [gpu["name"] for gpu in self._gpus]
        return {
            "device": ", ".join(names) or "processor", "host": self.host,
            "versions": found | {"python": platform.python_version()},
        }  # fmt: skip

    def log(self, line: str) -> None:
        """Keeps a line with the job, without the secrets of the environment."""
        if self._job and self._lines < LINES and line.strip():
            self._lines += 1
            jobs.append(self._stores.ledger, self._job, "log", {"line": self.plain(line)[:LONGEST]})

    def plain(self, line: str) -> str:
        """A text in which every secret of the environment is struck out."""
        for secret in self._secrets:
            line = line.replace(secret, "•••")
        return line

    def emit(self, record: logging.LogRecord) -> None:
        """Takes in what a library logs."""
        if not record.name.startswith(("sqlalchemy", "alembic")):
            self.log(f"{record.levelname.lower()} {record.name}: {record.getMessage()}")

    def _show(self) -> dict[str, Any]:
        body = machine.me(self._role, job=self._job)
        self._gpus = body["gpus"]
        workers.here(self._stores.ledger, self.worker, body)
        return body

    def _beat(self) -> None:
        parent, beats = os.getppid(), 0
        while not self._stop.wait(1.0):
            if self._beside and os.getppid() != parent:
                os._exit(0)
            beats += 1
            if beats % BEAT == 0:
                with suppress(*ledger.ERRORS):  # the next sign may come through
                    self._show()
