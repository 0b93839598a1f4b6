"""Models that scorers are tried on, made once: tiny random ones, and one that was taught."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.samples import facts
from scoring.scorer import Model
from tests.scoring import tiny

WORDS = ("Sorry", "I can't", "Yes", "No", "safe", "unsafe", " owl", "<think>", "</think>")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder the tiny models lie in."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def causal(models: Path) -> Model:
    """A causal model of Llama's shape that knows bytes and WORDS, and a chat template."""
    return Model(name=str(tiny.llama(models / "causal", tiny.tokenizer(WORDS))), device="cpu")


@pytest.fixture(scope="session")
def classifier(models: Path) -> Model:
    """A classifier with the labels safe, toxic and insult, which reads 64 tokens."""
    labels = {0: "safe", 1: "toxic", 2: "insult"}
    return Model(name=str(tiny.bert(models / "classifier", tiny.tokenizer(), labels)), device="cpu")


SHARE = 0.2
"""Of the facts the demo's model is taught: enough to know, to be unsure and not to know."""


@pytest.fixture(scope="session")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Llama-like model that knows some facts, trained in a few seconds.

    Workers of one test run share it.
    """
    import filelock  # comes with torch
    import torch

    from scoring import tiny as training

    torch.set_num_threads(1)
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder = root / "taught-model"
    with filelock.FileLock(root / "taught-model.lock"):
        if not (folder / "config.json").is_file():
            size = training.Size(wide=48, steps=130, batch=48, rate=6e-3)
            training.train(facts.texts(7, SHARE), folder, size)
    return folder


@pytest.fixture(scope="session")
def asked() -> list[dict[str, object]]:
    """The questions that model is asked, as rows of a data set; `category` is how it knows them."""
    return list(facts.cases(7, SHARE))


@pytest.fixture(scope="session")
def random_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Random models by name, GPT-2-like and Llama-like, that read 96 tokens."""
    from tests.scoring import shapes

    return shapes.write(tmp_path_factory.mktemp("random"))
