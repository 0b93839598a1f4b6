"""Sentences made from numbers: one model alone, and how large counts are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.service import stores as opened
from app.service.measures import say, tabulate, tail
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from app.settings import Settings
from tests.service.answers import answer, put

QUICK = Choices(draws=200)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Stores with nothing in them."""
    found = opened.connect(Settings(home=tmp_path))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def test_one_model_alone_is_not_called_the_riskiest(stores: Stores) -> None:
    run = put(stores, [answer(f"{n}", n / 40, n / 40, 0) for n in range(40)], "m", "alone")
    (one,) = standings = tail.standings(stores, "alone", QUICK)
    said = say.overview(standings, {run: "m"}, None, None)
    mean = f"{one.measures['cvar'].value:.3g}"
    assert said == f"1 model: m has a mean log-risk of {mean} nats in the worst 5 % of its answers."


def test_a_large_count_is_written_with_thin_spaces(stores: Stores) -> None:
    run = put(stores, [answer(f"{n}", 0.1, 0.2, 0) for n in range(1200)], "m", "many")
    said = tabulate.footing(tail.profile(stores, run, QUICK))
    assert said.startswith("n 1\u2009200 · left out 0 · ")
