"""One case under several conditions, as answers that the lenses of pairs can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scoring.scorer import Case, Output

WIDTH = 10_000
"""Conditions of one answer at most: its sample times this, plus the place of the condition."""


def variant(case: Case, place: int, name: str, **told: Any) -> Output:
    """The answer of a case under the condition `name`, the `place`th of its conditions.

    All conditions of an answer share `pair_id` and `pair_sample`; what was measured is in `told`.

    >>> variant(Case("q", "Who?", sample=2), 3, "L0.H1", refusal=0.5).sample
    20003
    """
    meta: Mapping[str, Any] = {
        "pair_id": case.item_id, "pair_sample": case.sample, "prompt_variant": name, **told,
    }  # fmt: skip
    return Output(case.item_id, case.sample * WIDTH + place, case.response, meta=meta)
