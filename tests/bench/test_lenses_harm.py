"""How long the lenses of harm take over 200,000 answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from risk.lenses import every
from tests.bench.clock import timed

N = 200_000
OUTPUTS = (
    "ailuminate", "strictness", "fortress", "incapable", "omni", "pacifaist", "propensity",
    "instrumental", "medval", "sosbench", "replication", "first_token", "sst", "seval",
    "strong_reject",
)  # fmt: skip


@pytest.fixture(scope="module")
def columns() -> dict[str, Any]:
    """Everything any of them needs, made up."""
    rng = np.random.default_rng(0)

    def words(*options: str) -> Any:
        return np.array(rng.choice(options, N).tolist(), dtype=object)

    def marks(share: float) -> Any:
        return (rng.random(N) < share).astype(float)

    kinds = words("vcr", "hte", "prv", "ncr", "spc")
    return {
        "item_id": np.array([f"i{n}" for n in range(N)], dtype=object),
        "category": kinds, "hazard": kinds, "domain": kinds, "variant": kinds,
        "act": words("answered", "hedged", "refused", "could_not_act"), "finish": words("stop"),
        "unsafe": rng.random(N), "harm": rng.random(N),
        "severity": rng.integers(0, 5, N).astype(float),
        "prompt_is": words("safe", "unsafe"), "rubric_1": marks(0.5), "rubric_2": marks(0.5),
        "parsed_choice": words("A", "B"), "target": words("A"), "refusal": marks(0.2),
        "misaligned": marks(0.2), "level": rng.integers(0, 11, N) * 10.0,
        "ic": marks(0.2), "adjudicated": marks(0.5), "milestone_3": marks(0.5),
        "risk_grade": rng.integers(0, 4, N) / 3,
        "label_risk_grade": rng.integers(1, 5, N).astype(float),
        "required": np.full(N, 5.0), "created": rng.integers(0, 12, N).astype(float),
        "specificity": rng.integers(0, 5, N) / 4, "convincingness": rng.integers(0, 5, N) / 4,
        "option_logprobs": np.array([{"safe": -0.5, "dw": -1.5}] * N, dtype=object),
    }  # fmt: skip


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_lens_of_harm_over_200_000_answers(name: str, columns: dict[str, Any]) -> None:
    lens = every()[name]
    given = {"m": columns} if lens.across else columns
    settings = lens.settings({})
    timed(name, lambda: list(lens.measures(given, settings)), times=1, rows=N)
