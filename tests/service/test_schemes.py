"""Schemes as versions: kept, edited, compared; a change asks again for the labels it touches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.service import stores as opened
from app.service.labeling import desk, label, rescheme, schemes
from app.service.stores import Stores
from app.settings import Settings
from data.read import scheme as files
from data.trouble import Trouble
from db import campaigns, labels

ONE = """scheme: mine
version: 1
fields:
  - field: act
    title: Did
    kind: one
    required: true
    options:
      - {value: a, title: A, key: "1", meaning: first}
      - {value: b, title: B, key: "2"}
  - {field: note, kind: text}
"""
CASES = [("r", f"i{n}", 0) for n in range(3)]


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    found = opened.connect(Settings(home=tmp_path))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def send(stores: Stores, campaign: str, event: str, place: int, **values: Any) -> label.Reply:
    message = {"what": "label", "event": event, "place": place, "campaign": campaign}
    told = message | {"person": "ann", "values": values, "seconds": 1, "shown": "x"}
    return label.save(stores, campaign, "ann", [told])


def test_a_saved_scheme_is_the_next_version_and_the_old_one_stays(stores: Stores) -> None:
    assert schemes.keep(stores, ONE, "lead").version == 1
    assert schemes.keep(stores, ONE, "lead").version == 1, "an unchanged text is no new version"
    second = schemes.keep(stores, ONE.replace("title: B", "title: Bee"), "lead")
    assert (second.version, second.made_by) == (2, "lead")
    assert schemes.parsed(second.text, "mine").version == 2
    assert [one.version for one in schemes.versions(stores, "mine")] == [1, 2]
    assert schemes.taken(stores, "mine") == (("mine", 2), ("mine", 0))


def test_a_guideline_of_the_team_stays_the_newest(stores: Stores) -> None:
    schemes.seed(stores)
    ours = schemes.keep_guideline(stores, "act_harm", "# Ours\n\nshort", "lead")
    schemes.seed(stores)
    assert schemes.taken(stores)[1] == ("act_harm", ours.version)
    with pytest.raises(Trouble, match="empty"):
        schemes.keep_guideline(stores, "act_harm", " ", "lead")


def test_a_scheme_that_cannot_be_read_is_not_kept(stores: Stores) -> None:
    with pytest.raises(Trouble, match="choice"):
        schemes.keep(stores, ONE.replace("kind: one", "kind: choice"), "lead")
    assert rescheme.read("{")[0] is None
    told = rescheme.read("{")[1]
    assert told is not None
    assert "not YAML" in told[0]
    assert schemes.versions(stores, "mine") == []


def test_a_taxonomy_is_written_out_so_that_a_version_stands_alone(stores: Stores) -> None:
    (name, version), _ = schemes.taken(stores)
    body = campaigns.scheme(stores.ledger, name, version)
    assert body is not None
    assert "Violent Crimes" in body
    other = schemes.with_taxonomy(stores, "act_harm", "beats", "lead")
    assert other.name == "act_harm_beats"
    assert "race_and_ethnicity" in other.text
    assert schemes.with_taxonomy(stores, "act_harm", "mlcommons", "lead").name == "act_harm"
    with pytest.raises(Trouble, match="no taxonomy 'gone'"):
        schemes.with_taxonomy(stores, "act_harm", "gone", "lead")
    with pytest.raises(Trouble, match="asks for no categories"):
        schemes.with_taxonomy(stores, "binary", "beats", "lead")


@pytest.mark.parametrize(
    ("was", "now", "touched"),
    [
        ("title: B}", "title: Bee}", {"b"}),
        ("key: \"2\"}", "key: \"4\"}", set()),
        ("meaning: first", "meaning: last", {"a"}),
        ("      - {value: b, title: B, key: \"2\"}\n", "", {"b"}),
        ("title: B, key: \"2\"}", "title: B, key: \"2\"}\n      - {value: c}", {"a", "b"}),
        ("{field: note, kind: text}", "{field: note, kind: text, required: true}", {"a", "b"}),
        ("kind: one", "kind: many", {"a", "b"}),
        ("{field: note, kind: text}", "{field: other, kind: text}", set()),
    ],
)  # fmt: skip
def test_a_change_touches_the_labels_it_makes_stale(was: str, now: str, touched: set[str]) -> None:
    before = files.parse(ONE.replace('title: B, key: "2"}', 'title: B, key: "2"}'), "x")
    text = (
        ONE.replace("title: B, key", "title: Bee, key") if "Bee" in now else ONE.replace(was, now)
    )
    since = rescheme.changes(before, files.parse(text, "x"))
    found = {v for v in "ab" if any(change.touches({"act": v}) for change in since)}
    assert found == touched


def test_changing_a_scheme_asks_again_for_what_it_touches_and_rewrites_nothing(
    stores: Stores,
) -> None:
    schemes.keep(stores, ONE, "lead")
    key = label.start(stores, "C", [(case, 1.0) for case in CASES], "lead", scheme="mine")
    assert send(stores, key, "e1", 1, act="a", note="hm").kept == ("e1",)
    assert send(stores, key, "e2", 2, act="b").kept == ("e2",)
    new = ONE.replace("meaning: first", "meaning: something else")
    read, why = rescheme.read(new)
    assert read is not None, why
    rows = rescheme.flagged(stores, "mine", read)
    assert [(row["campaign"], row["person"], row["item"]) for row in rows] == [
        ("C", "ann", CASES[0][1])
    ]
    words = rescheme.words(stores, "mine", read, rows)
    assert words[0] == "Did: A means something else"
    assert "1 in C; none is rewritten" in words[-1]
    assert [(use.name, use.scheme) for use in rescheme.uses(stores, "mine")] == [("C", 1)]

    assert rescheme.move(stores, key, "lead", schemes.keep(stores, new, "lead").version, 0) == 1
    seen = desk.look(stores, key, "ann")
    assert [one.place for one in seen.cases] == [1, 3]
    assert (seen.cases[0].values, seen.cases[0].note) == (
        {"act": "a", "note": "hm"},
        "Did: A means something else",
    )
    assert (seen.progress.done, seen.progress.total, seen.scheme.version) == (1, 3, 2)
    assert [row["value"] for row in labels.history(stores.ledger, CASES[0])] == ["a", "hm"]

    assert send(stores, key, "e3", 1, act="b").kept == ("e3",)
    assert [one.place for one in desk.look(stores, key, "ann").cases] == [3]
    told = labels.history(stores.ledger, CASES[0])
    assert [(row["value"], row["scheme_version"]) for row in told] == [
        ("a", 1), ("hm", 1), ("b", 2),
    ]  # fmt: skip


def test_a_campaign_moves_only_to_versions_there_are(stores: Stores) -> None:
    key = label.start(stores, "C", [(CASES[0], 1.0)], "lead")
    for scheme, guideline in ((9, 1), (2, 9)):
        with pytest.raises(Trouble, match="has no version 9"):
            rescheme.move(stores, key, "lead", scheme, guideline)
    with pytest.raises(Trouble, match="no campaign"):
        rescheme.move(stores, "gone", "lead", 1, 1)


def test_a_difference_shows_the_lines_that_changed() -> None:
    found = rescheme.difference(ONE, ONE.replace("title: Did", "title: Done"))
    assert [line for line in found if line[0] in "+-"] == ["-    title: Did", "+    title: Done"]
    assert rescheme.difference(ONE, ONE) == []
