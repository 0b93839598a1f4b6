"""Guards: the risk a generative guard model sees, from its first decoded token."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from scoring import forward, guards
from scoring.asking import Guard as Asked
from scoring.asking import Said
from scoring.guards import Verdict
from scoring.offers.guard import Settings
from scoring.scorer import Case, Model, Row, Score
from scoring.texts import judged

FLAGGED = 0.5
"""Risk from which a category is asked for."""
Seen = dict[str, Said]
"""Of one case: what was said about each criterion."""


class Guard:
    """One score an answer: how likely the guard's first word is unsafe, among its verdict words.

    Where a family asks about one criterion at a time, the worst counts. What is outside the verdict
    words stands in the raw text as captured; where they are hardly said at all there is no score.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        """Loads the guard. Raises Unfit."""
        self.settings = settings
        self.guard = Asked(model, settings.family, settings.criteria, settings.strict)

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """A score a case, in their order."""
        why = [self._absent(case) for case in batch]
        asked = [
            (at, name, self.guard.asked(case, self.settings.about, text))
            for at, case in enumerate(batch)
            if why[at] is None
            for name, text in self.guard.criteria.items()
        ]
        for at, _, row in asked:
            why[at] = why[at] or forward.too_long(self.guard.loaded, row, 1)
        asked = [one for one in asked if why[one[0]] is None]
        said = self.guard.verdicts([row for _, _, row in asked]) if asked else []
        seen: list[Seen] = [{} for _ in batch]
        for (at, name, _), one in zip(asked, said, strict=True):
            seen[at][name] = one
        return [
            self._none(case, reason) if reason else self._score(case, mine)
            for case, reason, mine in zip(batch, why, seen, strict=True)
        ]

    def _absent(self, case: Case) -> str | None:
        text = judged(case, self.settings.about)
        return str(text) if isinstance(text, Exception) else None

    def _score(self, case: Case, seen: Seen) -> Score:
        name, verdict = guards.worst([(name, one.verdict) for name, one in seen.items()])
        if math.isnan(verdict.captured):
            return self._none(case, "the prompt alone is too large for the memory")
        if math.isnan(verdict.risk):
            few = f"the guard says another word: its verdicts have {verdict.captured:.3f} in all"
            return self._none(case, few)
        words = sorted(seen[name].words.items(), key=lambda one: -one[1])[:5]
        told: dict[str, object] = {
            "verdict": verdict.word.strip(),
            "category": self._category(name, seen[name]),
            "captured": _short(verdict.captured),
            "words": {word.strip(): _short(p) for word, p in words},
        }
        if len(seen) > 1:
            told["criteria"] = {one: _risk(said.verdict) for one, said in seen.items()}
        raw = json.dumps(told, ensure_ascii=False)
        return Score(case.item_id, self.settings.dimension, _short(verdict.risk), case.sample, raw)

    def _category(self, name: str, said: Said) -> str | None:
        """What kind of harm, where the family tells it and the risk is high."""
        family = self.guard.family
        if said.verdict.risk < FLAGGED or family.category == "none":
            return None
        if family.category == "criterion":
            return name
        if family.category == "code":
            return family.codes[said.verdict.code or ""]
        return ", ".join(self.guard.after(said.row)) or None

    def _none(self, case: Case, why: str) -> Score:
        return Score(case.item_id, self.settings.dimension, sample=case.sample, raw=why)


def _risk(verdict: Verdict) -> float | None:
    return None if math.isnan(verdict.risk) else _short(verdict.risk)


def _short(x: float) -> float:
    return float(f"{x:.6g}")
