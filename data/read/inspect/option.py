"""Log-probabilities of the options of a multiple-choice answer in an Inspect log."""

from __future__ import annotations

import math
from typing import Any

from data.read.inspect.text import entries, short, table

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
AROUND = " \t\r\n()[]{}*_`.:,\"'$▁Ġ"
"""What may stand around a letter within one token."""
SHUFFLED = "Choices were shuffled before generating a response"
"""How the log says that the letters the model saw are not those of the data set."""

Options = dict[str, float]


def logprobs(choice: Any, count: int, answer: str | None) -> tuple[Options | None, Options | None]:
    """Letter -> natural log-probability at the token that answers: (of all letters, of some).

    The token is the last one that is the letter the scorer read, or the only one that is a letter
    of the `count` options. Log-probabilities of one letter under several spellings (`B`, ` B`) are
    added. Where the log holds those of some letters only, the others are not known to be small.

    >>> token = {"token": "B", "logprob": -0.1, "top_logprobs": [
    ...     {"token": "B", "logprob": -0.1}, {"token": " A", "logprob": -2.4}]}
    >>> logprobs({"logprobs": {"content": [token]}}, 2, "B")
    ({'A': -2.4, 'B': -0.1}, None)
    """
    letters = LETTERS[:count]
    tokens = entries(table(table(choice).get("logprobs")).get("content"))
    if not letters or not tokens:
        return None, None
    said = [(_letter(token, letters), token) for token in tokens]
    wanted = answer if answer and len(answer) == 1 and answer in letters else None
    fitting = [token for letter, token in said if letter and letter == (wanted or letter)]
    if not fitting or (wanted is None and len(fitting) > 1):
        return None, None
    found = _summed(table(fitting[-1]), letters)
    if len(found) == len(letters):
        return found, None
    return None, found or None


def _letter(token: Any, letters: str) -> str | None:
    word = short(table(token).get("token")).strip(AROUND)
    return word if len(word) == 1 and word in letters else None


def _summed(token: dict[str, Any], letters: str) -> Options:
    spelled: dict[str, float] = {}
    for one in [token, *entries(token.get("top_logprobs"))]:
        value = table(one).get("logprob")
        word = short(table(one).get("token"))
        if _letter(one, letters) and isinstance(value, int | float) and not value > 0:
            spelled[word] = float(value)  # the token itself stands among the top ones too
    found: Options = {}
    for letter in letters:
        same = [value for word, value in spelled.items() if word.strip(AROUND) == letter]
        if same and not any(map(math.isnan, same)):
            found[letter] = _log_sum(same)
    return found


def _log_sum(values: list[float]) -> float:
    top = max(values)
    if len(values) == 1 or top == -math.inf:
        return top
    return min(0.0, top + math.log(sum(math.exp(value - top) for value in values)))
