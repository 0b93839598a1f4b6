"""What one person's desk asks: progress, skips and what comes next, held against the plain list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import assignments, campaigns, desk, labels, ledger, skips
from db.draws import Gold, Kind
from db.labels import Case, Label

CASES: list[Case] = [("r", f"i{n}", 0) for n in range(1, 7)]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    opened = ledger.connect(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield opened
    opened.dispose()


def start(engine: sa.Engine, per_case: int | None = None) -> str:
    drawn = [(case, 1.0) for case in CASES]
    return campaigns.start(
        engine, "n", ("s", 1), ("g", 1), "all", 1, drawn, "lead", per_case=per_case
    )


def save(engine: sa.Engine, key: str, person: str, place: int, seconds: float = 2.0) -> None:
    said = {"act": "refused", "note": "x"}
    event = f"{person}{place}"
    told = Label(event, key, person, CASES[place - 1], "s", 1, 1, said, None, seconds)
    assert labels.save(engine, told)


@pytest.mark.parametrize("per_case", [None, 2])
def test_done_and_total_are_what_counting_case_by_case_gives(
    engine: sa.Engine, per_case: int | None
) -> None:
    key = start(engine, per_case)
    for person, places in {"ann": (1, 2, 3), "bo": (1, 2, 4), "cy": (4, 5)}.items():
        for place in places:
            save(engine, key, person, place)
    labels.undo(engine, "u", key, "ann", "ann3")
    save(engine, key, "settled", 6)
    for person in ("ann", "bo", "cy", "dee"):
        found = desk.progress(engine, key, person)
        done = {"ann": 2, "bo": 3, "cy": 2, "dee": 0}[person]
        assert found.done == done
        assert found.total - done == assignments.left(engine, key, person)
    campaigns.record(engine, key, "assigned", {"person": "bo", "quota": 4}, "lead")
    quota = desk.progress(engine, key, "bo")
    assert (quota.done, quota.total) == (3, 4)


def test_the_pace_is_the_median_of_labels_that_stand(engine: sa.Engine) -> None:
    key = start(engine)
    assert desk.progress(engine, key, "ann").seconds is None
    for place, seconds in ((1, 3.0), (2, 8.0), (3, 100.0)):
        save(engine, key, "ann", place, seconds)
    labels.undo(engine, "u", key, "ann")
    assert desk.progress(engine, key, "ann").seconds == 5.5


def test_skips_wait_in_the_order_they_were_made_and_are_no_labels(engine: sa.Engine) -> None:
    key = start(engine)
    for event, place in (("s1", 2), ("s2", 1), ("s3", 2), ("s3", 2)):
        skips.keep(engine, event, key, "ann", CASES[place - 1])
    assert skips.of(engine, key, "ann") == [1, 2]
    assert skips.of(engine, key, "bo") == []
    assert labels.current(engine, campaign=key) == []
    brought = assignments.bring(engine, key, "ann", skips.of(engine, key, "ann"), limit=9)
    assert [row["place"] for row in brought] == [3, 4, 5, 6, 1, 2]


def test_places_and_cases_find_each_other(engine: sa.Engine) -> None:
    key = start(engine)
    assert desk.at(engine, key, [2, 99]) == {2: CASES[1]}
    assert desk.place(engine, key, CASES[4]) == 5
    assert desk.place(engine, key, ("r", "gone", 0)) is None
    assert desk.ahead(engine, key, 5, 9) == CASES[4:]
    save(engine, key, "ann", 1)
    assert desk.kept(engine, ["ann1", "nothing"]) == {"ann1"}


@pytest.mark.parametrize("quota", [1, 2, 3, 6, 7, None])
def test_what_is_told_to_be_left_is_what_is_brought(engine: sa.Engine, quota: int | None) -> None:
    kinds: list[Kind] = ["training", "drift", "drift"]
    known = [Gold(("g", f"i{n}", 0), {"act": "refused"}, kind) for n, kind in enumerate(kinds)]
    drawn = [(case, 1.0) for case in CASES]
    key = campaigns.start(
        engine, "n", ("s", 1), ("g", 1), "all", 1, drawn, "lead", per_case=1, known=known
    )
    campaigns.record(engine, key, "assigned", {"person": "ann", "quota": quota}, "lead")
    skips.keep(engine, "skip", key, "ann", CASES[0])
    total, done = desk.progress(engine, key, "ann").total, 0
    while rows := assignments.bring(engine, key, "ann", skips.of(engine, key, "ann")):
        assert assignments.left(engine, key, "ann") == total - done
        case = tuple(rows[0][name] for name in ("run_id", "item_id", "sample"))
        done += 1
        said = Label(f"e{done}", key, "ann", case, "s", 1, 1, {"act": "refused"})
        assert labels.save(engine, said)
        assert desk.progress(engine, key, "ann").total == total
    assert (done, assignments.left(engine, key, "ann")) == (total, 0)
