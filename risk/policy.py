"""The learned abstention policy: answer, offer a set, or abstain (arXiv 2502.06884)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from risk.conformal import ranks, threshold
from risk.interval import Floats
from risk.options import summed
from risk.sets import TINY, Bools, Questions, lac

ALPHA, BETA = (0.75, 0.90), (0.01, 0.05)
"""Where the two levels may lie, as in the paper's code."""
FLOOR = 1e-6
SLOPE = 5.0
"""How steeply the soft shares turn, as in the paper."""
LEARNED = 500
"""Rows a policy learns its two levels from at most: two numbers take no more."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Two levels: below the quantile at `alpha` one answer, above that at `beta` none."""

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        """ValueError where the levels cross: the abstention would begin below the answer."""
        if not 0 < self.beta < self.alpha < 1:
            raise ValueError(
                f"beta is {self.beta:g} and alpha {self.alpha:g}; it needs 0 < beta < alpha < 1"
            )


def shares(s: ArrayLike, q_pred: float, q_abs: float, c: float = SLOPE) -> Floats:
    """The soft shares (N, 3) of answering singly, with a set, and abstaining, adding to one.

    `s` (N,) is 1 - max p. Source: AB-17; the floor of 1e-6 is the paper's.

    >>> shares([0.2, 0.45, 0.8], 0.3, 0.6).round(4).tolist()
    [[0.6225, 0.2583, 0.1192], [0.3208, 0.3584, 0.3208], [0.0759, 0.1931, 0.7311]]
    """
    factor = np.exp(c * np.asarray(s, dtype=float))
    parts = _soft(factor, np.array([[q_pred]]), np.array([[q_abs]]), c)
    return np.concatenate(parts).T


def _soft(factor: Floats, q_pred: Floats, q_abs: Floats, c: float) -> tuple[Floats, Floats, Floats]:
    """The soft shares of every row under every pair of quantiles, (B, N) each.

    `factor` (N,) is exp(c s): with it the two sigmoids of s take no exponential a cell.
    """
    single = 1 / (1 + factor * np.exp(-c * q_pred))
    abstain = 1 / (1 + np.exp(c * q_abs) / factor)
    several = np.maximum(1 - single - abstain, FLOOR)
    np.maximum(single, FLOOR, out=single)
    np.maximum(abstain, FLOOR, out=abstain)
    whole = single + several + abstain
    return single / whole, several / whole, abstain / whole


def act(questions: Questions, q_pred: float, q_abs: float) -> tuple[Bools, Bools]:
    """The sets (N, K) and the abstentions (N,): our deterministic rule, the same at every run.

    One answer where 1 - max p is at most q_pred, none where it is above q_abs, else every option
    with p of at least 1 - q_abs. Source: AB-17.

    >>> three = Questions(np.array([[0.8, 0.2], [0.55, 0.45], [0.5, 0.5]]), np.zeros(3, dtype=int),
    ...                 ("a", "b", "c"), (("A", "B"),) * 3)
    >>> sets, abstained = act(three, 0.3, 0.46)
    >>> sets.sum(axis=1).tolist(), abstained.tolist()
    ([1, 1, 0], [False, False, True])
    """
    s = 1 - questions.top
    sets = np.asarray(lac(questions.p) <= q_abs + TINY)
    sure = s <= q_pred + TINY
    sets[sure] = False
    sets[sure, questions.best[sure]] = True
    abstained = ~sure & (s > q_abs + TINY)
    sets[abstained] = False
    return sets, abstained


def quantiles(questions: Questions, policy: Policy) -> tuple[float, float]:
    """The thresholds of a policy, calibrated on these rows."""
    gold = lac(questions.p)[np.arange(len(questions)), questions.gold]
    return threshold(gold, policy.alpha), threshold(gold, policy.beta)


class _Rows(NamedTuple):
    """What a policy's cost is made of: `strange` (K, N) of each option, that of the right one and
    of the likeliest (N,), the factor exp(c s) of how unsure each row is, and whether it is right.
    """

    strange: Floats
    gold: Floats
    factor: Floats
    right: Bools


def _rows(questions: Questions, c: float) -> _Rows:
    strange = np.ascontiguousarray(np.nan_to_num(lac(questions.p), nan=np.inf).T)
    gold = strange[questions.gold, np.arange(len(questions))]
    return _Rows(strange, gold, np.exp(c * strange.min(axis=0)), questions.right)


def costs(questions: Questions, q_pred: Floats, q_abs: Floats, c: float = SLOPE) -> Floats:
    """The paper's cost of every pair of thresholds (B,) on these rows, lower is better.

    (1 - accuracy) + 0.3 size + 0.3 abstained - 0.4 answered - 0.2 entropy of the action shares
    + 0.5 max(0, single - 0.8), by soft shares. Accuracy and size are of what is answered: an
    abstention is never right. Source: AB-17.
    """
    return _costs(_rows(questions, c), q_pred, q_abs, c)


def _costs(of: _Rows, q_pred: Floats, q_abs: Floats, c: float) -> Floats:
    edge = q_abs[:, None] + TINY
    single, several, none = _soft(of.factor, q_pred[:, None], q_abs[:, None], c)  # (B, N) each
    # option by option: NumPy adds long rows far faster than short ones
    size = np.maximum(summed(one <= edge for one in of.strange), 1).astype(float)
    credit = np.where(of.right, 1.0, (of.gold <= edge) / size)
    whole = np.stack([one.sum(axis=1) for one in (single, several, none)], axis=1)  # (B, 3)
    answered = whole[:, 0] + whole[:, 1]
    accuracy = (single @ of.right + (several * credit).sum(axis=1)) / answered
    mean_size = (whole[:, 0] + (several * size).sum(axis=1)) / answered
    mean = whole / of.gold.size
    entropy = -(mean * np.log(mean)).sum(axis=1)
    alone, abstain = mean[:, 0], mean[:, 2]
    return np.asarray(
        (1 - accuracy) + 0.3 * mean_size + 0.3 * abstain - 0.4 * (1 - abstain)
        - 0.2 * entropy + 0.5 * np.maximum(0, alone - 0.8)
    )  # fmt: skip


def learn(questions: Questions, seed: int = 0, steps: int = 40, batch: int = 16) -> Policy:
    """The policy of least cost on these rows, by REINFORCE over a Gaussian on the two levels.

    Each step draws `batch` pairs of levels, and moves the mean towards those that cost less than
    the others. The mean of the last step is used, so one seed gives one policy. ValueError
    without rows. Source: AB-17; the network of the paper sees nothing but its own levels, ours is
    their mean.
    """
    if not len(questions):
        raise ValueError("there are no rows to learn a policy from; load more")
    rows = _rows(questions, SLOPE)
    gold = np.sort(rows.gold)
    rng = np.random.default_rng(seed)
    mean, width = np.full(2, 0.5), 0.25
    for step in range(steps):
        drawn = rng.normal(mean, width, (batch, 2))
        levels = _levels(drawn)
        q = _ranked(gold, levels)
        reward = -_costs(rows, q[:, 0], q[:, 1], SLOPE)
        lead = reward - reward.mean()
        scale = float(lead.std()) or 1.0
        gradient = ((lead / scale)[:, None] * (drawn - mean)).mean(axis=0) / width
        mean = np.clip(mean + 0.2 * gradient, 0, 1)
        width = 0.25 * (1 - step / steps) + 0.02
    alpha, beta = _levels(mean[None])[0].tolist()
    return Policy(alpha, beta)


def _levels(drawn: Floats) -> Floats:
    """Pairs (B, 2) in the unit square as levels alpha and beta, clamped to where they may lie."""
    ends = np.array([ALPHA, BETA])
    return np.asarray(ends[:, 0] + np.clip(drawn, 0, 1) * (ends[:, 1] - ends[:, 0]))


def _ranked(gold: Floats, levels: Floats) -> Floats:
    """The calibrated thresholds of sorted scores (n,) at levels (B, 2); infinite where too few."""
    return np.asarray(np.append(gold, np.inf)[ranks(gold.size, levels) - 1])
