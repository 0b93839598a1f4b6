"""Who gets which case: overlap, quotas, leases that end, people who stop, a campaign frozen."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from db import assignments, campaigns, draws, labels
from db.draws import Gold
from db.labels import Case, Label
from tests.db.test_ledger import engine as engine
from tests.db.test_ledger import postgres as postgres

N = 6


def case(k: int) -> Case:
    return ("r", f"i{k}", 0)


def start(engine: sa.Engine, n: int = N, **more: Any) -> str:
    drawn = [(case(k), 0.5) for k in range(1, n + 1)]
    return campaigns.start(engine, "c", ("s", 1), ("g", 1), "all", 1, drawn, "lead", **more)


def say(engine: sa.Engine, key: str, person: str, place: int) -> str:
    row = draws.at(engine, key, place)
    assert row is not None
    event, of = f"{key}{person}{place}", (row["run_id"], row["item_id"], row["sample"])
    assert labels.save(engine, Label(event, key, person, of, "s", 1, 1, {"act": "a", "b": "c"}))
    return event


def brought(engine: sa.Engine, key: str, person: str, *how: Any, **more: Any) -> list[int]:
    return [row["place"] for row in assignments.bring(engine, key, person, *how, **more)]


def later(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="microseconds")


def test_a_case_is_lent_to_as_many_people_as_it_lacks_labels(engine: sa.Engine) -> None:
    key = start(engine, per_case=2)
    assert brought(engine, key, "ann", limit=2) == [1, 2]
    assert brought(engine, key, "bo", limit=2) == [1, 2]
    assert brought(engine, key, "cy", limit=2) == [3, 4]
    say(engine, key, "ann", 1)
    assert brought(engine, key, "cy", limit=2) == [3, 4]
    assert brought(engine, key, "ann", limit=2) == [2, 3]


def test_a_label_taken_back_opens_the_case_again(engine: sa.Engine) -> None:
    key = start(engine, per_case=1)
    assert brought(engine, key, "ann") == [1]
    event = say(engine, key, "ann", 1)
    assert brought(engine, key, "bo", moment=later(60)) == [2]
    labels.undo(engine, "u", key, "ann", event)
    assert brought(engine, key, "cy", moment=later(180)) == [1]


def test_a_case_left_lying_goes_to_the_next_who_asks(engine: sa.Engine) -> None:
    key = start(engine, per_case=1, settings={"lease": 10})
    assert brought(engine, key, "ann", limit=2, moment=later(0)) == [1, 2]
    assert brought(engine, key, "bo", moment=later(9)) == [3]
    assert brought(engine, key, "bo", moment=later(11)) == [1]
    assert brought(engine, key, "ann", limit=2, moment=later(12)) == [2, 4]


def test_who_goes_on_working_keeps_what_lies_before_them(engine: sa.Engine) -> None:
    key = start(engine, per_case=1, settings={"lease": 10})
    assert brought(engine, key, "ann", moment=later(0)) == [1]
    assert brought(engine, key, "ann", moment=later(7)) == [1]
    assert brought(engine, key, "bo", moment=later(12)) == [2]


def test_a_skipped_case_comes_last_and_is_given_back(engine: sa.Engine) -> None:
    key = start(engine, n=3, per_case=1)
    assert brought(engine, key, "ann") == [1]
    assert brought(engine, key, "ann", [1]) == [2]
    assert brought(engine, key, "bo") == [1]
    assert brought(engine, key, "ann", [1], 3) == [2, 3]


def test_a_quota_ends_the_work_of_one_person(engine: sa.Engine) -> None:
    key = start(engine, per_case=2)
    campaigns.record(engine, key, "assigned", {"person": "ann", "quota": 2}, "lead")
    campaigns.record(engine, key, "assigned", {"person": "bo", "quota": None}, "lead")
    assert brought(engine, key, "ann", limit=5) == [1, 2]
    assert assignments.left(engine, key, "ann") == 2
    for place in (1, 2):
        say(engine, key, "ann", place)
    assert brought(engine, key, "ann", limit=5) == []
    assert (assignments.left(engine, key, "ann"), assignments.left(engine, key, "bo")) == (0, N)
    assert brought(engine, key, "cy") == []
    assert "given to others" in assignments.refusal(engine, key, "cy")
    campaigns.record(engine, key, "assigned", {"person": "ann", "quota": 3}, "lead")
    assert brought(engine, key, "ann", limit=5) == [3]


def test_what_was_lent_to_someone_who_stops_is_free_at_once(engine: sa.Engine) -> None:
    key = start(engine, per_case=1)
    assert brought(engine, key, "ann", limit=2) == [1, 2]
    campaigns.record(engine, key, "stopped", {"person": "ann"}, "lead")
    assert brought(engine, key, "bo", limit=2) == [1, 2]
    assert brought(engine, key, "ann") == []
    assert "has stopped" in assignments.refusal(engine, key, "ann")
    campaigns.record(engine, key, "assigned", {"person": "ann", "quota": None}, "lead")
    assert assignments.refusal(engine, key, "ann") == ""


def test_a_frozen_campaign_gives_nothing_until_it_is_reopened(engine: sa.Engine) -> None:
    key = start(engine)
    campaigns.record(engine, key, "frozen", {}, "lead")
    assert brought(engine, key, "ann") == []
    assert "frozen since" in assignments.refusal(engine, key, "ann")
    campaigns.record(engine, key, "reopened", {}, "lead")
    assert brought(engine, key, "ann") == [1]
    told = [(event["what"], event["made_by"]) for event in campaigns.events(engine, key)]
    assert told == [("started", "lead"), ("frozen", "lead"), ("reopened", "lead")]
    with pytest.raises(ValueError, match="no campaign"):
        assignments.staff(engine, "other")


def test_gold_comes_first_to_train_and_in_between_to_watch(engine: sa.Engine) -> None:
    known = [Gold(("g", "t", 0), {"act": "x"}, "training")]
    known += [Gold(("g", f"d{k}", 0), {"act": "y"}) for k in range(2)]
    key = start(engine, per_case=1, known=known)
    kinds = [row["gold"] for row in draws.cases(engine, key)]
    assert kinds == ["training", "", "", "drift", "", "", "drift", "", ""]
    assert [row["probability"] for row in draws.drawn(engine, key)] == [0.5] * N
    assert draws.answers(engine, key)["g", "t", 0].answer == {"act": "x"}
    say(engine, key, "ann", 1)
    assert brought(engine, key, "bo", limit=3) == [1, 2, 3]
    assert brought(engine, key, "ann", limit=3) == [4, 5, 6]


def test_an_adjudicated_label_is_nobodys_work(engine: sa.Engine) -> None:
    key = start(engine, per_case=1)
    say(engine, key, "settled", 1)
    assert brought(engine, key, "ann") == [1]
    assert draws.saves(engine, key) == []


def test_saves_are_the_last_of_each_person_and_place(engine: sa.Engine) -> None:
    key = start(engine)
    say(engine, key, "ann", 1)
    again = Label("again", key, "ann", case(1), "s", 1, 1, {"act": "z"}, None, 4.0)
    labels.save(engine, again)
    say(engine, key, "bo", 2)
    told = [(row["place"], row["person"], row["seconds"]) for row in draws.saves(engine, key)]
    assert told == [(1, "ann", 4.0), (2, "bo", None)]


def test_people_at_once_never_take_more_of_a_case_than_it_lacks(engine: sa.Engine) -> None:
    key = start(engine, n=30, per_case=2)

    def work(person: str) -> None:
        while places := brought(engine, key, person, limit=2):
            say(engine, key, person, places[0])

    threads = [threading.Thread(target=work, args=(name,)) for name in ("ann", "bo", "cy", "di")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    often = Counter(row["place"] for row in draws.saves(engine, key))
    assert set(often.values()) == {2}
    assert len(often) == 30
