"""Models that scorers are tried on: tiny, random, with hand-made vocabularies, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

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
