"""Harm from the link to what it hands to the screen."""

from __future__ import annotations

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app.service import stores as opened
from app.service.loading import load
from app.settings import Settings
from components.widgets.text import safe
from data.mapping import Mapping
from tests.pages.conftest import Door
from tests.pages.test_belief import sentence
from tests.pages.test_pages import EVIL, whole, words
from tests.service.answers import put


def test_the_page_says_what_to_do_on_empty_stores(door: Door, tmp_path: Path) -> None:
    said = words(whole(door(tmp_path, "harm")))
    assert "#### No run says" in said
    assert "Load" in said


def test_the_strictness_in_the_link_moves_the_harm(door: Door, sample: Path) -> None:
    link = {"dataset": "sample-beats", "model": "gale-14b"}
    usual, strict = (sentence(door(sample, "harm", cut=cut, **link)) for cut in ("60", "20"))
    assert "of its answers are harmful" in usual
    assert usual != strict


def test_a_pick_in_the_link_lists_the_answers_of_the_model_it_names(
    door: Door, sample: Path
) -> None:
    link = {"dataset": "sample-beats", "model": "gale-14b"}
    said = words(door(sample, "harm", pick='["idle","iris-70b"]', **link)).replace("\\", "")
    assert "iris-70b: could not act" in said
    said = words(door(sample, "harm", pick='["idle","nobody"]', **link)).replace("\\", "")
    assert "gale-14b: harm above 50; nothing is picked" in said


def test_hostile_names_are_plain_words_here_too(door: Door, tmp_path: Path) -> None:
    home = tmp_path / "home"
    stores = opened.connect(Settings(home=home))
    rows = [
        {"id": f"{EVIL} {n}", "prompt": EVIL, "response": EVIL, "category": EVIL, "h": n / 30,
         "did": "refused" if n % 2 else "answered", "is": "safe" if n % 3 else "unsafe"}
        for n in range(30)
    ]  # fmt: skip
    path = home / "evil.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    mapping = Mapping.model_validate(
        {"scores": {"harm": {EVIL: "h"}}, "labels": {"act": {EVIL: "did"}},
         "tags": {"prompt_is": "is"}, "fixed": {"model": EVIL, "dataset": EVIL}}
    )  # fmt: skip
    assert not load.load(stores, path, mapping=mapping).refused
    stores.warehouse.close()
    stores.ledger.dispose()
    said = words(whole(door(home, "harm")))
    assert EVIL not in said
    assert safe(EVIL) in said
    for live in ("![p]", "<img", "**b**", "`c`", ":red[d]"):
        assert f" {live}" not in said.replace("\\" + live, "")


def test_an_edited_crosswalk_is_seen_at_the_next_look(door: Door, tmp_path: Path) -> None:
    stores = opened.connect(Settings(home=tmp_path))
    rows = [{"id": str(n), "prompt": "p", "response": "r", "category": "Scams and fraud",
             "bias_owl": n / 9} for n in range(9)]  # fmt: skip
    put(stores, rows, "m", scores={"bias": {"owl": "bias_owl"}})
    stores.warehouse.close()
    stores.ledger.dispose()
    app = whole(door(tmp_path, "harm", taxonomy="MLCommons hazards"))
    assert "Non-Violent Crimes" in listed(app)
    (tmp_path / "taxonomies").mkdir()
    (tmp_path / "taxonomies" / "crosswalk.yaml").write_text(
        "crosswalk:\n- {from: simple_safety_tests, to: mlcommons, map: {scams_fraud: prv}}\n"
    )
    assert "Privacy Violations" in listed(whole(app.run()))


def listed(app: AppTest) -> str:
    """All tables of the page as text."""
    return " ".join(one.value.to_string() for one in app.dataframe)
