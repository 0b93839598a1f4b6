"""The learned policy beside LAC and APS: the same measures on the same rows of the same splits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from risk import coverage
from risk.calibration import ece
from risk.conformal import Rule, near, threshold
from risk.interval import Floats
from risk.judged import Found, Told, judged, kinds, ranking
from risk.options import counted
from risk.policy import ALPHA, BETA, LEARNED, Policy, act, learn, quantiles
from risk.resplit import Room
from risk.sets import Bools, Ints, Method, Questions, members
from risk.splits import affordable, orders

BESIDE: tuple[Method, ...] = ("lac", "aps")
OWN, ROWS = 8, 50_000
"""Splits whose own rows are judged: of more rows fewer, but so many; an interval takes no more."""


class _Seen(NamedTuple):
    """Rows by kind (8 (K + 1),), and areas and errors, of a method on some rows."""

    kinds: Ints
    areas: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Baseline:
    """A method without a policy: its rule and the strangeness (N, K) of every option."""

    rule: Rule
    scores: Floats
    gold: Floats

    def act(self, held: Questions, rows: Ints, calibration: Ints) -> tuple[Bools, Bools]:
        """The sets of some rows as others calibrate them, and that none is abstained from."""
        return self.sets(held, rows, threshold(self.gold[calibration], self.rule.alpha))

    def sets(self, held: Questions, rows: Ints, limit: float) -> tuple[Bools, Bools]:
        """The sets at a threshold."""
        return members(self.scores[rows], limit, held.best), np.zeros(len(held), dtype=bool)


def compare(
    questions: Questions,
    alpha: float = 0.1,
    splits: int = 50,
    seed: int = 0,
    randomized: bool = False,
) -> dict[str, Found]:
    """The learned policy beside LAC and APS at `alpha`: what each did over the splits.

    Each split gives every method the same calibration half and the same test half. LAC and APS
    calibrate on the whole half; the policy learns its levels on half of it and calibrates on the
    other, so that its own choice does not flatter it. One confidence, max p, and one ranking of
    unsureness serve all three. ValueError where there are fewer than eight rows.
    """
    n = len(questions)
    if n < 8:
        raise ValueError(f"there are {n} usable rows; a policy needs at least 8 to be compared")
    half, looked = n // 2, max(OWN, ROWS // n)
    sides: dict[str, tuple[list[_Seen], list[_Seen]]] = {
        name: ([], []) for name in ("cap", *BESIDE)
    }
    learned: list[Policy] = []
    baselines: dict[str, _Baseline] = {
        method: _baseline(questions, Rule(alpha, method, randomized=randomized), seed)
        for method in BESIDE
    }
    for order in (one for block in orders(n, affordable(n, splits), seed) for one in block):
        calibration, test = order[:half], order[half:]
        lessons = calibration[: half // 2][:LEARNED]
        policy = learn(questions.take(lessons, named=False), seed + len(learned))
        q = quantiles(questions.take(calibration[half // 2 :], named=False), policy)
        for rows, own in ((test, 0), (calibration, 1))[: 1 + (len(learned) < looked)]:
            held = questions.take(rows, named=False)
            sides["cap"][own].append(_measured(held, *act(held, *q)))
            for name, one in baselines.items():
                sides[name][own].append(_measured(held, *one.act(held, rows, calibration)))
        learned.append(policy)
    ends = {
        name: [
            _seen(questions, *one.sets(questions, np.arange(n), limit))
            for limit in near(one.gold, half, one.rule).tolist()
        ]
        for name, one in baselines.items()
    }
    told = {
        name: Found(
            _told(tested), _told(own), half / n, n - half, rows, _told(ends.get(name, [])), {}
        )
        for name, (tested, own) in sides.items()
        for rows in [n if name in baselines else n - half]  # a policy that never moves tells less
    }
    drawn = min(half // 2, LEARNED)
    for level, box in (("alpha", ALPHA), ("beta", BETA)):
        each = np.array([getattr(policy, level) for policy in learned])
        told["cap"].tested[level] = told["cap"].own[level] = each
        told["cap"].rooms[level] = Room(drawn, *box)
    return told


def _baseline(questions: Questions, rule: Rule, seed: int) -> _Baseline:
    scores = rule.scores(questions, seed)
    return _Baseline(rule, scores, scores[np.arange(len(questions)), questions.gold])


def _told(seen: Sequence[_Seen]) -> Told:
    """The measures of many (S,)."""
    if not seen:
        return {}
    areas = {name: np.array([one.areas[name] for one in seen]) for name in seen[0].areas}
    return judged(np.array([one.kinds for one in seen])) | areas


def _seen(held: Questions, sets: Bools, abstained: Bools) -> _Seen:
    """What a method did on some rows, by kind alone."""
    inside = sets[np.arange(len(held)), held.gold]
    kind = kinds(counted(sets), inside, held.right, abstained)
    return _Seen(np.bincount(kind, minlength=8 * (sets.shape[1] + 1)), {})


def _measured(held: Questions, sets: Bools, abstained: Bools) -> _Seen:
    """What a method did on some rows, with how well it ranks them and its confidence fits."""
    unsure = ranking(held, counted(sets), abstained)
    areas = coverage.numbers(coverage.rank(-unsure, held.right))
    answered = ~abstained
    some = ece(held.top[answered], held.right[answered])[0] if answered.any() else math.nan
    told = {"auroc": float(areas["auroc"][0]), "auarc": float(areas["auarc"][0])}
    return _seen(held, sets, abstained)._replace(areas=told | {"ece": float(some)})
