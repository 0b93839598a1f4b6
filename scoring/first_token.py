"""First token: how a guard's first word is spread over its category codes (YuFeng-XGuard)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scoring import forward
from scoring.asking import Guard
from scoring.offers.first_token import Settings
from scoring.scorer import Case, Model, Output, Row
from scoring.texts import judged


class FirstToken:
    """The answer again, with the log-probability of each code as its option log-probabilities.

    They are not renormalized: what they lack of 1 was outside the codes. Codes that are not one
    token of the model are left out and named in meta["no_token"].
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        """Loads the guard. Raises Unfit."""
        self.settings = settings
        self.guard = Guard(model, settings.family, settings.criteria, strict=True)
        missed = [word for word in self.guard.family.verdicts if word not in self.guard.first]
        self.missed = {"no_token": ", ".join(missed)} if missed else {}
        self.criterion = next(iter(self.guard.criteria.values()))

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """One answer a case, in their order."""
        found: list[forward.Ids | str] = [self._asked(case) for case in batch]
        said = iter(self.guard.verdicts([row for row in found if not isinstance(row, str)]))
        return [
            self._kept(case, why=row)
            if isinstance(row, str)
            else self._read(case, next(said).words)
            for case, row in zip(batch, found, strict=True)
        ]

    def _asked(self, case: Case) -> forward.Ids | str:
        """The tokens that ask, or why there are none."""
        text = judged(case, self.settings.about)
        if isinstance(text, Exception):
            return str(text)
        row = self.guard.asked(case, self.settings.about, self.criterion)
        return forward.too_long(self.guard.loaded, row, 1) or row

    def _read(self, case: Case, words: dict[str, float]) -> Output:
        logs = {word.strip(): math.log(p) for word, p in words.items() if p > 0}
        if not logs:
            return self._kept(case, why="the prompt alone is too large for the memory")
        captured = float(f"{math.fsum(words.values()):.6g}")
        return self._kept(case, logs, captured=captured, **self.missed)

    def _kept(self, case: Case, logs: dict[str, float] | None = None, **told: object) -> Output:
        return Output(
            case.item_id, case.sample, case.response, logs or {}, finish=case.finish, meta=told
        )
