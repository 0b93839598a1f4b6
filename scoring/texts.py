"""Which text of a case is scored, or why there is none."""

from __future__ import annotations

from typing import Literal

from scoring.scorer import Case

About = Literal["response", "prompt", "both"]


class Absent(Exception):
    """There is no text to score; says why."""


def judged(case: Case, about: About) -> str | tuple[str, str] | Absent:
    """The answer, the prompt, or both.

    >>> judged(Case("1", "Who?", response="She."), "both")
    ('Who?', 'She.')
    >>> str(judged(Case("1", "Who?"), "response"))
    'there is no answer to score'
    """
    if about == "prompt":
        return case.prompt if case.prompt.strip() else Absent("there is no prompt to score")
    if case.response is None or not case.response.strip():
        return Absent("there is no answer to score")
    return case.response if about == "response" else (case.prompt, case.response)
