"""Scores of an Inspect sample: values, why there is none, acts they tell of, edits by people."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from data.answer import Act, Answer, Said, Score
from data.mapping import Up
from data.read.inspect.text import Resolve, entries, short, table

LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0}
VERDICTS = {"C": "correct", "P": "partial", "I": "incorrect", "N": "no answer"}
WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
"""Words that Inspect's own metrics take for 1 and 0."""
NO_ANSWER = "N"
REFUSED, COULD_NOT = "refusal", ("no_response", "invalid_response_format")
UNCHANGED = "UNCHANGED"
CORRECT = "correct"


@dataclass(slots=True)
class Tally:
    """What one scorer gave on one dimension, over a log."""

    given: int = 0
    nothing: int = 0
    """No value, and Inspect's metrics take it for 0: `N`, and text they cannot read."""
    left_out: int = 0
    """No value, and Inspect's metrics leave it out."""


@dataclass(slots=True)
class Tallies:
    """What all scorers gave, by (scorer, dimension); `accurate` names those scored by accuracy."""

    accurate: Collection[str] = ()
    by: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def add(self, score: Score, unread: bool) -> None:
        """Counts one score; `unread` where the log holds a value that is no number here."""
        tally = self.by.setdefault((score.scorer, score.dimension), Tally())
        if score.value is not None:
            tally.given += 1
        elif unread:
            tally.nothing += 1
        else:
            tally.left_out += 1


def take(held: Any, told: Answer, tallies: Tallies, resolve: Resolve) -> None:
    """Puts the scores of a sample (`scores`, by scorer) into the answer, with acts and labels."""
    for name, entry in table(held).items():
        scorer, score = name, entry if isinstance(entry, dict) else {"value": entry}
        reason = _reason(score)
        explanation = resolve(short(score.get("explanation")))
        if explanation.strip() == (told.response or "").strip():
            explanation = ""  # matchers give the answer itself as their explanation
        for dimension, value, up in _values(scorer, score.get("value"), tallies.accurate):
            number = read(value)
            raw = _raw(value, number, reason, explanation)
            one = Score(dimension, scorer, number, raw, up)
            told.scores.append(one)
            tallies.add(one, unread=number is None and not _empty(value))
        if act := _act(scorer, score.get("value"), reason, told.response):
            told.acts.append(act)
        told.labels += _edits(scorer, score, tallies.accurate)
        _kept(scorer, score, told, resolve)


def read(value: Any) -> float | None:
    """A scalar value as a number: C, P, I, True, a number, a number or yes/no as text.

    >>> read("C"), read("P"), read(True), read("0.25"), read("yes"), read("N"), read("B")
    (1.0, 0.5, 1.0, 0.25, 1.0, None, None)
    """
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        if value in LETTERS:
            return LETTERS[value]
        word = value.strip().lower()
        if word in WORDS:
            return WORDS[word]
    if not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def dimension_of(scorer: str, value: Any, accurate: Collection[str]) -> tuple[str, Up]:
    """`correct` for a verdict, and for whatever the log counts by accuracy; else the scorer's name.

    >>> dimension_of("match", "I", ()), dimension_of("bleu", 0.3, ()), dimension_of("f", 1, ["f"])
    (('correct', 'good'), ('bleu', 'neither'), ('correct', 'good'))
    """
    if scorer in accurate or (isinstance(value, str) and value in VERDICTS):
        return CORRECT, "good"
    return scorer, "neither"


def _values(scorer: str, value: Any, accurate: Collection[str]) -> Iterator[tuple[str, Any, Up]]:
    """(dimension, scalar, direction): one of a scalar, one per key of an object or list entry."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield key, one, "good" if isinstance(one, str) and one in VERDICTS else "neither"
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield f"{scorer} {n + 1}", one, "neither"
    else:
        dimension, up = dimension_of(scorer, value, accurate)
        yield dimension, value, up


def _reason(score: dict[str, Any]) -> str:
    """Why a score is out of the ordinary; older logs keep it in the score's metadata."""
    older = table(score.get("metadata")).get("unscored_reason")
    return short(score.get("reason") or older)


def _raw(value: Any, number: float | None, reason: str, explanation: str) -> str | None:
    """The explanation of a value; where there is none, first what stands in its place."""
    if number is not None:
        said = reason if reason else "" if explanation else short(value)
    else:
        said = reason or ("not scored" if _empty(value) else short(value))
    return ": ".join(filter(None, (said, explanation))) or None


def _empty(value: Any) -> bool:
    """Whether a value says that nothing was scored, as Inspect's metrics understand it."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _act(scorer: str, value: Any, reason: str, response: str | None) -> Act | None:
    """What the scorer says the model did. A grader that failed says nothing of the model."""
    origin = f"inspect:{scorer}"
    if reason == REFUSED:
        return Act("refused", origin, reason)
    if reason in COULD_NOT:
        return Act("could_not_act", origin, reason)
    if value != NO_ANSWER or reason:
        return None
    if not (response or "").strip():
        return Act("could_not_act", origin, "N: no answer, and the response is empty")
    return Act("abstained", origin, "N: no answer")


def _edits(scorer: str, score: dict[str, Any], accurate: Collection[str]) -> Iterator[Said]:
    """Values that a person gave later, as the score's history tells."""
    for edit in map(table, entries(score.get("history"))):
        author, value = table(edit.get("provenance")).get("author"), edit.get("value")
        if not author or value is None or value == UNCHANGED:
            continue
        dimension, _ = dimension_of(scorer, value, accurate)
        word = VERDICTS.get(value) if isinstance(value, str) else None
        yield Said(short(author), dimension, word or short(value))


def _kept(scorer: str, score: dict[str, Any], told: Answer, resolve: Resolve) -> None:
    """What else a score says: the answer it read, its history, small facts of its metadata."""
    answer = resolve(short(score.get("answer")))
    if answer and answer.strip() != (told.response or "").strip():
        told.meta.setdefault("answers", {})[scorer] = answer
    history = [
        {key: value for key, value in edit.items() if key != "metadata" and value != UNCHANGED}
        for edit in map(table, entries(score.get("history")))
    ]
    if history:
        told.meta.setdefault("score_history", {})[scorer] = history
    facts = {
        key: value
        for key, value in table(score.get("metadata")).items()
        if isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) < 200)
    }
    if facts:
        told.meta.setdefault("score_facts", {})[scorer] = facts
        for key, value in facts.items():
            told.meta.setdefault(key, value)  # where lenses look for a field by its name
