"""Campaigns through the door: set one up, follow it, put people on, freeze and reopen it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.service import stores as opened
from app.service.labeling import campaigns, label
from app.service.stores import Stores
from app.settings import Settings
from db import draws
from tests.pages.conftest import Door
from tests.pages.test_pages import EVIL, whole, words
from tests.service.test_campaigns import say


@pytest.fixture
def home(sample: Path, tmp_path: Path) -> Path:
    """The sample data, to be written to."""
    return Path(shutil.copytree(sample, tmp_path / "home"))


def stores(home: Path) -> Stores:
    return opened.connect(Settings(home=home))


def press(app: AppTest, name: str) -> AppTest:
    return whole(next(one for one in app.button if one.label == name).click().run())


def test_without_outputs_it_says_what_to_load(door: Door, tmp_path: Path) -> None:
    app = whole(door(tmp_path, "campaigns"))
    assert not app.title
    assert "There is nothing to label yet" in words(app)


def test_a_campaign_is_set_up_from_the_link_and_a_name(door: Door, home: Path) -> None:
    link = {"view": "set up", "models": ["aurora-7b"], "datasets": ["sample-beats"], "size": "50"}
    app = whole(door(home, "campaigns", **link))
    assert "50 of 901 cases" in words(app).replace("\\", "")
    start = next(one for one in app.button if one.label == "Start the campaign")
    assert start.disabled
    whole(app.text_input(key="plan-name").set_value(EVIL).run())
    whole(app.multiselect(key="plan-people").set_value([]).run())
    app = press(app, "Start the campaign")
    here = stores(home)
    newest = label.every(here)[0]
    assert (newest["name"], newest["cases"], newest["per_case"]) == (EVIL.strip(), 50, 1)
    assert "50 cases wait" in words(app)
    assert newest["settings"]["how"]["design"] == "tail"
    assert {row["probability"] for row in draws.drawn(here.ledger, newest["campaign"])} != {1.0}


@pytest.mark.parametrize("design", list(campaigns.DESIGNS))
def test_every_design_has_its_settings_on_the_page(door: Door, home: Path, design: str) -> None:
    link = {"view": "set up", "design": campaigns.DESIGNS[design], "size": "20"}
    options = "sample-options" if design in ("el2n", "uncertainty") else "sample-beats"
    app = whole(door(home, "campaigns", datasets=[options], **link))
    said = words(app).replace("\\", "")
    assert ("All 9911 cases are drawn" if design == "all" else "20 of ") in said


def test_what_a_design_lacks_is_said_with_the_way_out(door: Door, home: Path) -> None:
    link = {"view": "set up", "design": campaigns.DESIGNS["el2n"], "datasets": ["sample-beats"]}
    said = words(door(home, "campaigns", **link)).replace("\\", "")
    assert "has what the design needs" in said


def test_a_campaign_is_followed_staffed_frozen_and_reopened(door: Door, home: Path) -> None:
    here = stores(home)
    label.join(here, "ann")
    key = label.every(here)[0]["campaign"]
    for row in draws.drawn(here.ledger, key)[:4]:
        for person in ("ann", "bo"):
            case = (row["run_id"], row["item_id"], row["sample"])
            say(here, key, person, case, act="answered" if row["place"] > 1 else "refused")
    app = whole(door(home, "campaigns"))
    said = words(app).replace("\\", "")
    assert "4 of " in said
    assert "Agreement so far" in said
    people = next(t.value for t in app.dataframe if "labels an hour" in t.value.columns)
    assert people["person"].tolist() == ["ann", "bo"]
    whole(app.selectbox(key="put-on").select("ann").run())
    app = press(app, "Put on")
    assert set(campaigns.staff(here, key).quotas) == {"ann"}
    whole(app.selectbox(key="take-off").select("ann").run())
    app = press(app, "Take off")
    assert campaigns.staff(here, key).stopped == {"ann"}
    app = press(app, "Freeze")
    assert campaigns.staff(here, key).frozen
    assert "Frozen on" in words(app)
    whole(app.text_input(key="reopen-why").set_value("a case was cut").run())
    press(app, "Reopen")
    assert not campaigns.staff(here, key).frozen
