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
    if _bare(evidence) or text is None:
        return False
    if str(evidence) in str(text):
        return True
    words = " ".join(str(evidence).split())
    return words in str(text) or words in " ".join(str(text).split())


def kept(flag: Floats, evidence: Any, texts: Any) -> Floats:
    """1 flagged with evidence in the text, 0 not flagged or with evidence that is not there (N,).

    NaN where nobody said, and where a flag quotes nothing: that is invalid.

    >>> kept(np.array([1.0, 1, 1, 0]), ["a", "z", "", None], ["a b"] * 4).tolist()
    [1.0, 0.0, nan, 0.0]
    """
    told = zip(flag.tolist(), evidence, texts, strict=True)
    return np.array(
        [f if f != 1 else np.nan if _bare(e) else float(quoted(e, t)) for f, e, t in told]
    )


def _bare(evidence: Any) -> bool:
    return evidence is None or not str(evidence).strip()


def measures(columns: Columns, _: Mapping[str, Any]) -> Iterator[Finding]:
    """The share that shows the habit with evidence, and how many flags have none.

    >>> from risk.lens import worked
    >>> said = ["a b", "b", "x", "away", "gone"]
    >>> worked(LENS, is_reflected=[1] * 5, evidence=said, response=["x a  b"] * 5)
    {'rate': 0.6, 'backed': 0.6, 'empty': 0.0}
    """
    flag = marks.yes(np.asarray(columns["is_reflected"]))
    texts = marks.first(columns, "response").tolist()
    found = kept(flag, columns["evidence"].tolist(), texts)
    of = spread.items(columns.get("item_id"))
    every = ("", np.ones(flag.size, dtype=bool))
    for group, rows in (every, *slices(columns, "habit", "category")):
        yield Finding("rate", spread.share(found, rows, of), group)
        raised = rows & (flag == 1)
        yield Finding("backed", spread.share(found == 1, raised, of), group)
    none = np.isnan(found[flag == 1])
    yield Finding("empty", counted(int(none.sum()), none.size))


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
        "in the answer, runs of whitespace folded to one space, capitals as they stand; one whose "
        "evidence is not there counts as no habit, one that quotes nothing is invalid: lost to the "
        "rate and counted as empty. backed is the share of flags with evidence in the text."
    ),
    how_to_get={
        "is_reflected": "label answers with a field is_reflected, or map a judge's flag",
        "evidence": "map the words the judge or person quoted to evidence",
        "response": "load answers with their text",
    },
)
