"""Orders of the slow scorer on made-up answers, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.service.outputs.cases import Chosen, Filter
from app.service.scoring import orders
from app.service.scoring.orders import Asked, Placed
from app.service.stores import Stores
from db import runs
from scoring import offers
from tests.service import slow
from tests.service.answers import answer, put

N = 60


@pytest.fixture
def offered() -> Iterator[None]:
    """The scorers of the tests are known while a test runs."""
    slow.offer()
    yield
    for name in ("slow", "judge_slowly"):
        offers.every().pop(name, None)


@pytest.fixture
def run(stores: Stores) -> str:
    """A run of answers, and so a data set of prompts."""
    return put(stores, [answer(f"q{n:03}", n / 100, 0.1, 0.2) for n in range(N)], "owl")


def asked(scorer: str = "slow", limit: int = 0, **settings: Any) -> Asked:
    chosen = Chosen(Filter(datasets=("made",)))
    return Asked(scorer, settings=settings, chosen=chosen, limit=limit, name="tiny")


def order(stores: Stores, scorer: str = "slow", limit: int = 0, **settings: Any) -> Placed:
    (placed,) = orders.place(stores, asked(scorer, limit, **settings), "ann")
    return placed


def items(stores: Stores, run_id: str) -> list[str]:
    found = stores.warehouse.cursor().execute(
        "SELECT item_id FROM lake.outputs WHERE run_id = ? ORDER BY 1", [run_id]
    )
    return [item for (item,) in found.fetchall()]


def made(stores: Stores) -> list[str]:
    return [run["run_id"] for run in runs.every(stores.warehouse) if run["model"] == "tiny"]


def fields(one: Asked) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Asked.__dataclass_fields__}
