"""The deck as people use it: files in, versions, filters, files out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.service.cards import deck
from app.service.cards.deck import Wanted
from app.service.stores import Stores
from data.card import Card, make
from data.trouble import Trouble


def card(name: str = "hate", **more: Any) -> Card:
    return make({"card": name, "title": name.title(), **more}, name)


def test_a_folder_comes_in_and_a_bad_file_keeps_no_other_out(
    stores: Stores, tmp_path: Path
) -> None:
    folder = tmp_path / "deck"
    folder.mkdir()
    (folder / "one.yaml").write_text("title: One\ncodes: [W1.1]", "utf-8")
    (folder / "two.md").write_text("---\nTitle: Two\n", "utf-8")
    (folder / "bad.yaml").write_text("title: [", "utf-8")
    (folder / "_template.md").write_text("# no card", "utf-8")
    told = deck.load(stores, folder, "ann")
    assert (told["cards"], told["new"], len(told["refused"])) == (2, 2, 1)
    assert "bad.yaml" in told["refused"][0]["file"]
    assert deck.load(stores, folder, "ann")["same"] == 2


def test_filters_meet(stores: Stores) -> None:
    harm = {"actor": "consumer", "kind": "physical"}
    deck.keep(stores, [card("a", codes=["W1.1"], harms=[harm]), card("b", status="draft")], "ann")

    def found(**wanted: Any) -> list[str]:
        return [one.card.card for one in deck.find(stores, Wanted(**wanted))]

    assert found() == ["a", "b"]
    assert found(codes=("W1.1", "W2.1")) == ["a"]
    assert found(actors=("consumer",), kinds=("physical",), words="A") == ["a"]
    assert found(actors=("consumer",), statuses=("draft",)) == []


def test_an_edit_is_a_version_with_a_diff(stores: Stores) -> None:
    deck.keep(stores, [card(description="before")], "ann")
    now = deck.one(stores, "hate")
    text = deck.plain(now.card).replace("before", "after")
    changed = deck.rewritten(text, now.card)
    assert deck.difference(now.card, changed)[-2:] == [
        "-description: before",
        "+description: after",
    ]
    assert deck.keep(stores, [changed], "ben", after=1) == {"hate": 2}
    assert deck.one(stores, "hate", 1).card.description == "before"
    with pytest.raises(Trouble, match="meanwhile"):
        deck.keep(stores, [card()], "cam", after=1)


def test_an_edit_cannot_rename_a_card(stores: Stores) -> None:
    with pytest.raises(Trouble, match="called"):
        deck.rewritten("card: other\ntitle: x", card())


def test_an_export_comes_back_unchanged(stores: Stores, tmp_path: Path) -> None:
    deck.keep(stores, [card("a", description="x: y"), card("b"), card("poisoned-readme")], "ann")
    deck.export(stores, tmp_path / "out", "markdown", ["a", "poisoned-readme"])
    (tmp_path / "out" / "SOURCE_README.md").write_text("# no card", "utf-8")
    (tmp_path / "out" / "Readme.md").write_text("# no card", "utf-8")
    assert deck.load(stores, tmp_path / "out", "ann") == {
        "cards": 2, "new": 0, "changed": 0, "same": 2, "refused": [],
    }  # fmt: skip
    with pytest.raises(Trouble, match="not an empty folder"):
        deck.export(stores, tmp_path / "out", "yaml")


@pytest.mark.real
def test_the_public_deck_goes_in_out_and_in_again(
    stores: Stores, tmp_path: Path, real: Path
) -> None:
    cards = real / "lm_risk_cards" / "cards" / "en"
    assert deck.load(stores, cards, "ann")["new"] == 63
    deck.export(stores, tmp_path / "out", "public")
    assert deck.load(stores, tmp_path / "out", "ann")["same"] == 63
    assert deck.seed(stores) == 48, "no card of ours bears the name of one of theirs"
    for path in sorted((tmp_path / "out").iterdir()):
        assert path.read_bytes() == (cards / path.name).read_bytes()
