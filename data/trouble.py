"""What a person can put right: said once, in the frame of the app or by the shell."""

from __future__ import annotations


class Trouble(Exception):
    """Something the person can put right.

    `what` names the value and the limit it broke; `fix` names the way out.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what} ({self.fix})"
