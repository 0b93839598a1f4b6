"""Samples of lm-evaluation-harness as published: their means come out, cut ones are flagged."""

from __future__ import annotations

import pytest


@pytest.mark.real
@pytest.mark.parametrize(
    ("model", "mean"),
    [
        ("google/gemma-2-27b-it", 0.5349),
        ("meta-llama/Meta-Llama-3-70B-Instruct", 0.5239),
        ("meta-llama/Meta-Llama-3-70B", 0.3733),
        ("meta-llama/Meta-Llama-3-8B-Instruct", 0.4651),
    ],
)
def test_the_published_means_of_truthfulqa_come_out(real, stores, model, mean):
    from app.service.loading import load as loading

    folder = real / "truthfulqa_multi/lm_eval/gen/en" / model.replace("/", "__")
    (run,) = loading.load(stores, next(folder.glob("samples_*")), by="test").loaded
    checks = {check["metric"]: check for check in run.checks}
    assert (run.model, run.outputs, run.refused) == (model, 817, 0)
    assert all(check["agrees"] for check in run.checks)
    assert round(checks["bleu_acc"]["recomputed"], 4) == mean


@pytest.mark.real
def test_ten_lines_of_five_thousand_are_flagged(real, stores):
    from app.service.loading import load as loading

    path = next((real / "every_eval_ever/lm_eval").glob("samples_*"))
    (run,) = loading.load(stores, path, by="test").loaded
    (count,) = (check for check in run.checks if check["metric"] == "samples")
    assert (count["reported"], count["recomputed"], count["agrees"]) == (5000, 10, False)
