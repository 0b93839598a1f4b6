"""The options of a multiple-choice record as natural log-probabilities."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Mapping as Table
from typing import Any

from data import check
from data.check import Refused
from data.mapping import Mapping

MINUS_INFINITY = ("-inf", "-infinity")


def logprobs(
    record: Table[str, Any], mapping: Mapping, pick: Callable[[Table[str, Any], str], Any]
) -> list[tuple[str, float]] | None:
    """Option -> log-probability, from a column a piece or one object column; None without any.

    Raises Refused where a probability lies outside 0 to 1. A zero probability is minus infinity.
    """
    if mapping.options:
        given = {option: pick(record, column) for option, column in mapping.options.items()}
    else:
        held = pick(record, mapping.option_logprobs)
        if held is None:
            return None
        if isinstance(held, list):
            pairs = all(isinstance(p, tuple) and len(p) == 2 for p in held)
            held = dict(held) if pairs else dict(enumerate(held))
        if not isinstance(held, dict):
            raise Refused("option_logprobs is neither an object nor a list")
        given = {str(option): value for option, value in held.items()}
    numbers = {option: _number(value, option) for option, value in given.items()}
    known = {option: value for option, value in numbers.items() if value is not None}
    return list(_as_logs(known, mapping.option_scale).items()) if known else None


def _number(value: Any, option: str) -> float | None:
    """A number, minus infinity too: that is the logarithm of no probability at all."""
    if value == -math.inf or (isinstance(value, str) and value.strip().lower() in MINUS_INFINITY):
        return -math.inf
    return check.number(value, option)


def _as_logs(values: dict[str, float], scale: str) -> dict[str, float]:
    """Natural logs. Logits are made to sum to one first.

    >>> _as_logs({"A": 1.0, "B": 0.0}, "probability")
    {'A': 0.0, 'B': -inf}
    """
    if scale == "logprob":
        return values
    if scale == "logit":
        top = max(values.values())
        if top == -math.inf:
            raise Refused("every option has a logit of minus infinity")
        total = top + math.log(sum(math.exp(v - top) for v in values.values()))
        return {option: v - total for option, v in values.items()}
    for option, value in values.items():
        if not 0 <= value <= 1 + 1e-6:
            raise Refused(f"the probability of option {option} is {value:g}, outside 0 to 1")
    return {o: math.log(v) if v > 0 else -math.inf for o, v in values.items()}
