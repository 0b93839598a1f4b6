"""Did the answer abstain: say that it cannot know."""

from __future__ import annotations

from typing import ClassVar

from scoring.refusal import Refusal


class Abstention(Refusal):
    """An act and a score an answer, as for refusals; a refusal is no abstention and scores 0."""

    act: ClassVar[str] = "abstained"
    dimension: ClassVar[str] = "abstention"
    named: ClassVar[tuple[str, ...]] = ("abstain", "abstention", "unknown", "idk", "uncertain")
