"""Timings of a deck of 1,000 cards with 100,000 links: lists, pages, filters, an assessment."""

from __future__ import annotations

from app.service.cards import assess, deck, evidence, likelihood, report
from app.service.cards.deck import Wanted
from app.service.stores import Stores
from data.card import make
from db import ledger, links
from db.links import Link
from tests.bench.clock import timed
from tests.service.answers import answer, put

CARDS, LINKS = 1_000, 100_000


def test_a_large_deck(stores: Stores) -> None:
    text = "The model says what it should not, at some length. " * 8
    cards = [
        make({"card": f"card_{n}", "title": f"Risk {n}", "description": f"{n} {text}",
              "codes": [f"W{n % 5 + 1}.1", "S1.1"], "references": ["a paper"] * 1,
              "harms": [{"actor": "consumer", "kind": "physical"}],
              "exchanges": [{"prompt": f"Prompt {n} {k}"} for k in range(4)],
              "proposes": [{"dimension": "bias", "over": 0.5}]}, "a card")
        for n in range(CARDS)
    ]  # fmt: skip
    timed("keep 1,000 cards", lambda: deck.keep(stores, cards, "bench"), 1)
    run = put(stores, [answer(f"i{n}", n / 2000, n / 2000, 0.1) for n in range(2_000)], "m")
    made = [
        Link(f"card_{n % CARDS if n % 2 else 0}", "output", evidence.ref((run, f"i{n}", 0)),
             (run, f"i{n % 2000}", 0))
        for n in range(LINKS)
    ]  # fmt: skip
    timed("link 100,000 answers, half of them to one card",
          lambda: links.add(stores.ledger, made, "bench", 1), 1)  # fmt: skip
    timed("the deck", lambda: deck.every(stores))
    wanted = Wanted(words="length", codes=("W3.1",), actors=("consumer",))
    timed("the deck filtered", lambda: deck.find(stores, wanted))
    timed("links of every card counted", lambda: evidence.counts(stores))
    timed("first page of 50,000 links of one card", lambda: evidence.page(stores, "card_0", 8))
    timed("a page in the middle of them", lambda: evidence.page(stores, "card_0", 8, 25_000))
    timed("links of one answer", lambda: evidence.of_case(stores, (run, "i7", 0)))
    timed("answers proposed for that card", lambda: evidence.proposed(stores, "card_0", 8))
    timed("one more answer linked",
          lambda: evidence.attach(stores, "card_5", [(run, "i9", 0)], "bench"))  # fmt: skip
    timed("the ledger's version, in every cache key", lambda: ledger.version(stores.ledger))
    assess.start(stores, "Bench", "m", "bench")
    names = [f"card_{n}" for n in range(CARDS)]
    timed("choose 1,000 cards for an assessment", lambda: assess.choose(
        stores, assess.one(stores, "bench"), names, {}, "bench"), 1)  # fmt: skip
    kept = assess.one(stores, "bench")
    timed("one card of it, to be judged", lambda: likelihood.card(stores, kept, "card_3"))
    assess.choose(stores, kept, names[:5], {}, "bench")
    timed("the report of an assessment of five", lambda: report.text(stores, "bench"), 3)
