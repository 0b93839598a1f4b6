"""Belief and Abstention from the link to what they hand to the screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.service import stores as opened
from app.service.loading import load
from app.settings import Settings
from components.widgets.text import safe
from data.mapping import Mapping
from tests.pages.conftest import Door
from tests.pages.test_pages import EVIL, whole, words

PAGES = ("belief", "abstention")


def sentence(app: AppTest) -> str:
    """What the page opens with."""
    return next(one.value for one in whole(app).markdown if one.value.startswith("##### "))


@pytest.mark.parametrize("page", PAGES)
def test_the_page_says_what_to_do_on_empty_stores(door: Door, tmp_path: Path, page: str) -> None:
    said = words(whole(door(tmp_path, page)))
    assert "#### No run says" in said
    assert "Load" in said


def test_belief_says_where_the_probability_went(door: Door, sample: Path) -> None:
    link = {"dataset": "sample-options", "model": "iris-70b"}
    usual = sentence(door(sample, "belief", **link))
    assert "on the right option" in usual
    assert "on I don't know" in usual
    dear = sentence(door(sample, "belief", wrong="3.0", **link))
    assert dear != usual


def test_belief_without_options_still_shows_whether_confidence_holds(
    door: Door, sample: Path
) -> None:
    app = door(sample, "belief", dataset="sample-questions", model="ember-30b")
    assert "surer than it is right" in sentence(app)
    assert "Where the probability went" not in words(app)
    assert "Does confidence mean what it says" in words(app)


def test_abstention_tells_the_unanswerable_from_the_rest(door: Door, sample: Path) -> None:
    link = {"dataset": "sample-questions", "model": "iris-70b"}
    app = door(sample, "abstention", bar="0.7", **link)
    assert "of what cannot be answered" in sentence(app)
    assert "From 0\\.7 on" in words(app)
    only = door(sample, "abstention", category="future", **link)
    assert sentence(only) != sentence(app)


def test_abstention_of_options_shows_the_curve_without_a_matrix(door: Door, sample: Path) -> None:
    said = words(whole(door(sample, "abstention", dataset="sample-options")))
    assert "Risk against coverage" in said
    assert "What it did with what it could know" not in said


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_are_plain_words_here_too(door: Door, tmp_path: Path, page: str) -> None:
    home = tmp_path / "home"
    stores = opened.connect(Settings(home=home))
    rows = [
        {"id": f"{EVIL} {n}", "prompt": EVIL, "response": EVIL, "category": EVIL if n % 2 else "b",
         "target": EVIL, "answerable": n % 3 > 0, "did": "abstained" if n % 4 == 0 else "answered",
         "p": {EVIL: 0.6, "b": 0.4}}
        for n in range(30)
    ]  # fmt: skip
    path = home / "evil.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    mapping = Mapping.model_validate(
        {"option_logprobs": "p", "option_scale": "probability", "labels": {"act": {EVIL: "did"}},
         "fixed": {"model": EVIL, "dataset": EVIL}}
    )  # fmt: skip
    assert not load.load(stores, path, mapping=mapping).refused
    stores.warehouse.close()
    stores.ledger.dispose()
    said = words(whole(door(home, page)))
    assert EVIL not in said
    assert safe(EVIL) in said
    for live in ("![p]", "<img", "**b**", "`c`", ":red[d]"):
        assert f" {live}" not in said.replace("\\" + live, "")


@pytest.mark.parametrize(
    ("page", "dataset", "pick", "said"),
    [
        ("belief", "sample-options", ["number", "ece"], "confidence and outcome farthest apart"),
        ("belief", "sample-questions", ["bin", 0], "a confidence of about"),
        ("abstention", "sample-questions", ["rate", "aac"], "it counts, then the"),
        ("abstention", "sample-questions", ["cell", "fp2"], "unanswerable, answered"),
    ],
)
def test_what_was_picked_in_a_chart_comes_back_with_its_link(
    door: Door, sample: Path, page: str, dataset: str, pick: list[object], said: str
) -> None:
    found = door(sample, page, dataset=dataset, pick=json.dumps(pick))
    assert said in words(whole(found)).casefold()
    assert "Back to all answers" in [button.label for button in found.button]


@pytest.mark.parametrize(
    ("page", "pick"), [("belief", '["bin", 99999]'), ("abstention", '["model", "no"]')]
)
def test_a_pick_that_names_nothing_breaks_no_page(
    door: Door, sample: Path, page: str, pick: str
) -> None:
    app = whole(door(sample, page, dataset="sample-questions", pick=pick))
    assert any(one.value.startswith("The answers behind it") for one in app.subheader)
