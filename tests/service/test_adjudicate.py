"""Adjudication: what is contested comes first, is settled with a reason, and changes no label."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.service import stores as opened
from app.service.labeling import adjudicate, adjudicate_said, annotators, label
from app.service.outputs import settle
from app.service.stores import Stores
from app.settings import Settings
from data.trouble import Trouble
from db import imports, labels, warehouse

CASES = [("u", f"i{n}", 1) for n in range(4)]
SAID = {  # person -> (act, severity) of the four cases
    "ann": [("refused", "0"), ("refused", "1"), ("answered", "2"), ("hedged", "0")],
    "bo": [("refused", "0"), ("hedged", "1"), ("answered", "4"), ("hedged", "0")],
    "cy": [("refused", "0"), ("answered", "3"), ("refused", "2"), ("hedged", "0")],
}
LONG = "word " * 400


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    found = opened.connect(Settings(home=tmp_path))

    def write(cursor: warehouse.Connection) -> None:
        cursor.execute("INSERT INTO lake.runs (run_id, model, dataset) VALUES ('u', 'm', 'd')")
        for _, item, _ in CASES:
            cursor.execute(
                "INSERT INTO lake.items (dataset, item_id, prompt) VALUES ('d', ?, 'p')", [item]
            )
            cursor.execute(
                "INSERT INTO lake.outputs (run_id, item_id, sample, response) "
                "VALUES ('u', ?, 1, ?)",
                [item, LONG],
            )

    warehouse.write(found.warehouse, write)
    yield found
    found.warehouse.close()
    found.ledger.dispose()


@pytest.fixture
def scope(stores: Stores) -> str:
    """A campaign three people have labeled; cy in a second a case."""
    key = label.start(stores, "Spring", [(case, 1.0) for case in CASES], "lead")
    for person, said in SAID.items():
        events = [
            {
                "what": "label", "event": f"{person}{n}", "place": n, "campaign": key,
                "person": person, "values": {"act": act, "severity": harm},
                "seconds": 1.0 if person == "cy" else 60.0, "shown": "x",
            }
            for n, (act, harm) in enumerate(said, 1)
        ]  # fmt: skip
        assert len(label.save(stores, key, person, events).kept) == 4
    return f"campaign:{key}"


def test_the_most_contested_unsettled_cases_come_first(stores: Stores, scope: str) -> None:
    found = adjudicate.queue(stores, scope)
    assert [(one.case[1], one.apart, one.people) for one in found] == [
        ("i1", 1.0, 3), ("i2", pytest.approx(2 / 3), 3),
    ]  # fmt: skip
    assert found[0].fields == ("act", "severity")
    adjudicate.settle_case(stores, scope, CASES[1], {"act": "hedged"}, "it helps in part", "lee")
    assert [one.settled for one in adjudicate.queue(stores, scope)] == [False, True]
    assert "1 of 2 contested cases" in adjudicate_said.sentence(adjudicate.queue(stores, scope))


def test_settling_keeps_every_label_and_says_who_and_why(stores: Stores, scope: str) -> None:
    before = labels.history(stores.ledger, CASES[1])
    adjudicate.settle_case(stores, scope, CASES[1], {"act": "hedged"}, "it helps in part", "lee")
    adjudicate.settle_case(stores, scope, CASES[1], {"severity": "1"}, "nobody is hurt", "lee")
    found = adjudicate.brief(stores, scope, CASES[1])
    assert found.settled == {
        "act": "hedged", "severity": "1", "reason": "nobody is hurt", "settled_by": "lee",
    }  # fmt: skip
    assert found.said == {p: dict(zip(("act", "severity"), s[1], strict=True))
                          for p, s in SAID.items()}  # fmt: skip
    assert list(found.history[: len(before)]) == before
    assert settle.values(stores, "act", ["u"])[CASES[1]] == "hedged"
    assert "lee: nobody is hurt" in adjudicate_said.ruling(found)

    assert adjudicate.reopen(stores, scope, CASES[1])
    assert adjudicate.brief(stores, scope, CASES[1]).settled["reason"] == "it helps in part"
    assert adjudicate.reopen(stores, scope, CASES[1])
    assert not adjudicate.reopen(stores, scope, CASES[1])
    assert adjudicate.brief(stores, scope, CASES[1]).settled == {}
    assert {row["what"] for row in labels.history(stores.ledger, CASES[1])} == {"label", "undo"}


def test_a_ruling_needs_a_value_and_a_reason(stores: Stores, scope: str) -> None:
    for values, reason, why in (({}, "long enough", "nothing"), ({"act": "refused"}, "no", "why?")):
        with pytest.raises(Trouble, match="nothing was settled" if why == "nothing" else "reason"):
            adjudicate.settle_case(stores, scope, CASES[1], values, reason, "lee")
    with pytest.raises(Trouble, match="nobody here labeled"):
        adjudicate.brief(stores, scope, ("u", "gone", 1))


def test_hidden_names_tell_nobody_and_differ_from_case_to_case(stores: Stores, scope: str) -> None:
    adjudicate.settle_case(stores, scope, CASES[1], {"act": "hedged"}, "it helps in part", "lee")
    found = adjudicate.brief(stores, scope, CASES[1])
    shown = repr(adjudicate_said.side_by_side(found, True) + adjudicate_said.history(found, True))
    assert not any(f"'{name}'" in shown for name in SAID)
    assert "annotator A" in shown
    orders = {tuple(adjudicate.aliases(SAID, ("u", f"i{n}", 1)).items()) for n in range(20)}
    assert len(orders) > 1
    assert {row["field"]: row["ann"] for row in adjudicate_said.side_by_side(found, False)} == {
        "act": "refused", "severity": "1",
    }  # fmt: skip


def test_a_mark_that_a_file_holds_in_part_is_in_no_text(stores: Stores, scope: str) -> None:
    rows = [(*CASES[1], "dan", "span", '{"sha256": "cut of')]
    imports.add_many(stores.ledger, rows, scheme="s", campaign=scope.partition(":")[2])
    found = adjudicate_said.side_by_side(adjudicate.brief(stores, scope, CASES[1]), False)
    assert [row["dan"] for row in found if row["field"] == "span"] == ["in another text"]


def test_the_form_offers_what_the_scheme_does_and_leads_with_the_majority(
    stores: Stores, scope: str
) -> None:
    found = adjudicate.brief(stores, scope, CASES[2])
    assert found.options["act"] == ("answered", "hedged", "abstained", "refused", "could_not_act")
    assert adjudicate.leading(found, "act") == "answered"
    assert adjudicate.leading(adjudicate.brief(stores, scope, CASES[1]), "act") == ""


def test_confusion_is_held_against_the_settled_label_then_the_others(
    stores: Stores, scope: str
) -> None:
    adjudicate.settle_case(stores, scope, CASES[1], {"act": "hedged"}, "it helps in part", "lee")
    found = annotators.look(stores, scope, "act")
    of = {one.person: one for one in found.people}
    at = {value: n for n, value in enumerate(found.classes)}
    assert list(of) == ["ann", "bo", "cy"]
    assert (found.settled, found.cases) == (1, 4)
    # ann: i0 refused as both others, i1 refused though hedged, i2 the others are level, i3 hedged
    want = np.zeros((3, 3))
    for truth, said in (("refused", "refused"), ("hedged", "refused"), ("hedged", "hedged")):
        want[at[truth], at[said]] += 1
    assert of["ann"].confusion.tolist() == want.tolist()
    assert (of["ann"].right.value, of["ann"].right.n, of["ann"].right.lost) == (
        pytest.approx(2 / 3), 3, 1,
    )  # fmt: skip
    assert of["bo"].right.value == 1.0
    assert of["cy"].right.value == 0.5
    assert np.nansum(of["bo"].model, axis=1) == pytest.approx(np.ones(3))


def test_who_said_twice_counts_once_as_they_said_last(stores: Stores, scope: str) -> None:
    again = label.start(stores, "Summer", [(CASES[0], 1.0)], "lead")
    told = {
        "what": "label", "event": "twice", "place": 1, "campaign": again, "person": "ann",
        "values": {"act": "answered", "severity": "0"}, "seconds": 60.0, "shown": "x",
    }  # fmt: skip
    assert label.save(stores, again, "ann", [told]).kept
    found = annotators.look(stores, "dataset:d", "act").people[0]
    # i0 now answered though both others refused, i1 and i2 the others are level, i3 hedged
    assert (found.person, found.labels) == ("ann", 4)
    assert (found.right.value, found.right.n, found.right.lost) == (0.5, 2, 2)
    assert found.confusion.sum() == 2


def test_what_a_campaign_settled_is_taken_back_from_its_data_set(
    stores: Stores, scope: str
) -> None:
    adjudicate.settle_case(stores, scope, CASES[1], {"act": "hedged"}, "it helps in part", "lee")
    assert adjudicate.reopen(stores, "dataset:d", CASES[1])
    assert not adjudicate.brief(stores, scope, CASES[1]).settled
    assert CASES[1] not in settle.values(stores, "act")


def test_who_saves_before_anyone_could_read_is_named(stores: Stores, scope: str) -> None:
    found = annotators.look(stores, scope, "act")
    of = {one.person: one for one in found.people}
    assert of["cy"].too_fast == tuple(CASES)
    assert (of["cy"].hurried.value, of["ann"].hurried.value) == (1.0, 0.0)
    assert of["cy"].seconds.value == 1.0
    assert "cy was too fast to have read 4 cases" in annotators.sentence(found)
    assert annotators.fields(stores, scope) == ["act", "severity"]
