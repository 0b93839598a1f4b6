"""Words that set one label apart: smoothed log-odds of each word and their z (FL-21)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk import marks
from risk.interval import NORMAL
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure
from risk.seen import each
from risk.verdict import counted, written
from risk.words import split

MOST = 20_000
"""Labeled answers that are read at most."""
LABEL = "label_unsafe|label_harmful|act|prompt_is|category"


def log_odds(a: int, b: int, total_a: int, total_b: int, words: int) -> tuple[float, float]:
    """Log-odds of a word, add-one prior, and its z: a of total_a against b of total_b, V `words`.

    >>> [round(x, 4) for x in log_odds(12, 3, 200, 300, 100)]
    [1.5006, 2.6245]
    """
    one = math.log((a + 1) / (total_a + words - a - 1))
    found = one - math.log((b + 1) / (total_b + words - b - 1))
    return found, found / math.sqrt(1 / (a + 1) + 1 / (b + 1))


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The words with the largest |z| of answers with a label against all other labeled ones."""
    texts, said = marks.first(columns, chosen["text"]), marks.first(columns, LABEL)
    labeled = np.flatnonzero(each(said, lambda one: _plain(one) is not None, bool))
    rows = _some(labeled, chosen["seed"])
    often = Counter(each(said[rows], _plain, object).tolist())
    # of equally rare ones the first by name
    label = chosen["label"] or min(often, key=lambda one: (often[one], one), default="")
    if label not in often:
        raise ValueError(f"no answer has the label {label!r}; there are {', '.join(sorted(often))}")
    rows = rows[[one is not None for one in texts[rows].tolist()]]
    own = each(said[rows], lambda one: _plain(one) == label, bool)
    mine, rest = (
        Counter(split("\n".join(map(str, texts[rows[own == which]].tolist()))))
        for which in (True, False)
    )
    used, lost = rows.size, texts.size - rows.size
    yield Finding("texts", counted(used, texts.size, lost), label)
    a, b, wide = sum(mine.values()), sum(rest.values()), len(mine.keys() | rest.keys())
    if not (a and b) or wide < 2:  # one word alone sets nothing apart
        return
    found = [
        (word, *log_odds(mine[word], rest[word], a, b, wide))
        for word in mine.keys() | rest.keys()
        if mine[word] + rest[word] >= chosen["least"]
    ]
    for word, odds, z in sorted(found, key=lambda one: (-abs(one[2]), one[0]))[: chosen["top"]]:
        half = NORMAL * math.sqrt(1 / (mine[word] + 1) + 1 / (rest[word] + 1))
        n = mine[word] + rest[word]
        yield Finding("log_odds", Measure(odds, odds - half, odds + half, n, lost), word)
        yield Finding("z", Measure(z, n=n, lost=lost), word)


def _some(rows: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Of many rows MOST, drawn by the seed."""
    if len(rows) <= MOST:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, MOST, replace=False))


def _plain(value: Any) -> str | None:
    if value is None or value != value:
        return None
    return written(value)


LENS = Lens(
    name="label_words",
    title="Words that set a label apart",
    source="LDAM; log-odds as in doi 10.1093/pan/mpn018",
    up="neither",
    table="outputs",
    needs=("response", LABEL),
    may_use=("prompt",),
    parameters=(
        Parameter("text", "response", "whose words", options=("response", "prompt")),
        Parameter("label", "", "the label set against the rest; empty: the rarest"),
        Parameter("least", 5, "times a word must occur to be shown", 1, 100_000),
        Parameter("top", 25, "how many words are shown", 1, 1000),
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper learns its word weights: log-odds with an add-one prior "
        "and their z, words split at everything but letters and apostrophes"
    ),
    edges=(
        "No direction of harm: |z| large is telling. Rare words are hidden. Many words are looked "
        "at, so they are ranked and no p is given; the interval is one word's alone, and words of "
        "one answer are taken as apart. An answer without a text or a label is lost; "
        "of more than 20,000 labeled ones that many are read, drawn by the seed. Scripts "
        "written without spaces come out as whole clauses."
    ),
    how_to_get={
        "response": "load answers with their text",
        LABEL: "label answers, or name the column of categories",
    },
)
