"""Log-likelihoods of lm-evaluation-harness: options, which is right, which the model prefers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from string import ascii_uppercase
from typing import Any, NamedTuple

from data import check
from data.answer import Answer
from data.check import Refused

LETTERS = [*ascii_uppercase, *(a + b for a in ascii_uppercase for b in ascii_uppercase)]
"""Names of options that have none: A to Z, then AA to ZZ."""
_PLACES = re.compile(r"\[\s*\d+(?:\s*,\s*\d+)*\s*\]")


class Request(NamedTuple):
    """One request to a model: its context, and a continuation or settings with what follows."""

    context: Any
    rest: tuple[Any, ...]


@dataclass(slots=True)
class Options:
    """The options of one document in the order of its log, and what the model gave each."""

    prompt: str
    texts: list[str]
    keys: list[str]
    logs: list[float]
    greedy: list[bool]

    @property
    def best(self) -> int | None:
        """The place of the most probable option, the first of equals; None where one is unknown.

        >>> Options("", ["a", "b"], ["A", "B"], [-2.0, -1.0], [False, False]).best
        1
        """
        known = self.logs and not any(math.isnan(log) for log in self.logs)
        return self.logs.index(max(self.logs)) if known else None


def options(asked: Sequence[Request], resps: Any) -> Options | None:
    """The options a document was asked with; None where it was not asked so.

    Each request is one option. Where the harness asked for each option once more without its
    context (mutual information), only those with it count. Where the options are contexts and the
    continuation is one (as in Winogrande), the prompt holds `___` in their place.
    """
    if len(asked) < 2 or not isinstance(resps, list) or len(resps) != len(asked):
        return None
    pairs = [_pair(resp) for resp in resps]
    told = [(one.context, one.rest[0]) for one in asked if len(one.rest) == 1]
    if None in pairs or len(told) != len(asked):
        return None
    if not all(isinstance(c, str) and isinstance(t, str) for c, t in told):
        return None
    full = [place for place, (context, _) in enumerate(told) if context]
    bare = [place for place, (context, _) in enumerate(told) if not context]
    if [told[n][1].strip() for n in full] == [told[n][1].strip() for n in bare]:
        told, pairs = [told[n] for n in full], [pairs[n] for n in full]
    if len(told) > len(LETTERS):
        raise Refused(f"has {len(told)} options, more than {len(LETTERS)}")
    logs, greedy = zip(*(pair for pair in pairs if pair), strict=True)
    prompt, texts = _parts(told)
    lettered = all(len(text) == 1 and text.isalnum() for text in texts)
    keys = texts if lettered and len(set(texts)) == len(texts) else LETTERS[: len(texts)]
    return Options(prompt, texts, list(keys), list(logs), list(greedy))


def answer(told: Answer, found: Options, line: Mapping[str, Any]) -> None:
    """Writes options, log-probabilities, the right one and the preferred one into an answer."""
    told.choices = _texts(found, line)
    if any(math.isnan(log) or log == math.inf for log in found.logs):
        told.meta["logprobs"] = [str(log) for log in found.logs]
    else:
        told.option_logprobs = dict(zip(found.keys, found.logs, strict=True))
    best = found.best
    told.response = None if best is None else found.texts[best]
    sure = [key for key, certain in zip(found.keys, found.greedy, strict=True) if certain]
    if sure:
        told.meta["greedy"] = sure[0]
    right = gold(found, line.get("target"), line.get("acc"))
    if right is None and told.target is not None:
        told.meta["target"] = told.target
    told.target = None if right is None else found.keys[right]


def gold(found: Options, target: Any, acc: Any) -> int | None:
    """The place of the right option; None where the line names none, or several.

    The harness writes a place from 0 or a text, as text. Of several readings the first is taken
    that agrees with `acc`, which says whether the most probable option is right; an `acc` between
    0 and 1 is a mass over several right ones.
    """
    said, right = (check.text(target) or "").strip(), _flag(acc)
    if not said or (acc is not None and right is None):
        return None
    if _PLACES.fullmatch(said):
        readings = [int(place) for place in re.findall(r"\d{1,6}", said)]
        if len(readings) > 1:
            return None
    else:
        readings = [int(said)] if said.isascii() and said.isdecimal() and len(said) < 6 else []
    for held in (found.texts, found.keys):
        readings += [held.index(said)] if held.count(said) == 1 else []
    readings = [place for place in readings if place < len(found.keys)]
    best = found.best
    if right is not None and best is not None:
        readings = [place for place in readings if (place == best) == right]
        if not readings and len(found.keys) == 2:
            return best if right else 1 - best
    return readings[0] if readings else None


def likelihoods(asked: Sequence[Request], resps: Any) -> dict[str, Any] | None:
    """The log-probability of a given text, as meta; None where the model wrote a text itself."""
    if not asked or not isinstance(resps, list) or not resps:
        return None
    given = asked[0].rest
    if not given:  # the whole text was measured
        flat = resps[0][0] if isinstance(resps[0], list) and resps[0] else resps[0]
        try:
            return {"logprob": _told(float(flat))}
        except (TypeError, ValueError, OverflowError):
            return None
    pair = _pair(resps[0])
    if pair is None or not isinstance(given[0], str) or len(asked) > 1:
        return None
    return {"logprob": _told(pair[0]), "greedy": pair[1], "continuation": given[0]}


def _told(log: float) -> float | str:
    return log if math.isfinite(log) else str(log)


def _texts(found: Options, line: Mapping[str, Any]) -> list[str]:
    """What the options say: the document's own choices where the log scored their letters only."""
    doc = line.get("doc")
    held = doc.get("choices") if isinstance(doc, dict) else None
    if isinstance(held, dict):
        held = held.get("text")
    fits = isinstance(held, list) and len(held) == len(found.texts)
    if fits and found.keys == found.texts and all(isinstance(text, str) for text in held or ()):
        return [str(text) for text in held or ()]
    return found.texts


def _parts(told: Sequence[tuple[str, str]]) -> tuple[str, list[str]]:
    """The prompt, and the text of each option."""
    contexts, ends = [c for c, _ in told], [e for _, e in told]
    if len(set(contexts)) == 1 or len(set(ends)) > 1:
        return contexts[0], [end.strip() for end in ends]
    alike = (len(set(signs)) == 1 for signs in zip(*contexts, strict=False))
    start = contexts[0][: sum(takewhile(bool, alike))]
    start = start[: max(start.rfind(" "), start.rfind("\n")) + 1]
    return f"{start}___{ends[0]}", [context[len(start) :].strip() for context in contexts]


def _pair(resp: Any) -> tuple[float, bool] | None:
    """Log-likelihood and whether it was the greedy choice, from strings or from values."""
    while isinstance(resp, list) and len(resp) >= 1 and isinstance(resp[0], list):
        resp = resp[0]
    if not isinstance(resp, list) or len(resp) != 2 or str(resp[1]) not in ("True", "False"):
        return None
    try:
        return float(resp[0]), str(resp[1]) == "True"
    except (TypeError, ValueError, OverflowError):
        return None


def _flag(acc: Any) -> bool | None:
    try:
        return {0.0: False, 1.0: True}.get(float(acc))
    except (TypeError, ValueError, OverflowError):
        return None
