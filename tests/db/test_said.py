"""Labels read in bulk, as columns, are those that hold now, whatever was said."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from db import imports, labels, ledger
from db import said as told
from db.labels import Label
from tests.db.test_ledger import engine as engine
from tests.db.test_ledger import postgres as postgres

NAMES = ("item_id", "sample", "person", "field", "value")
ODD = 'é\n"\\\x1f\u2028 😀'


def save(
    engine: sa.Engine, event: str, item: str, person: str, sample: int, campaign: str, **said: str
) -> None:
    case = ("r", item, sample)
    assert labels.save(engine, Label(event, campaign, person, case, "act_harm", 1, 1, said))


def bring(engine: sa.Engine, item: str, sample: int, person: str, field: str, value: str) -> None:
    imports.add_many(engine, [("r", item, sample, person, field, value)], scheme="act_harm")


def held(engine: sa.Engine) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in NAMES) for row in labels.current(engine, runs=["r"])]


def bulk(engine: sa.Engine) -> list[tuple[Any, ...]]:
    found = told.of_run(engine, "r")
    item, person, field, value = (
        one.cells.tolist() for one in (found.item, found.person, found.field, found.value)
    )
    return list(zip(item, found.sample.tolist(), person, field, value, strict=True))


def test_labels_read_in_bulk_are_those_that_hold_now(engine: sa.Engine) -> None:
    assert bulk(engine) == []
    save(engine, "1", "i", "ann", 0, "c", act="refused", comment=ODD)
    save(engine, "2", "i", "bo", 0, "c", act="hedged")
    save(engine, "3", "k", "ann", 10_001, "c", act="answered")
    save(engine, "4", "i", "cy", 0, "other", act="hedged", severity="2")
    save(engine, "5", "i", "ann", 0, "c", act="hedged")  # what she said before holds no more
    save(engine, "6", ODD, "ann", 0, "other", act="refused")
    labels.undo(engine, "u", "c", "bo")
    bring(engine, "i", 0, "dee", "act", "refused")
    bring(engine, "i", 0, "dee", "act", "answered")  # a corrected file
    bring(engine, "i", 0, "dee", "severity", "1")
    assert bulk(engine) == held(engine)
    assert len(held(engine)) == 7
    assert ("i", 0, "dee", "act", "answered") in held(engine)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Any:
    opened = ledger.connect(f"sqlite:///{tmp_path_factory.mktemp('said') / 'ledger.sqlite'}")
    yield opened
    opened.dispose()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["save", "import", "undo"]), st.sampled_from("ik"),
            st.sampled_from(["ann", "bo"]), st.integers(0, 1), st.sampled_from("cd"),
            st.sampled_from(["act", "severity"]), st.sampled_from(["1", "2", "3"]),
        ),
        max_size=14,
    )
)  # fmt: skip
def test_whatever_was_said_and_taken_back(scratch: sa.Engine, acts: list[Any]) -> None:
    with scratch.begin() as connection:
        connection.execute(ledger.labels.delete())
    for n, (what, item, person, sample, campaign, field, value) in enumerate(acts):
        if what == "save":
            save(scratch, f"e{n}", item, person, sample, campaign, **{field: value})
        elif what == "import":
            bring(scratch, item, sample, person, field, value)
        else:
            labels.undo(scratch, f"e{n}", campaign, person)
    assert bulk(scratch) == held(scratch)
