"""Leave one out: how likely the answer was with all of the context, and without each segment."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from scoring import forward, model
from scoring.offers.leave_one_out import Settings
from scoring.openings import Openings
from scoring.scorer import Case, Model, Output, Row
from scoring.variants import WIDTH, variant

ALL = "all"
"""The variant with every segment, as the lens calls it."""


class LeaveOneOut:
    """An answer again for each segment of its prompt, with a score for the prompt without it.

    The score is the probability of a token of the answer (the geometric mean over its tokens), or
    that an answer begins by refusing. A part that is kept always, the question, is no segment.
    """

    def __init__(self, chosen: Model, settings: Settings) -> None:
        """Loads the model. Raises Unfit."""
        self.settings = settings
        self.loaded = model.load(chosen)
        if settings.score == "refusal":
            self.openings = Openings(self.loaded, settings.openings)

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """The variants of each case, the whole context first."""
        return [row for case in batch for row in self._case(case)]

    def _case(self, case: Case) -> list[Output]:
        found = spans(case, self.settings.split)
        if not found:
            return [variant(case, 0, ALL, why="the context is one piece: nothing can be left out")]
        if len(found) >= WIDTH:
            return [variant(case, 0, ALL, why=f"{len(found)} segments are too many")]
        rows = [variant(case, 0, ALL, **self._score(case, case.prompt))]
        for place, (start, end) in enumerate(found, 1):
            prompt = case.prompt[:start] + case.prompt[end:]
            left = case.prompt[start:end].strip()
            told = self._score(case, prompt) | {"prompt": prompt, "left_out": left}
            rows.append(variant(case, place, f"segment {place}", **told))
        return rows

    def _score(self, case: Case, prompt: str) -> dict[str, Any]:
        """What is kept of one prompt: the score, or why there is none."""
        if not prompt.strip():
            return {"why": "nothing is left of the prompt"}
        head = forward.asked(self.loaded.tokenizer, prompt)
        if self.settings.score == "refusal":
            if (why := forward.too_long(self.loaded, head, 16)) is not None:
                return {"why": why}
            return {"score": self.openings.probability(head)[0]}
        if not (case.response or "").strip():
            return {"why": "there is no answer to score"}
        tail = forward.begun(self.loaded.tokenizer, case.response or "")
        if (why := forward.too_long(self.loaded, head, len(tail))) is not None:
            return {"why": why}
        logp = float(forward.joint(self.loaded, head, [tail])[0, 0])
        return {"score": round(math.exp(logp / len(tail)), 6), "logprob": round(logp, 6)}


SPLITS = {"paragraphs": r"\n\s*\n", "lines": r"\n+", "sentences": r"(?<=[.!?。！？])\s+"}


def spans(case: Case, split: str) -> list[tuple[int, int]]:
    r"""Where in the prompt the pieces stand that can be left out, with the space after each.

    A list in meta["segments"] says which; else the prompt is split, and its last piece, the
    question, stays.

    >>> spans(Case("1", "one\n\ntwo\n\nWho?"), "paragraphs")
    [(0, 5), (5, 10)]
    """
    told = case.meta.get("segments")
    if isinstance(told, list) and all(isinstance(one, str) and one for one in told):
        starts = [case.prompt.find(one) for one in told]
        return [(at, at + len(one)) for at, one in zip(starts, told, strict=True) if at >= 0]
    ends = [found.end() for found in re.finditer(SPLITS[split], case.prompt)]
    cut = [end for end in ends if case.prompt[:end].strip() and case.prompt[end:].strip()]
    return list(zip([0, *cut], cut, strict=False))
