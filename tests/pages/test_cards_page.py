"""Risk cards through the door: browse, write, edit, link answers from both sides."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.service import stores as opened
from app.service.cards import deck, evidence
from app.settings import Settings
from data.card import make
from tests.pages.conftest import Door
from tests.pages.test_pages import EVIL, whole, words


@pytest.fixture
def home(sample: Path, tmp_path: Path) -> Path:
    """The sample data, to be written to."""
    return Path(shutil.copytree(sample, tmp_path / "home"))


def press(app: AppTest, name: str) -> AppTest:
    return whole(next(one for one in app.button if one.label == name).click().run())


def test_filters_of_the_deck_live_in_the_link(door: Door, sample: Path) -> None:
    app = whole(door(sample, "cards", categories=["Abstention: answers from stale knowledge"]))
    assert "1 of 48 cards" in words(app)


def test_a_card_is_written_with_a_preview_then_edited(door: Door, home: Path) -> None:
    app = whole(door(home, "cards", view="new"))
    whole(app.text_input(key="new-title").set_value("Loud noises").run())
    whole(app.text_area(key="new-what").set_value(EVIL).run())
    whole(app.multiselect(key="new-harms").set_value(["consumer-physical"]).run())
    app = press(app, "Save the card")
    assert app.title[0].value == "Loud noises"
    stores = opened.connect(Settings(home=home))
    assert deck.one(stores, "loud_noises").card.description == EVIL.strip()
    app = whole(door(home, "cards", card="loud_noises", view="edit"))
    app.text_area(key="loud_noises-1-what").set_value("Too loud.").run()
    assert "\\+description: Too loud." not in words(app)
    assert any("+description: Too loud." in one.value for one in app.code)
    press(app, "Save as version 2")
    assert deck.one(stores, "loud_noises").version == 2
    whole(door(home, "cards", card="loud_noises", view="history"))


def test_answers_found_by_search_are_linked(door: Door, home: Path) -> None:
    link = {"card": "hate", "view": "evidence", "from": "found by search", "find": "library"}
    app = whole(door(home, "cards", **link))
    for box in app.checkbox[:3]:
        box.check()
    press(app, "Link the ticked answers")
    stores = opened.connect(Settings(home=home))
    assert evidence.counts(stores)["hate"] == 3
    app = whole(door(home, "cards", card="hate", view="evidence"))
    assert "snapshot" in words(app)


def test_a_case_says_which_card_it_shows(door: Door, home: Path) -> None:
    stores = opened.connect(Settings(home=home))
    run = stores.warehouse.sql("SELECT run_id, item_id FROM lake.outputs LIMIT 1").fetchone()
    assert run is not None
    app = whole(door(home, "cases", run=run[0], item=run[1]))
    key = next(one.key for one in app.multiselect if one.key and one.key.endswith("-cards"))
    app.multiselect(key=key).set_value(["hate"]).run()
    press(app, "Link it")
    assert evidence.counts(stores) == {"hate": 1}


@pytest.mark.parametrize("view", ["card", "edit", "evidence", "history"])
def test_a_hostile_card_stays_words_on_every_view(door: Door, tmp_path: Path, view: str) -> None:
    stores = opened.connect(Settings(home=tmp_path))
    card = make(
        {"card": "evil", "title": EVIL, "description": EVIL, "conditions": EVIL,
         "references": [EVIL], "exchanges": [{"prompt": EVIL, "output": EVIL}],
         "proposes": [{"words": EVIL, "categories": [EVIL]}]}, "evil",
    )  # fmt: skip
    deck.keep(stores, [card], EVIL)
    app = whole(door(tmp_path, "cards", card="evil", view=view))
    assert not re.search(r"(?<!\\)<img|(?<!\\)!\[p", words(app))


def test_an_empty_deck_offers_the_starter_deck(door: Door, tmp_path: Path) -> None:
    app = whole(door(tmp_path, "cards"))
    assert "There is no card yet" in words(app)
    app = press(app, "Bring in the starter deck")
    assert "48 cards" in words(app)
