"""Nothing confirmed is lost, doubled or crossed: a server killed at work, many people at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.service import stores as opened
from app.service.labeling import label
from app.service.stores import Stores
from app.settings import Settings
from db import campaigns, labels
from tests.service.crowd import crowd, killed, written

CASES = [("r", f"i{n}", 0) for n in range(1, 201)]
PLACES = {case: n for n, case in enumerate(CASES, 1)}


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    found = opened.connect(Settings(home=tmp_path))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def test_every_confirmed_label_survives_a_server_killed_at_random(
    stores: Stores, tmp_path: Path
) -> None:
    key = label.start(stores, "Killed", [(case, 1.0) for case in CASES], "lead")
    confirmed = killed(tmp_path, key, len(CASES), kills=4)
    found = written(stores, key, PLACES)
    assert [found["ann", n] for n in range(1, confirmed + 1)] == [1] * confirmed
    assert set(found.values()) == {1}
    assert confirmed <= len(found) <= confirmed + 1, "one may have been written, not yet confirmed"
    whole = Counter(row["event"] for row in labels.events(stores.ledger))
    assert set(whole.values()) == {3}, "a save is all of its fields or none"


def test_people_who_label_at_once_neither_lose_nor_double_nor_cross_labels(stores: Stores) -> None:
    key = label.start(stores, "Crowd", [(case, 1.0) for case in CASES[:4]], "lead")
    kept, times = crowd(stores, key, people=12, seconds=60, think=(0.0, 0.02))
    assert len(times) == len(kept) == 12 * 4
    assert written(stores, key, PLACES) == kept


def test_people_who_share_cases_get_each_as_often_as_it_needs_labels(stores: Stores) -> None:
    taken, guideline = ("act_harm", 2), ("act_harm", 1)
    label.start(stores, "sows the scheme", [(CASES[0], 1.0)], "lead")
    key = campaigns.start(
        stores.ledger, "Shared", taken, guideline, "all", 0,
        [(case, 1.0) for case in CASES[:20]], "lead", per_case=2,
    )  # fmt: skip
    kept, _ = crowd(stores, key, people=8, seconds=60, think=(0.0, 0.01))
    found = written(stores, key, PLACES)
    assert found == kept
    assert Counter(place for _, place in found) == dict.fromkeys(range(1, 21), 2)
