"""Loss norms: how far a classifier's probabilities lie from the label (EL2N)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import torch

from scoring.classes import Classes
from scoring.labels import plain
from scoring.offers.loss_norms import Settings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Row, Score
from scoring.texts import judged


class LossNorms:
    """EL2N, the norm of p - onehot(label), of each case; up is harder or mislabeled.

    The label is the item's target or category, by name or number. Labels must exclude one another.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        """Loads the classifier. Raises Unfit."""
        self.settings = settings
        self.classes = Classes(model, "softmax", "cut")
        if len(self.classes.labels) < 2:
            raise Unfit(
                f"{model.name} has one output, and EL2N needs labels that exclude one another",
                "choose a classifier with two labels or more",
            )
        self.places = {plain(label): at for at, label in enumerate(self.classes.labels)}

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """One score a case, in their order."""
        found = [self._given(case) for case in batch]
        seen = iter(self.classes([one[0] for one in found if not isinstance(one, str)]))
        return [
            self._score(case, raw=one)
            if isinstance(one, str)
            else self._scored(case, one[1], next(seen).p[0])
            for case, one in zip(batch, found, strict=True)
        ]

    def _given(self, case: Case) -> tuple[str | tuple[str, str], int] | str:
        """The text and the place of its label, or why there is none."""
        text = judged(case, self.settings.about)
        if isinstance(text, Exception):
            return str(text)
        gold = case.target if self.settings.gold == "target" else case.category
        if gold is None:
            return f"the prompt has no {self.settings.gold}"
        place = self.places.get(plain(gold))
        if place is None and gold.strip().isdigit() and int(gold) < len(self.places):
            place = int(gold)
        return f"{gold!r} is no label of the classifier" if place is None else (text, place)

    def _scored(self, case: Case, gold: int, p: torch.Tensor) -> Score:
        told = {label: round(float(x), 6) for label, x in zip(self.classes.labels, p, strict=True)}
        raw = json.dumps({"label": self.classes.labels[gold], "p": told}, ensure_ascii=False)
        return self._score(case, el2n(p, gold), raw)

    def _score(self, case: Case, value: float = math.nan, raw: str | None = None) -> Score:
        return Score(case.item_id, "el2n", value, case.sample, raw, "neither")


def el2n(p: torch.Tensor, gold: int) -> float:
    """The Euclidean norm of p - onehot(gold), p (L,).

    >>> round(el2n(torch.tensor([0.7, 0.2, 0.1]), 0), 4)
    0.3742
    """
    error = p.clone().double()
    error[gold] -= 1
    return round(float(error.norm()), 6)
