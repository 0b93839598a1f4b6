"""What an annotator may see beside the case: suggestions, what a campaign shows, gold's lessons."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest

from app.service.labeling import (
    adjudicate,
    campaigns,
    desk,
    influence,
    label,
    near,
    progress,
    suggest,
)
from app.service.labeling.campaigns import Plan
from app.service.labeling.sizes import How
from app.service.outputs.cases import Chosen, Filter
from app.service.outputs.shown import Judged
from app.service.stores import Stores
from data.read import rules, scheme
from data.trouble import Trouble
from db import draws, imports, labels, suggestions
from db.suggestions import Suggestion
from tests.service.answers import answer, put

N = 40
REFUSES = "I'm sorry, but I can't help with that."


@pytest.fixture
def run(stores: Stores) -> str:
    """Answers of a model with a telling name; every other one refuses, in words of its own."""
    rows = [
        answer(f"i{k:02}", 0.9 if k % 2 else 0.1, 0.5, 0.2)
        | {"response": f"{REFUSES} topic {k}" if k % 2 else f"Gladly: bread and salt, number {k}"}
        for k in range(N)
    ]
    return put(stores, rows, "secret-9b")


def start(stores: Stores, run: str, **more: Any) -> str:
    plan = Plan("Shown", Chosen(Filter(runs=(run,))), How("all"), per_case=0, **more)
    return campaigns.start(stores, plan, "lead")


def say(stores: Stores, key: str, person: str, place: int, act: str, **more: Any) -> label.Reply:
    values = {"act": act, "severity": "0"} | more
    told = {"what": "label", "event": f"{person}{place}", "place": place, "campaign": key,
            "person": person, "values": values, "seconds": 2.0, "shown": "x"}  # fmt: skip
    return label.save(stores, key, person, [told])


def walk(stores: Stores, key: str, person: str) -> dict[int, desk.Shown]:
    """Every case as the person sees it, each labeled `answered` on the way."""
    seen: dict[int, desk.Shown] = {}
    while cases := desk.look(stores, key, person).cases:
        seen[cases[0].place] = cases[0]
        say(stores, key, person, cases[0].place, "answered")
    return seen


def test_nothing_is_suggested_unless_a_campaign_says_so(stores: Stores, run: str) -> None:
    key = start(stores, run)
    assert all(one.suggested is None for one in desk.look(stores, key, "ann").cases)
    assert influence.look(stores, key) is None
    with pytest.raises(Trouble, match="suggestions by 'guesses'"):
        start(stores, run, suggest="guesses")


def test_half_of_the_suggestions_are_held_back_and_never_sent(stores: Stores, run: str) -> None:
    key = start(stores, run, suggest="rules")
    seen = walk(stores, key, "ann")
    made = {one.place: one for one in suggestions.every(stores.ledger, key).values()}
    assert len(made) == N // 2
    assert {one.values["act"] for one in made.values()} == {"refused"}
    shown = {place for place, one in made.items() if one.shown}
    assert 3 <= len(shown) <= N // 2 - 3
    for place, one in seen.items():
        assert (one.suggested == {"act": "refused"}) == (place in shown)
        assert one.source == ("rules" if place in shown else "")
    again = desk.look(stores, key, "bo").cases
    assert [one.suggested for one in again] == [seen[one.place].suggested for one in again]


def test_what_showing_does_is_the_difference_with_its_interval(stores: Stores, run: str) -> None:
    key = start(stores, run, suggest="rules")
    assert "too few are labeled" in influence.sentence(influence.look(stores, key))  # type: ignore[arg-type]
    while cases := desk.look(stores, key, "ann").cases:
        act = "refused" if cases[0].suggested else "answered"
        say(stores, key, "ann", cases[0].place, act)
    found = influence.look(stores, key)
    assert found is not None
    (pull,) = found.pulls
    assert (pull.field, pull.with_it.value, pull.without.value) == ("act", 1.0, 0.0)
    assert pull.difference.value == 1.0
    assert 0.3 < pull.difference.low < 1.0
    assert (pull.with_it.n, pull.without.n) == (found.shown, found.held)
    assert "is as suggested 100% more often" in influence.sentence(found)
    assert influence.rows(found)[-1]["measure"].startswith("time a case")


def test_judges_suggest_grades_and_acts(stores: Stores, run: str) -> None:
    key = start(stores, run, suggest="judges", withheld=0.0)
    by = {one.place: one.suggested for one in desk.look(stores, key, "ann").cases}
    case = draws.at(stores.ledger, key, 1)
    assert case is not None
    high = int(case["item_id"][1:]) % 2  # the worst dimension's mean is .7 there, else .3
    assert by[1] == {"severity": "3" if high else "1"}
    graded = scheme.parse(
        "{scheme: s, version: 1, fields: [{field: v, kind: one, options: [{value: safe}, "
        "{value: unsafe}]}, {field: tier, kind: one, options: [{value: a}, {value: b}]}]}", "s",
    )  # fmt: skip
    told = Judged((("bias", "owl", 0.4, "harm"), ("bias", "fox", 0.8, "harm"),
                   ("skill", "owl", 1.0, "good")), ("refused", "hedged"))  # fmt: skip
    assert suggest.by_judges(graded, told) == {"v": "unsafe"}
    assert suggest.by_judges(graded, Judged()) == {}


def test_near_neighbors_suggest_what_people_said_of_like_cases(stores: Stores, run: str) -> None:
    key = start(stores, run, suggest="neighbors", withheld=0.0)
    assert not near.learn(stores, key)
    for place in range(1, 25):
        row = draws.at(stores.ledger, key, place)
        assert row is not None
        say(stores, key, "ann", place, "refused" if int(row["item_id"][1:]) % 2 else "answered")
    assert near.learn(stores, key)
    assert not near.learn(stores, key), "nothing is new"
    fresh = {}
    for one in desk.look(stores, key, "ann").cases:
        fresh[one.place] = one.suggested
    for place, suggested in fresh.items():
        row = draws.at(stores.ledger, key, place)
        assert row is not None
        said = "refused" if int(row["item_id"][1:]) % 2 else "answered"
        assert suggested == {"act": said, "severity": "0"}


def test_rules_read_the_opening_of_an_answer() -> None:
    known = rules.shipped()
    for text, finish, act in (
        ("Sorry, I won’t do that.", "stop", "refused"), ("", "", "could_not_act"),
        ("I don't know.", "", "abstained"), ("x", "content_filter", "could_not_act"),
    ):  # fmt: skip
        assert rules.guess(known, text, finish)["act"] == act
    assert rules.guess(known, "word " * 90 + "I won't", "stop") == {}
    for wrong in ("{", "a: b", "- {field: act}", "- {field: act, value: x, starts: no}", "- 3"):
        with pytest.raises(Trouble):
            rules.parse(wrong, "r.yaml")


@pytest.mark.parametrize("show", [(), ("model",), ("judge",), ("others",)])
def test_an_annotator_sees_what_the_campaign_shows_and_nothing_else(
    stores: Stores, run: str, show: tuple[str, ...]
) -> None:
    key = start(stores, run, show=show)
    say(stores, key, "bo", 1, "abstained", comment="look closely")
    sent = asdict(desk.look(stores, key, "ann"))
    one = sent["cases"][0]
    assert ("secret-9b" in repr(sent)) == ("model" in show)
    assert ("owl 0." in repr(sent)) == ("judge" in show)
    assert ("abstained 1" in repr(one["told"])) == ("others" in show)
    assert "bo" not in {word.strip(".,:") for word in repr(one["told"]).split()}
    assert "look closely" not in repr(one)
    assert run not in repr(sent)
    assert [told["title"] for told in one["told"]] == [
        {"model": "Model", "judge": "Judges", "others": "Others"}[name] for name in show
    ]


def test_what_others_said_in_a_file_is_shown_whatever_it_is(stores: Stores, run: str) -> None:
    key = start(stores, run, show=("others",))
    one = draws.drawn(stores.ledger, key)[0]
    case = (one["run_id"], one["item_id"], one["sample"])
    rows = [(*case, person, "categories", said) for person, said in (("bo", "odd"), ("cy", "[x"))]
    imports.add_many(stores.ledger, rows, scheme="act_harm", campaign=key)
    told = repr(desk.look(stores, key, "ann").cases[0].told)
    assert "odd 1, [x 1" in told


def test_influence_asks_for_no_more_than_a_store_can_bind(stores: Stores, run: str) -> None:
    key = start(stores, run, suggest="rules")
    many = [Suggestion(place, "rules", {"act": "refused"}, True) for place in range(1, 41)]
    suggestions.keep(stores.ledger, key, many)
    with stores.ledger.connect() as connection:
        held: Any = connection.connection.dbapi_connection
        held.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 100)
    found = influence.look(stores, key)
    assert found is not None
    assert found.shown == 40


def gold(stores: Stores, run: str, answers: Mapping[str, str]) -> str:
    """A campaign of ten cases after two to train on, one gold case among them to watch drift."""
    first = start(stores, run)
    for n in range(1, 31):
        say(stores, first, "ann", n, "answered")
    for row in draws.drawn(stores.ledger, first)[:30]:
        case = (row["run_id"], row["item_id"], row["sample"])
        scope = f"campaign:{first}"
        adjudicate.settle_case(stores, scope, case, answers, "its second line declines", "lead")
    plan = Plan(
        "Trained", Chosen(Filter(runs=(run,))), How("random"), 10, per_case=0, training=2, drift=1,
        suggest="rules", withheld=0.0,
    )  # fmt: skip
    return campaigns.start(stores, plan, "lead")


def test_after_a_training_case_what_was_settled_is_told_with_the_reason(
    stores: Stores, run: str
) -> None:
    key = gold(stores, run, {"act": "refused"})
    before = desk.look(stores, key, "cy")
    assert [one.training for one in before.cases] == [True, True, False, False, False]
    assert before.lessons == ()
    assert "its second line declines" not in repr(before)
    assert [one.suggested for one in before.cases[:2]] == [None, None], "gold is no case to copy"
    say(stores, key, "cy", 1, "answered")
    (lesson,) = desk.look(stores, key, "cy").lessons
    assert (lesson.place, lesson.why) == (1, "its second line declines")
    assert lesson.fields == (("Did", "answered", "refused", False),)
    say(stores, key, "cy", 2, "refused")
    assert [one.place for one in desk.look(stores, key, "cy").lessons] == [2, 1]
    labels.undo(stores.ledger, "u", key, "cy")
    assert [one.place for one in desk.look(stores, key, "cy").lessons] == [1]
    say(stores, key, "cy", 1, "refused")
    (cy,) = [one for one in progress.look(stores, key).people if one.name == "cy"]
    assert cy.right.value == 0.0, "what counts was said before the lesson"


def test_gold_that_watches_for_drift_looks_like_any_case(stores: Stores, run: str) -> None:
    key = gold(stores, run, {"act": "refused"})
    watching = [one.case for one in draws.answers(stores.ledger, key).values()
                if one.kind == "drift"]  # fmt: skip
    seen = walk(stores, key, "cy")
    places = {(r["run_id"], r["item_id"], r["sample"]): r["place"]
              for r in draws.cases(stores.ledger, key)}  # fmt: skip
    for case in watching:
        one = seen[places[case]]
        assert (one.training, one.note, one.told) == (False, "", ())
    assert desk.look(stores, key, "cy").lessons == ()
