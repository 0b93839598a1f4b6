"""Near neighbors: what people said of cases whose words are alike (TF-IDF, scikit-learn)."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from app.service.labeling.gold import UNCOUNTED
from app.service.outputs import settle, shown
from app.service.outputs.shown import Text
from app.service.stores import Stores
from db import desk, labels
from db.filter import Case

LEAST = 10
"""Labeled cases there must be before anything is suggested."""
MOST = 2_000
"""Labeled cases looked among: the latest."""
NEAREST, ALIKE, SHARE = 5, 0.15, 0.6
"""How many neighbors vote, how alike they must be (cosine), and the share a value needs."""
GROWN = 1.15
"""The neighbors are looked at anew once there are so many times as many."""
_working = ThreadPoolExecutor(1, "near")


@dataclass(frozen=True, slots=True)
class Known:
    """Labeled cases with the weights of their words: `words` turns texts into such weights; `count`
    is how many were labeled when they were learned."""

    count: int
    cases: tuple[Case, ...]
    said: tuple[dict[str, str], ...]
    words: Any
    weights: Any  # (N, V), sparse


_known: WeakKeyDictionary[Any, dict[str, Known]] = WeakKeyDictionary()
_busy = threading.Lock()


def guess(
    stores: Stores, campaign: str, asked: Sequence[tuple[Case, Text]]
) -> list[dict[str, str]]:
    """For each case field -> the value its neighbors agree on; nothing where they do not, or where
    fewer than LEAST cases are labeled. A case is no neighbor of itself.

    The neighbors are learned in the background, so the first cases come without.
    """
    _working.submit(learn, stores, campaign)
    known = _known.get(stores.ledger, {}).get(campaign)
    if known is None or not asked:
        return [{} for _ in asked]
    weights = known.words.transform([_words(text) for _, text in asked])
    alike = np.asarray((weights @ known.weights.T).todense())  # (A, N)
    own = {case: n for n, case in enumerate(known.cases)}
    found = []
    for row, (case, _) in zip(alike, asked, strict=True):
        if case in own:
            row[own[case]] = 0.0
        found.append(_voted(known, row))
    return found


def _voted(known: Known, alike: NDArray[np.float64]) -> dict[str, str]:
    """Field -> the value with at least SHARE of the votes, each weighing as much as it is alike."""
    near = [n for n in np.argsort(-alike)[:NEAREST].tolist() if alike[n] >= ALIKE]
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for n in near:
        for field, value in known.said[n].items():
            votes[field][value] += float(alike[n])
    best = {field: max(many, key=many.__getitem__) for field, many in votes.items()}
    return {
        field: value
        for field, value in best.items()
        if len(near) > 1 and votes[field][value] >= SHARE * sum(votes[field].values())
    }


def learn(stores: Stores, campaign: str) -> bool:
    """Looks at the labeled cases again where there are enough new ones; whether it did."""
    with _busy:
        kept = _known.setdefault(stores.ledger, {})
        count = desk.labeled(stores.ledger, campaign)
        if count < (GROWN * kept[campaign].count if campaign in kept else LEAST):
            return False
        said: dict[Case, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
        for row in labels.current(stores.ledger, campaign=campaign):
            if row["field"] not in UNCOUNTED:
                case = (row["run_id"], row["item_id"], row["sample"])
                said[case][row["field"]][row["person"]] = row["value"]
        kept[campaign] = _learned(stores, count, dict(list(said.items())[-MOST:]))
        return True


def _learned(stores: Stores, count: int, said: dict[Case, dict[str, dict[str, str]]]) -> Known:
    from sklearn.feature_extraction.text import TfidfVectorizer  # two seconds: not at the start

    texts = shown.several(stores, list(said))
    words: Any = TfidfVectorizer(sublinear_tf=True, max_features=20_000)
    weights = words.fit_transform([_words(texts[case]) for case in said] or [""])
    agreed = [
        {f: v for f, people in one.items() if (v := settle.resolved(people, "settled")) is not None}
        for one in said.values()
    ]
    return Known(count, tuple(said), tuple(agreed), words, weights)


def _words(text: Text) -> str:
    return f"{text.prompt}\n{text.response}"
