"""Made-up questions with options, and the real ones of sixteen subjects."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from risk.sets import Questions


def made(n: int, options: int = 4, seed: int = 0, sharp: float = 1.5) -> Questions:
    """n questions whose right option is drawn from the very probabilities: exchangeable rows."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, sharp, (n, options))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    gold = (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    names = tuple(f"q{i:05}" for i in range(n))
    return Questions(p, np.minimum(gold, options - 1), names, (tuple("ABCDEF"[:options]),) * n)


def columns(asked: Questions) -> dict[str, np.ndarray]:
    """The same questions as a lens gets them."""
    logs = [
        dict(zip(keys, np.log(row[: len(keys)]).tolist(), strict=True))
        for keys, row in zip(asked.keys, asked.p, strict=True)
    ]
    right = [keys[g] for keys, g in zip(asked.keys, asked.gold.tolist(), strict=True)]
    return {
        "item_id": np.array(asked.items, dtype=object),
        "sample": np.zeros(len(asked)),
        "category": np.array([f"c{i % 2}" for i in range(len(asked))], dtype=object),
        "option_logprobs": np.array(logs, dtype=object),
        "gold": np.array(right, dtype=object),
    }


def real(folder: Path) -> dict[str, dict[str, np.ndarray]]:
    """Subject -> columns of the published option probabilities: ten prompts a question."""
    by: dict[str, list[dict[str, str]]] = {}
    path = folder / "conformal_llm" / "llama13b_mmlu_option_probs.csv"
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by.setdefault(row["subject"], []).append(row)
    return {
        subject: {
            "item_id": np.array([f"{subject}/{r['question_idx']}" for r in rows], dtype=object),
            "sample": np.array([float(r["prompt_idx"]) for r in rows]),
            "option_logprobs": np.array(
                [{k: float(np.log(float(r[f"p_{k}"]))) for k in "ABCD"} for r in rows],
                dtype=object,
            ),
            "gold": np.array(["ABCD"[int(r["target_idx"])] for r in rows], dtype=object),
        }
        for subject, rows in by.items()
    }
