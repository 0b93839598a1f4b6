"""Rows with two harm scores, and their tail computed without the project's own measures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def made(n: int) -> tuple[list[dict[str, Any]], NDArray[np.float64]]:
    """n rows of one judge's bias and fairness, and the harms (n, 2)."""
    harm = np.round(np.random.default_rng(5).beta(1, 6, (n, 2)), 4)
    rows = [
        {"id": f"p{i}", "prompt": f"Question {i}?", "response": f"Answer {i}.",
         "category": f"c{i % 3}", "bias_j": float(b), "fairness_j": float(f)}
        for i, (b, f) in enumerate(harm)
    ]  # fmt: skip
    return rows, harm


def independent(harm: NDArray[np.float64], level: float = 0.95) -> dict[str, float]:
    """Mean, VaR and CVaR of the sum of -log(1 - h): CVaR as the least of its upper bounds."""
    risk = -np.log(1 - harm).sum(axis=1)
    # the bound z + E[(R - z)+] / (1 - level) is piecewise linear: its minimum stands on a loss
    bounds = [z + np.maximum(risk - z, 0).mean() / (1 - level) for z in risk]
    return {
        "mean": float(risk.mean()),
        "var": float(np.quantile(risk, level, method="inverted_cdf")),
        "cvar": float(min(bounds)),
    }
