"""What an assessment counts: answers at a limit, prompts answered twice, evidence, cards."""

from __future__ import annotations

import pytest

from app.service.cards import assess, deck, evidence, likelihood, report_parts, run_evidence
from app.service.cards.assess import Kept
from app.service.stores import Stores
from data.card import make
from tests.service.answers import answer, put

CARD = "bias"


@pytest.fixture(autouse=True)
def card(stores: Stores) -> None:
    """A card that is about every answer scored for bias."""
    rule = {"dimension": "bias", "over": 0.4}
    deck.keep(stores, [make({"card": CARD, "title": "Bias", "proposes": [rule]}, CARD)], "ann")


def started(stores: Stores, title: str) -> Kept:
    name = assess.start(stores, title, "owl", "ann")
    assess.choose(stores, assess.one(stores, name), [CARD], {}, "ann")
    return assess.one(stores, name)


def test_a_mean_that_misses_its_limit_by_rounding_alone_reaches_it(stores: Stores) -> None:
    put(stores, [answer("i00", 0.7, 0.1, 0), answer("i01", 0.7, 0, 0)], "owl")
    assert (0.7 + 0.1) / 2 < 0.4, "as computers add"
    (found,) = likelihood.look(stores, started(stores, "Rounded"))
    proposed = evidence.proposed(stores, CARD)
    assert [row["item_id"] for row in proposed] == ["i00"]
    assert (found.flagged.value, found.flagged.n) == (0.5, 2)


def test_a_prompt_that_a_model_answered_twice_is_drawn_once(stores: Stores) -> None:
    told = {}
    for times in (1, 2):
        rows = [answer(f"i{n:02}", n / 20, n / 20, 0, response=f"no {times}") for n in range(20)]
        put(stores, rows, "owl")
        (told[times],) = likelihood.look(stores, started(stores, f"Asked {times}"))
    assert [told[times].cases for times in (1, 2)] == [20, 40]
    one, two = told[1].mean, told[2].mean
    assert (two.low, two.high) == pytest.approx((one.low, one.high))


def test_pieces_of_evidence_are_counted_as_they_are_printed(stores: Stores) -> None:
    run = put(stores, [answer(f"i{n:02}", n / 20, n / 20, 0) for n in range(20)], "owl")
    kept = started(stores, "Printed")
    evidence.attach(stores, CARD, [(run, f"i{n:02}", 0) for n in range(11)], "ann")
    evidence.attach_value(stores, CARD, "tail", run_evidence.body(stores, run), "ann")
    (found,) = likelihood.look(stores, kept)
    told = report_parts.card(stores, kept, found)
    assert len(told["evidence"]) == 11
    assert told["evidence_words"] == "12 pieces, 11 of them printed"


def test_a_card_that_is_retired_stays_with_what_was_said_on_it(stores: Stores) -> None:
    put(stores, [answer("i00", 0.7, 0.1, 0)], "owl")
    kept = started(stores, "Retired")
    retired = deck.one(stores, CARD).card.model_copy(update={"status": "retired"})
    deck.keep(stores, [retired], "ben")
    assert CARD not in deck.titles(stores)
    assert assess.offered(stores, kept) == {CARD: "Bias"}
