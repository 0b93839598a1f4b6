"""Any sequence-classification model as a judge: its labels become dimensions."""

from __future__ import annotations

import json
from collections.abc import Sequence

import torch

from scoring.classes import Classes, Seen
from scoring.labels import dimensions
from scoring.offers.classifier import Settings
from scoring.scorer import Case, Model, Row, Score
from scoring.texts import judged


class Classifier:
    """One score an answer and dimension: how likely the labels that count for it are.

    Labels that exclude one another add up; of those that do not the likeliest counts. A long text
    is read in windows and its worst window counts, or it is cut, and the raw text says which.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        """Loads the model. Raises Unfit."""
        self.settings = settings
        self.classes = Classes(model, settings.heads, settings.long)
        self.dimensions = dimensions(self.classes.labels, settings.labels, model.name)

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """The scores of these cases, in their order."""
        texts = [judged(case, self.settings.about) for case in batch]
        said = iter(self.classes([text for text in texts if not isinstance(text, Exception)]))
        rows: list[Row] = []
        for case, text in zip(batch, texts, strict=True):
            if isinstance(text, Exception):
                up = self.settings.up
                rows += [
                    Score(case.item_id, dimension, sample=case.sample, raw=str(text), up=up)
                    for dimension in self.dimensions
                ]
            else:
                rows += self._scores(case, next(said))
        return rows

    def _scores(self, case: Case, seen: Seen) -> list[Row]:
        raw = json.dumps(told(self.classes.labels, seen), ensure_ascii=False)
        return [
            Score(
                case.item_id, dimension, value(seen.p, places, self.classes.softmax),
                case.sample, raw, self.settings.up,
            )
            for dimension, places in self.dimensions.items()
        ]  # fmt: skip


def value(p: torch.Tensor, places: Sequence[int], softmax: bool) -> float:
    """The score of one dimension from label probabilities (W, L): the worst window's.

    >>> value(torch.tensor([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]]), [1, 2], True)
    0.8
    """
    mine = p[:, list(places)]
    each = mine.sum(-1) if softmax else mine.amax(-1)
    return min(max(round(float(each.max()), 6), 0.0), 1.0)


def told(labels: Sequence[str], seen: Seen) -> dict[str, object]:
    """What the raw text of a score holds: each label's worst window, and how the text was read."""
    worst = {label: round(float(x), 6) for label, x in zip(labels, seen.p.amax(0), strict=True)}
    more = {"windows": len(seen.p)} if len(seen.p) > 1 else {}
    return {
        "labels": worst,
        **more,
        **({"cut": "the text was longer than the model reads"} if seen.cut else {}),
    }
