"""When to stop asking an endpoint: it refuses for good, or nobody has been there for long."""

from __future__ import annotations

import threading

from scoring.endpoint import WRONG, Failed
from scoring.place import Unfit

GIVE_UP = 12
"""Requests in a row without an answer, after which the endpoint is taken to be down."""


class Patience:
    """Counts what came back from one endpoint; may be used by several threads at once."""

    def __init__(self, endpoint: str) -> None:
        """Nothing has been asked yet."""
        self.endpoint, self._silent, self._count = endpoint, 0, threading.Lock()

    def answered(self) -> None:
        """Somebody is there."""
        with self._count:
            self._silent = 0

    def failed(self, error: Failed) -> None:
        """One more without an answer. Raises Unfit where going on is of no use."""
        if error.status in WRONG:
            raise Unfit(
                f"the endpoint {self.endpoint} refuses: {WRONG[error.status]} ({error})",
                "see the address, the model's name there, and the variable that holds the key",
            ) from error
        with self._count:
            self._silent += 1
            down = self._silent >= GIVE_UP
        if down:
            raise Unfit(
                f"the endpoint {self.endpoint} gave no answer {GIVE_UP} times in a row: {error}",
                "see whether it is up, then try the job again: what came is kept",
            ) from error
