"""A measured number: the value, its interval, how many rows made it, how many were left out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

TAUGHT = "about what these answers taught: no interval for what others teach would hold"
"""Why a number about a model or a threshold that its own answers made has no interval."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number with what is needed to believe it.

    value, low, high share the unit of what is measured; `low` and `high` bound the 95 % confidence
    interval and are NaN where none would hold. `n` rows were used, `lost` were left out. A number
    that could not be measured is NaN and `why` says why: never 0. Beside a number that is there,
    `why` is a caution.

    >>> Measure(0.2, 0.1, 0.4, n=20).known
    True
    >>> missing("no prompts", lost=3)
    Measure(value=nan, low=nan, high=nan, n=0, lost=3, why='no prompts')
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    lost: int = 0
    why: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a number at all."""
        return not math.isnan(self.value)


def beside(found: Measure, words: str) -> Measure:
    """The number with a few words more beside it.

    >>> beside(beside(Measure(0.2), "by label"), "of few").why
    'by label; of few'
    """
    return replace(found, why="; ".join(some for some in (found.why, words) if some))


def warned(found: Measure, caution: str) -> Measure:
    """The number with one caution more; as it is where it has no interval to beware of.

    >>> warned(Measure(0.2, 0.1, 0.4), "of few").why, warned(Measure(0.2), "of few").why
    ('of few', '')
    """
    return found if math.isnan(found.low) else beside(found, caution)


def alone(found: Measure, why: str) -> Measure:
    """The number without its interval, which would not hold, and why.

    >>> alone(Measure(0.2, 0.1, 0.4, n=20), "of few")
    Measure(value=0.2, low=nan, high=nan, n=20, lost=0, why='of few')
    """
    return (
        found if math.isnan(found.low) else replace(beside(found, why), low=math.nan, high=math.nan)
    )


def missing(why: str, *, n: int = 0, lost: int = 0) -> Measure:
    """The number that could not be measured, and why.

    >>> missing("no answers").known
    False
    """
    return Measure(math.nan, n=n, lost=lost, why=why)
