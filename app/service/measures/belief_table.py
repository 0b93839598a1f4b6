"""Belief in words and rows: its sentence, its definitions, the table twin of each chart."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.service.measures.belief import Shown
from app.service.measures.tabulate import row
from risk.measure import Measure

Rows = list[dict[str, Any]]
WORDS = {
    "mean": "DCS",
    "ternary": "ternary score",
    "weighted_accuracy": "confidence-weighted accuracy",
    "contrast": "right less wrong",
    "accuracy": "accuracy",
}
SURE = {
    "ece": "ECE",
    "ece_mass": "ECE, equal mass",
    "brier": "Brier score",
    "nll": "log loss, nats",
    "overconfidence": "overconfidence",
    "reliability": "reliability",
    "resolution": "resolution",
    "uncertainty": "uncertainty",
}
DEFINITIONS = {
    "triangle": "Each point is one answer. Its place says how its probability is shared among the "
    "right option (lower right), the wrong ones (lower left) and I don't know (top). "
    "Probabilities are a softmax over the options, their logs divided by the length chosen above. "
    "The score of an answer is (l_c · right − l_w · wrong) · (1 − I don't know): the "
    "Distributional Correctness Score, arXiv 2510.04302, by its formula. Its public code loses "
    "the mass on I don't know; right less wrong shows what it returns. Right of the dotted line "
    "the score is positive: a confidence above l_w / (l_c + l_w) is worth a guess. The score is "
    "no proper score: the best report is all or nothing.",
    "scores": "How many answers have which Distributional Correctness Score (arXiv 2510.04302), "
    "from −l_w to l_c; 0 is what full abstention earns.",
    "numbers": "Means over answers, 95 % intervals (items resampled). DCS by its formula, arXiv "
    "2510.04302. Ternary: l_c if the top option is right, 0 if it says I don't know, else −l_w "
    "(after arXiv 2509.04664). Confidence-weighted accuracy: the top option's probability if it is "
    "right, else 0. Right less wrong: l_c · right − l_w · wrong, what the public code of DCS "
    "returns. Of two equal options the first is the top one.",
    "reliability": "Answers are grouped by confidence; each point is a group's mean confidence "
    "against the share that was right, with its modified Wilson 95 % interval (exact below ten "
    "answers). Confidence is the "
    "top option's probability where options were loaded, else as the file gives it. Bins are "
    "closed on the right. Abstentions are left out: they are neither right nor wrong.",
    "calibration": "Overconfidence: mean confidence less the share right. ECE: mean gap between "
    "confidence and share right over the bins; its interval covers whatever the bins "
    "truly are (two-step, conservative). Brier "
    "and log loss are over all options where they were loaded, else of the confidence. The Brier "
    "score of the confidence is reliability − resolution + uncertainty + what the bins hide "
    "(Murphy 1973; folktexts, arXiv 2407.14614).",
    "categories": "The mean score within each category, on that category's answers alone; without "
    "options, the share right. Intervals resample items.",
}


def sentence(shown: Shown, name: str, standing: dict[str, dict[str, Measure]]) -> str:
    """Where the probability went, what it is worth, and how far it can be trusted."""
    parts = []
    score = shown.measures.get(("mean", ""))
    if score and score.known:
        mass = [shown.measures["mass", kind].value for kind in ("correct", "wrong", "unsure")]
        parts.append(
            f"{name} puts {mass[0] * 100:.0f} % of its belief on the right option, "
            f"{mass[1] * 100:.0f} % on wrong ones"
            + (f" and {mass[2] * 100:.0f} % on I don't know" if shown.offered else "")
            + f": a score of {_two(score.value)} (95 % interval {_two(score.low)} to "
            f"{_two(score.high)})"
        )
        others = [m["mean"].value for m in standing.values() if m["mean"].known]
        if len(others) > 1:
            parts[0] += f", {_nth(1 + sum(v > score.value for v in others))} of {len(others)}"
    over = shown.measures.get(("overconfidence", ""))
    if over and over.known and np.isnan(over.low):
        parts.append(f"one answer of {name} alone does not show whether its confidence holds")
    elif over and over.known:
        side = "surer than it is right" if over.value > 0 else "less sure than it is right"
        clear = over.low > 0 or over.high < 0
        said = f"on average it is {abs(over.value) * 100:.0f} points {side}"
        parts.append(said if clear else "on average its confidence matches how often it is right")
    if len(parts) == 1 and parts[0].startswith("on average"):
        parts[0] = f"{name}: {parts[0]}"
    return "; ".join(parts) + "." if parts else f"No belief of {name} could be measured."


def _two(x: float) -> str:
    """Two digits after the point, with a true minus as the charts have it.

    >>> _two(-0.017), _two(0.3), _two(-0.001)
    ('−0.02', '0.30', '0.00')
    """
    return f"{x:z.2f}".replace("-", "−")


def _nth(place: int) -> str:
    return "the best" if place == 1 else f"place {place}"


def measures(shown: Shown, names: dict[str, str]) -> Rows:
    """The measures of `names`, of all answers and by group."""
    every = shown.measures.items()
    return [row(group or "all", names[m], found) for (m, group), found in every if m in names]


def answers(shown: Shown) -> Rows:
    """Every answer with its masses and score."""
    rows = zip(shown.cases, shown.categories, shown.masses.tolist(), shown.score, strict=True)
    return [
        {"item": case[1], "sample": case[2], "category": name, "right": c, "wrong": w,
         "I don't know": k, "score": float(score)}
        for case, name, (c, w, k), score in rows
    ]  # fmt: skip


def bins(shown: Shown) -> Rows:
    """The points of the reliability diagram."""
    d = shown.diagram
    points = zip(d.said, d.came, d.low, d.high, d.n, strict=True)
    return [
        {"confidence": float(p), "share right": float(c), "low": float(a), "high": float(b),
         "n": int(n)}
        for p, c, a, b, n in points
    ]  # fmt: skip


def categories(shown: Shown) -> Rows:
    """The mean of each category."""
    word = "score" if shown.has_options else "share right"
    return [row(name, word, measure) for name, measure in shown.by.items()]


def standing(found: dict[str, dict[str, Measure]], names: dict[str, str]) -> Rows:
    """Every model's scores."""
    return [
        row(names.get(run, run), WORDS[name], of[name])
        for run, of in found.items() for name in WORDS if name in of
    ]  # fmt: skip


DIVIDED = {
    True: "by the length of an option before the softmax; this flattens it strongly",
    False: "by the length of an option before the softmax; this flattens it strongly. Not by "
    "tokens: this file does not say how many tokens an option has",
}
"""What may be divided by, whether or not the tokens of options were counted."""
KINDS: dict[str, type | tuple[type, ...]] = {
    "score": (int, float), "bin": int, "category": str, "number": str, "model": str,
}  # fmt: skip
"""What can be picked on the page, and what its values are."""


def chosen(shown: Shown, picked: list[Any], name: str = "") -> tuple[list[int], str]:
    """The answers behind a picked mark, and what they are: the lowest scores without one.

    `name` is what the model is called whose answers these are.
    """
    kind, *what = picked or [""]
    if kind == "score" and len(what) == 2:
        low, high = map(float, what)
        value = shown.score
        inside = (value >= low) & ((value < high) | (high >= shown.choices.l_c - 1e-12))
        return _worst(shown, np.flatnonzero(inside)), f"a score from {_two(low)} to {_two(high)}"
    if kind == "bin":
        d = shown.diagram
        at = int(what[0])
        there = 0 <= at < d.said.size
        words = f"a confidence of about {d.said[at] * 100:.0f} %" if there else "no such bin"
        return _worst(shown, np.flatnonzero(shown.bin == at)), words
    if kind == "category":
        mine = np.flatnonzero(shown.categories == what[0])
        return _worst(shown, mine), f"the category {what[0]}"
    every = np.arange(len(shown.cases))
    if kind == "number":
        off = np.abs(shown.confidence - shown.right)
        rows = np.flatnonzero(~np.isnan(off))
        told = [int(row) for row in rows[np.argsort(-off[rows], kind="stable")]]
        return told, f"{SURE.get(what[0], what[0])}: confidence and outcome farthest apart first"
    if kind == "model":
        return _worst(shown, every), f"the lowest scores of {name}"
    return _worst(shown, every), "the lowest scores" if shown.has_options else "sure and wrong"


def _worst(shown: Shown, rows: Any) -> list[int]:
    """These answers, the lowest score first; without scores those surest and wrong first."""
    key = shown.score if shown.has_options else (2 * shown.right - 1) * shown.confidence
    known = rows[~np.isnan(key[rows])]
    return [int(row) for row in known[np.argsort(key[known], kind="stable")]]


def listed(shown: Shown, rows: list[int], openings: Rows) -> Rows:
    """The cases as the page lists them: score, masses, confidence, first words."""
    words = {(o["run_id"], o["item_id"], o["sample"]): o for o in openings}
    found = []
    for at in rows:
        said = words.get(shown.cases[at], {})
        right, wrong, unsure = shown.masses[at].tolist()
        scores = {"score": float(shown.score[at]), "right": right, "wrong": wrong,
                  "I don't know": unsure}  # fmt: skip
        found.append(
            (scores if shown.has_options else {})
            | {"confidence": float(shown.confidence[at]), "is right": _yes(shown.right[at]),
               "category": str(shown.categories[at]), "prompt": said.get("prompt") or "—",
               "answer": said.get("response") or "—"}
        )  # fmt: skip
    return found


def _yes(value: Any) -> str:
    return "—" if np.isnan(value) else "yes" if value >= 0.5 else "no"
