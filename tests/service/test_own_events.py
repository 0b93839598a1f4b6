"""Our own events brought in again: a record, or the labels of an export, come to what held."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.service import stores as opened
from app.service.exports import export, recipe
from app.service.labeling import labels as bringing
from app.service.outputs import record
from app.service.stores import Stores
from app.settings import Settings
from db import imports, labels
from db.labels import ADJUDICATOR, Label
from tests.service.answers import answer, put

ROWS = [answer(f"i{n}", 0.1, 0.2, 0.3) for n in range(4)]
ODD = ("=1+1", "NA", "it's", '["a"]', "two\nlines")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Stores]:
    """Another team's stores, which hold the same answers."""
    found = opened.connect(Settings(home=tmp_path / "other"))
    put(found, ROWS, "m")
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def work(stores: Stores, run: str, seed: int) -> None:
    """Labels said, said anew and taken back, in two campaigns, and labels of files."""
    draw, events = random.Random(seed), list[tuple[str, str, str]]()
    for turn in range(60):
        person, campaign = draw.choice(["ann", "bo", ADJUDICATOR]), draw.choice("cd")
        case, what = (run, f"i{draw.randrange(4)}", 0), draw.random()
        act = {"act": draw.choice(["refused", "hedged"])}
        said = act | ({"comment": draw.choice(ODD)} if draw.random() < 0.5 else {})
        if what < 0.6:
            labels.save(
                stores.ledger, Label(f"e{turn}", campaign, person, case, "act_harm", 2, 1, said)
            )
            events.append((f"e{turn}", campaign, person))
        elif what < 0.8 and events:
            event, campaign, person = draw.choice(events)
            labels.undo(stores.ledger, f"u{turn}", campaign, person, event)
        else:
            rows = [(*case, f"file {person}", field, value) for field, value in said.items()]
            imports.add_many(stores.ledger, rows, scheme="s", campaign=campaign)


def held(stores: Stores, names: bool = True) -> list[tuple[str, ...]]:
    """What holds, of what a person said twice the last; people as numbers where not by name."""
    found = {
        (row["person"], row["item_id"], row["field"]): row["value"]
        for row in labels.current(stores.ledger)
    }
    return sorted((*key[0 if names else 1 :], value) for key, value in found.items())


@pytest.mark.parametrize("seed", range(3))
def test_a_record_comes_to_what_held(
    seed: int, stores: Stores, other: Stores, tmp_path: Path
) -> None:
    work(stores, put(stores, ROWS, "m"), seed)
    path = tmp_path / "events.jsonl"
    path.write_bytes(record.jsonl(stores))
    told = bringing.load(other, path, bringing.Asked(scheme="act_harm"))
    assert told["refused"] == []
    assert held(other) == held(stores)


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_the_labels_of_an_export_come_to_what_held(
    form: str, stores: Stores, other: Stores, tmp_path: Path
) -> None:
    work(stores, put(stores, ROWS, "m"), 7)
    export.export(stores, recipe.read({"format": form}), tmp_path / "set")
    path = tmp_path / "set" / "data" / f"labels.{form}"
    told = bringing.load(other, path, bringing.Asked(scheme="act_harm"))
    assert told["refused"] == []
    assert held(other, names=False) == held(stores, names=False)
