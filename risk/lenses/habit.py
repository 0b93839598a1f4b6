"""Habits: how often one shows, counted only with evidence that is in the text (CogTest, HR-25)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, spread
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens
from risk.verdict import counted, slices


def quoted(evidence: Any, text: Any) -> bool:
    """Whether evidence occurs in the text, runs of whitespace read as one space.

    >>> quoted("let me  check", "So: let me\\ncheck that."), quoted("", "any")
    (True, False)
    """
    words = " ".join(str(evidence).split()) if evidence is not None else ""
    return bool(words) and text is not None and words in " ".join(str(text).split())


def kept(flag: Floats, evidence: Any, texts: Any) -> Floats:
    """1 flagged with evidence in the text, 0 not flagged, NaN flagged without it or no flag (N,).

    >>> kept(np.array([1.0, 1.0, 0.0]), ["a", "z", None], ["a b", "a b", "a b"]).tolist()
    [1.0, nan, 0.0]
    """
    told = zip(flag.tolist(), evidence, texts, strict=True)
    return np.array([np.nan if f == 1 and not quoted(e, t) else f for f, e, t in told])


def measures(columns: Columns, _: Mapping[str, Any]) -> Iterator[Finding]:
    """The share that shows the habit with evidence, and how many flags have none."""
    flag = marks.yes(np.asarray(columns["is_reflected"]))
    texts = marks.first(columns, "response").tolist()
    said = columns["evidence"].tolist()
    found = kept(flag, said, texts)
    of = spread.items(columns.get("item_id"))
    every = ("", np.ones(flag.size, dtype=bool))
    for group, rows in (every, *slices(columns, "habit", "category")):
        yield Finding("rate", spread.share(found, rows, of), group)
        raised = rows & (flag == 1)
        yield Finding("backed", spread.share(found == 1, raised, of), group)
    none = sum(f == 1 and not str(e or "").strip() for f, e in zip(flag, said, strict=True))
    yield Finding("empty", counted(none, int((flag == 1).sum())))


LENS = Lens(
    name="habit",
    title="Habits with evidence",
    source="CogTest, arXiv 2506.21571",
    up="neither",
    table="outputs",
    needs=("is_reflected", "evidence", "response"),
    may_use=("habit", "category", "item_id"),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the flag with verbatim evidence is the paper's and the rate over "
        "backed flags is ours"
    ),
    edges=(
        "Which way is harm depends on the habit. A flag counts only if its quoted evidence occurs "
        "in the answer, runs of whitespace folded to one space, capitals as they stand; a flag "
        "without it is invalid: lost to the rate, never read as no habit. backed is the share of "
        "flags that have it, empty counts flags that quote nothing."
    ),
    how_to_get={
        "is_reflected": "label answers with a field is_reflected, or map a judge's flag",
        "evidence": "map the words the judge or person quoted to evidence",
        "response": "load answers with their text",
    },
)
