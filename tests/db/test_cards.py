"""Cards and their evidence in the ledger: versions, events, what holds."""

from __future__ import annotations

import pytest

from app.service.stores import Stores
from db import cards, ledger, links, verdicts
from db.links import Link
from tests.db.test_ledger import postgres as postgres


def linked(stores: Stores, *items: str, card: str = "c") -> int:
    made = [Link(card, "output", item, ("r", item, 0)) for item in items]
    return links.add(stores.ledger, made, "ann", 3)


def holding(stores: Stores, card: str = "c") -> list[str]:
    return [row["item_id"] for row in links.page(stores.ledger, card)]


def test_a_changed_body_is_the_next_version(stores: Stores) -> None:
    assert cards.keep(stores.ledger, {"c": "1", "d": "1"}, "ann") == {"c": 1, "d": 1}
    assert cards.keep(stores.ledger, {"c": "2", "d": "1"}, "ben") == {"c": 2}
    assert [(r["name"], r["body"], r["made_by"]) for r in cards.newest(stores.ledger)] == [
        ("c", "2", "ben"),
        ("d", "1", "ann"),
    ]
    assert [r["version"] for r in cards.versions(stores.ledger, "c")] == [1, 2]


def test_who_edits_an_older_version_is_told(stores: Stores) -> None:
    cards.keep(stores.ledger, {"c": "1"}, "ann", after=0)
    cards.keep(stores.ledger, {"c": "2"}, "ben", after=1)
    with pytest.raises(cards.Moved):
        cards.keep(stores.ledger, {"c": "3"}, "ann", after=1)
    assert cards.newest(stores.ledger)[0]["body"] == "2"


def test_a_link_holds_once_and_knows_who_and_when(stores: Stores) -> None:
    assert linked(stores, "a", "b") == 2
    assert linked(stores, "b", "c") == 1
    assert holding(stores) == ["c", "b", "a"]
    row = links.page(stores.ledger, "c")[0]
    assert (row["made_by"], row["snapshot"], bool(row["made_at"])) == ("ann", 3, True)
    assert links.counts(stores.ledger) == {"c": 3}
    assert [row["card"] for row in links.of_case(stores.ledger, ("r", "a", 0))] == ["c"]


def test_unlinking_is_an_event_and_a_link_can_be_made_again(stores: Stores) -> None:
    linked(stores, "a")
    seq = links.page(stores.ledger, "c")[0]["seq"]
    assert links.remove(stores.ledger, seq, "ben", 4, "a mistake")
    assert not links.remove(stores.ledger, seq, "ben", 4)
    assert holding(stores) == []
    assert links.counts(stores.ledger) == {}
    assert linked(stores, "a") == 1
    assert holding(stores) == ["a"]
    told = [(row["what"], row["made_by"]) for row in links.history(stores.ledger, "c")]
    assert told == [("link", "ann"), ("unlink", "ben"), ("link", "ann")]


def test_links_come_in_pages_the_newest_first(stores: Stores) -> None:
    linked(stores, *"abcde")
    first, second = (
        [row["item_id"] for row in links.page(stores.ledger, "c", 2, offset)] for offset in (0, 2)
    )
    assert (first, second) == (["e", "d"], ["c", "b"])


def test_every_write_of_cards_moves_the_ledgers_version(stores: Stores) -> None:
    seen = [ledger.version(stores.ledger)]
    cards.keep(stores.ledger, {"c": "1"}, "ann")
    seen.append(ledger.version(stores.ledger))
    cards.keep(stores.ledger, {"x": "1"}, "ann", "assessment")
    seen.append(ledger.version(stores.ledger))
    cards.keep(stores.ledger, {"x": "1"}, "ann", "risk")
    seen.append(ledger.version(stores.ledger))
    linked(stores, "a")
    seen.append(ledger.version(stores.ledger))
    assert len(set(seen)) == len(seen)


def test_the_paging_of_links_goes_by_an_index(stores: Stores) -> None:
    with stores.ledger.connect() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM card_links l WHERE card = 'c' AND what = 'link' AND "
            "NOT EXISTS (SELECT 1 FROM card_links u WHERE u.undoes = l.seq) "
            "ORDER BY seq DESC LIMIT 25"
        ).fetchall()
    said = " ".join(str(row) for row in plan)
    assert "links_of_card" in said
    assert "links_undone" in said
    assert "TEMP B-TREE" not in said


def test_cards_links_and_verdicts_hold_in_postgresql_too(postgres: str) -> None:
    engine = ledger.connect(postgres)
    assert cards.keep(engine, {"c": "1"}, "ann") == {"c": 1}
    assert cards.keep(engine, {"c": "2"}, "ann", after=1) == {"c": 2}
    made = [Link("c", "output", item, ("r", item, 0)) for item in "aabc"]
    assert links.add(engine, made, "ann", 1) == 3
    assert links.remove(engine, links.page(engine, "c")[0]["seq"], "ben", 1)
    assert [row["item_id"] for row in links.page(engine, "c", runs=["r"])] == ["b", "a"]
    assert links.counts(engine) == {"c": 2}
    said = [(("r", "a", 0), "shows"), (("r", "b", 0), "clear")]
    verdicts.add(engine, "x", "c", said, "ann", 1)
    verdicts.add(engine, "x", "c", [(("r", "b", 0), "")], "ann", 1)
    assert [row["verdict"] for row in verdicts.current(engine, "x", "c")] == ["shows"]
    engine.dispose()
