"""Abstention in words and rows: its sentence, its definitions, the table twin of each chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.service.measures.abstention import Shown
from app.service.measures.conformal import Panel
from app.service.measures.tabulate import row
from db.filter import Case
from risk.coverage import Curve
from risk.measure import Measure

Rows = list[dict[str, Any]]
CELLS = {
    "tp": "answerable, answered right",
    "fp1": "answerable, answered wrong",
    "unjudged": "answerable, answered, no verdict",
    "fn": "answerable, abstained",
    "fp2": "unanswerable, answered",
    "tn": "unanswerable, abstained",
}
RATES = {
    "aac": "AAC",
    "uac": "UAC",
    "ar": "AR",
    "accuracy": "right if answered",
    "over_abstention": "over-abstention",
    "answered_unanswerable": "over-answering",
    "precision": "precision",
    "f1": "F1",
    "balanced": "balanced",
}
AREAS = {
    "aurc": "AURC",
    "eaurc": "excess AURC",
    "augrc": "AUGRC",
    "auarc": "AUARC",
    "auroc": "AUROC",
    "prr": "PRR",
    "risk_at_coverage": "risk at coverage",
    "coverage_at_risk": "coverage at risk",
}
DEFINITIONS = {
    "matrix": "What the model did, by whether the item has an answer (Abstain-QA, arXiv "
    "2407.16221). Any answer to an unanswerable item is wrong, whatever it matches. Hedged answers "
    "are answers. Refusals, answers that could not act and answers nobody labeled are no "
    "abstentions: they are left out and counted.",
    "rates": "AAC: right answers over all judged answerable items, those abstained from included "
    "(our denominator). UAC: abstentions over unanswerable items. AR: abstentions over all; it "
    "has no good direction. Over-abstention: abstentions over answerable items; over-answering: "
    "answers over unanswerable ones. Balanced: (AAC + UAC) / 2. Precision: abstentions that were "
    "in place; recall is UAC (arXiv 2506.09038). Intervals: modified Wilson, exact below ten "
    "answers; for F1 and balanced "
    "accuracy items are resampled.",
    "curve": "Answers are ranked by confidence. At each bar: coverage is the share answered from "
    "it on, risk the share of those that is wrong. Equal confidences are one point. Abstentions "
    "are left out and never count as right. The band is the modified Wilson 95 % interval (exact "
    "below ten answers) at "
    "each bar.",
    "areas": "AURC: mean risk over all coverages (or the trapezoid); excess AURC: less that of a "
    "perfect order; AUGRC: area of the generalized risk (arXiv 2407.01032); AUARC: 1 − AURC; "
    "AUROC: chance that a right answer is surer than a wrong one; PRR: from random (0) to perfect "
    "(1) order; then the risk at the coverage chosen above, and the coverage at the risk. Up is "
    "worse for AURC, excess AURC, AUGRC and risk, better for the others. Errors inside a tie "
    "arrive evenly, so nothing depends on the order of rows. Items are resampled for intervals, "
    "which with fewer than 30 wrong or right answers, or in a perfect order, leave room for some "
    "that nobody saw.",
    "categories": "The share of answers in which the model abstained, by category, among those of "
    "which it is known what it did. Modified Wilson 95 % interval, exact below ten answers.",
    "models": "AURC of every model of the data set, each on its own answers; lower is better.",
}


def sentence(shown: Shown, name: str) -> str:
    """What the model did where it could not know, and what confidence is good for."""
    parts = []
    uac, over = (shown.measures.get((m, "")) for m in ("uac", "over_abstention"))
    if uac and uac.known:
        said = f"{name} keeps silent on {uac.value * 100:.0f} % of what cannot be answered"
        if over and over.known:
            said += f", and on {over.value * 100:.0f} % of what can"
        parts.append(said)
    error, at = shown.measures.get(("error", "")), shown.measures.get(("risk_at_coverage", ""))
    if error and at and error.known and at.known:
        parts.append(
            f"{error.value * 100:.0f} % of its answers are wrong; of the surest "
            f"{shown.choices.coverage * 100:.0f} % it is {at.value * 100:.0f} %"
        )
    return "; ".join(parts) + "." if parts else f"No abstention of {name} could be measured."


def cells(shown: Shown) -> Rows:
    """The matrix, a row a cell."""
    if shown.matrix is None:
        return []
    return [
        {"cell": name, "meaning": words, "answers": getattr(shown.matrix, name)}
        for name, words in CELLS.items()
    ]  # fmt: skip


def measures(shown: Shown, names: dict[str, str]) -> Rows:
    """The measures of `names` over all answers."""
    return [
        row("all", word, shown.measures[name, ""])
        for name, word in names.items() if (name, "") in shown.measures
    ]  # fmt: skip


def curve(found: Curve | None) -> Rows:
    """The points of the risk-coverage curve."""
    if found is None:
        return []
    points = zip(found.confidence, found.coverage, found.risk, found.generalized, strict=True)
    return [
        {"confidence": float(c), "coverage": float(x), "risk": float(y),
         "generalized risk": float(g)}
        for c, x, y, g in points
    ]  # fmt: skip


def by_name(found: dict[str, Measure], word: str) -> Rows:
    """A measure of several, a row each."""
    return [row(name, word, measure) for name, measure in found.items()]


def widest(sets: Panel) -> int:
    """The most options any set of these held."""
    return max((size for one in sets.outcomes.values() for size in one.sizes), default=1)


KINDS: dict[str, type | tuple[type, ...]] = {
    "cell": str, "rate": str, "category": str, "from": (int, float), "area": str, "model": str,
    "set": str,
}  # fmt: skip
"""What can be picked on the page, and what its values are."""
PARTS = {
    "aac": (("tp",), ("fp1", "fn")),
    "uac": (("tn",), ("fp2",)),
    "ar": (("fn", "tn"), ("tp", "fp1", "unjudged", "fp2")),
    "accuracy": (("tp",), ("fp1",)),
    "over_abstention": (("fn",), ("tp", "fp1", "unjudged")),
    "answered_unanswerable": (("fp2",), ("tn",)),
    "precision": (("tn",), ("fn",)),
    "f1": (("tn",), ("fn", "fp2")),
    "balanced": (("tp", "tn"), ("fp1", "fn", "fp2")),
}
"""The cells a rate counts, and those it counts them among."""


def chosen(
    shown: Shown, picked: list[Any], name: str = "", sets: Sequence[Case] = ()
) -> tuple[list[int], str]:
    """The answers behind a picked mark, and what they are: those not in place without one.

    `name` is what the model is called whose answers these are; `sets` the questions a picked
    method made sets for, those it missed first.
    """
    kind, *what = picked or [""]
    if kind == "cell":
        return _rows(shown, shown.cells == what[0]), CELLS.get(what[0], str(what[0]))
    if kind == "rate" and what[0] in PARTS:
        counted, rest = (_rows(shown, np.isin(shown.cells.astype(str), c)) for c in PARTS[what[0]])
        words = f"{RATES[what[0]]}: the {len(counted)} it counts, then the {len(rest)} others"
        return counted + rest, words
    if kind == "area":
        wrong, right = _rows(shown, shown.correct < 0.5), _rows(shown, shown.correct >= 0.5)
        return (
            wrong + right,
            f"{AREAS.get(what[0], what[0])}: wrong answers first, the surest on top",
        )
    if kind == "model":
        return _rows(shown, shown.correct < 0.5), f"wrong answers of {name}, the surest first"
    if kind == "set":
        place = {case: at for at, case in enumerate(shown.cases)}
        told = [place[case] for case in sets if case in place]
        return told, f"{what[0].upper()}: questions whose set misses the right option first"
    if kind == "from" and len(what) == 1:
        inside = (shown.confidence >= what[0] - 1e-12) & ~np.isnan(shown.correct)
        wrong_first = _rows(shown, inside & (shown.correct < 0.5))
        rest = _rows(shown, inside & (shown.correct >= 0.5))
        return wrong_first + rest, f"a confidence of {what[0]:.3g} and more, wrong ones first"
    if kind == "category":
        mine = (shown.categories == what[0]) & (shown.abstained == 1)
        return _rows(shown, mine), f"abstentions in the category {what[0]}"
    if shown.matrix is not None:
        misplaced = np.isin(shown.cells.astype(str), ("fp2", "fn", "fp1"))
        return _rows(shown, misplaced), "not in place: answered and wrong, or silent needlessly"
    return _rows(shown, shown.correct < 0.5), "wrong answers, the surest first"


def _rows(shown: Shown, which: Any) -> list[int]:
    """These answers, the surest first; those without a confidence last, in their order."""
    rows = np.flatnonzero(which)
    key = np.nan_to_num(-shown.confidence[rows], nan=np.inf)
    return [int(at) for at in rows[np.argsort(key, kind="stable")]]


def listed(shown: Shown, rows: list[int], openings: Rows) -> Rows:
    """The cases as the page lists them: what the model did, confidence, verdict, first words."""
    words = {(o["run_id"], o["item_id"], o["sample"]): o for o in openings}
    found = []
    for at in rows:
        said = words.get(shown.cases[at], {})
        cell = shown.cells[at]
        found.append(({"cell": CELLS.get(cell, "—")} if shown.matrix else {}) | {
            "confidence": float(shown.confidence[at]),
            "is right": _yes(shown.correct[at]),
            "category": str(shown.categories[at]),
            "prompt": said.get("prompt") or "—",
            "answer": said.get("response") or "—",
        })  # fmt: skip
    return found


def _yes(value: Any) -> str:
    return "—" if np.isnan(value) else "yes" if value >= 0.5 else "no"
