"""The record: a case's history, every event as kept, and what stood at any moment."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from app.service.labeling import adjudicate, campaigns, progress
from app.service.outputs import cases, record
from app.service.stores import Stores
from data.trouble import Trouble
from db import draws, imports, labels, ledger
from tests.service.test_suggest import run as run
from tests.service.test_suggest import say, start


def moment() -> str:
    """A moment after all that was done and before all that will be."""
    time.sleep(0.002)
    now = ledger.now()
    time.sleep(0.002)
    return now


def test_what_held_at_any_moment_is_a_question_to_the_same_events(stores: Stores, run: str) -> None:
    key = start(stores, run)
    before = moment()
    say(stores, key, "ann", 1, "refused")
    say(stores, key, "bo", 1, "refused")
    agreed = moment()
    labels.undo(stores.ledger, "u", key, "bo")
    say(stores, key, "bo", 2, "hedged")
    campaigns.freeze(stores, key, "lead")

    def stood(until: str) -> tuple[int, int, bool]:
        found = progress.look(stores, key, until)
        return found.labels, found.touched, bool(found.frozen)

    assert [stood(when) for when in (before, agreed, "")] == [
        (0, 0, False), (2, 1, False), (2, 2, True),
    ]  # fmt: skip
    assert progress.agreement(stores, key) == []
    then = {row.group: row.value for row in progress.agreement(stores, key, agreed)
            if row.measure == "percent"}  # fmt: skip
    assert then["act"] == 1.0
    said = labels.current(stores.ledger, campaign=key, person="bo", field="act", until=agreed)
    assert [row["value"] for row in said] == ["refused"]


def test_a_case_tells_its_whole_history(stores: Stores, run: str) -> None:
    key = start(stores, run)
    row = draws.at(stores.ledger, key, 1)
    assert row is not None
    case = (row["run_id"], row["item_id"], row["sample"])
    say(stores, key, "ann", 1, "refused")
    labels.undo(stores.ledger, "u", key, "ann")
    imports.add_many(stores.ledger, [(*case, "cy", "act", "[odd {"), (*case, "cy", "n", "{1")],
                     scheme="imported")  # fmt: skip
    say(stores, key, "bo", 1, "hedged")
    adjudicate.settle_case(stores, f"campaign:{key}", case, {"act": "hedged"}, "it doubts", "lead")
    whole = cases.read(stores, *case)
    assert whole is not None
    told = [(one["what"], one["who"]) for one in whole.history]
    assert list(dict.fromkeys(told)) == [
        ("labeled", "ann"), ("took it back", "ann"), ("loaded", "cy"), ("labeled", "bo"),
        ("labeled", "settled"),
    ]  # fmt: skip
    first, last = whole.history[0], whole.history[-1]
    assert first["scheme"].startswith("act_harm ")
    assert first["guideline"] == 1
    assert first["text seen"] == "another: x", "the test's browser said it saw another text"
    assert last["text seen"] == "this"
    assert {"it doubts", "lead"} <= {one["value"] for one in whole.history}


def test_every_event_goes_out_as_it_was_kept(stores: Stores, run: str) -> None:
    key = start(stores, run, suggest="rules", withheld=0.0)
    other = start(stores, run)
    say(stores, key, "ann", 1, "refused", comment='a "b"\n=1')
    say(stores, other, "ann", 1, "hedged")
    until = moment()
    labels.undo(stores.ledger, "u", key, "ann")

    def out(**more: Any) -> list[dict[str, Any]]:
        return [json.loads(line) for line in record.jsonl(stores, **more).splitlines()]

    mine = out(campaign=key)
    assert [row["made_at"] for row in mine] == sorted(row["made_at"] for row in mine)
    assert [row["what"] for row in mine if row["kind"] == "label"] == ["label"] * 3 + ["undo"]
    assert {row["kind"] for row in mine} == {"label", "campaign"}
    assert 'a "b"\n=1' in {row.get("value") for row in mine}
    assert {row["campaign"] for row in mine} == {key}
    assert len(out()) > len(mine)
    assert [row["what"] for row in out(campaign=key, until=until)][-1] == "label"
    with pytest.raises(Trouble, match="no campaign"):
        record.jsonl(stores, "none")
    for said in ("yesterday", "0001-01-01 00:00+14:00"):
        with pytest.raises(Trouble, match="no moment"):
            record.moment(said)
