"""How long the stores take: loading a file, a page of a list, a search by words, saving a label."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
import orjson
import pytest

from app.service import stores as opened
from app.service.loading import load
from app.service.outputs import cases
from app.service.outputs.cases import Chosen, Filter
from app.service.stores import Stores
from app.settings import Settings
from db import labels
from db.labels import Label
from tests.bench.clock import timed

ROWS = 100_000
WORDS = np.array([f"{a}{b}{c}" for a in ("ha", "mo", "ti") for b in ("r", "l", "st") for c in
                  ("bor", "ven", "dum", "ka", "relin")])  # fmt: skip
LENGTH = 90
"""Words of an answer: about 700 characters."""


def write(path: Path, model: str, seed: int) -> Path:
    """A file of ROWS answers, each with a prompt and two scores."""
    draw = np.random.default_rng(seed)
    with path.open("wb") as file:
        for row in range(ROWS):
            said = " ".join(draw.choice(WORDS, LENGTH))
            record = {
                "id": row,
                "prompt": f"Question {row}: which of the {row % 97} harbors is meant?",
                "response": said,
                "model": model,
                "dataset": "bench",
                "category": f"c{row % 12}",
                "bias_one": float(draw.random()),
                "bias_two": float(draw.random()),
            }
            file.write(orjson.dumps(record) + b"\n")
    return path


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Stores with twice ROWS answers."""
    home = tmp_path_factory.mktemp("bench")
    found = opened.connect(Settings(home=home))
    for seed, model in enumerate(("one", "two")):
        path = write(home / f"{model}.jsonl", model, seed)
        size = path.stat().st_size / 1e6
        timed(
            f"load {ROWS:,} JSONL rows ({size:.0f} MB), {'beside others' if seed else 'first'}",
            partial(load.load, found, path),
            times=1,
            rows=ROWS,
        )
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def test_a_page_of_the_list(stores: Stores) -> None:
    timed(f"first page of {2 * ROWS:,}", lambda: cases.find(stores, Chosen()))
    timed("page in the middle", lambda: cases.find(stores, Chosen(), offset=ROWS))
    timed("count of one category", lambda: cases.total(stores, Chosen(Filter(categories=("c3",)))))


def test_a_search_by_words(stores: Stores) -> None:
    for said, words in (("common word", WORDS[3]), ("rare phrase", '"question 4711:"')):
        chosen = Chosen(Filter(words=words))
        timed(f"count of a {said} in {2 * ROWS:,}", partial(cases.total, stores, chosen), 3)
        timed(f"first page with a {said}", partial(cases.find, stores, chosen), 3)


def test_the_tail_of_both_models(stores: Stores) -> None:
    timed("cases of both worst 5 %, first page", lambda: cases.find(stores, Chosen(worst=0.05)), 3)


def test_a_label_is_saved(stores: Stores) -> None:
    (case,) = cases.keys(stores, Chosen(), limit=1)

    def save() -> None:
        values = {"act": "refused", "severity": "0"}
        labels.save(stores.ledger, Label(uuid4().hex, "c", "ann", case, "act_harm", 1, 1, values))

    timed("a label saved", save, times=200)
