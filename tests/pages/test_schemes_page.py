"""Schemes through the door: edited with a preview and a diff, kept as versions, campaigns taken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.service import stores as opened
from app.service.labeling import desk, label, schemes
from app.service.stores import Stores
from app.settings import Settings
from tests.pages.conftest import Door
from tests.pages.test_pages import whole, words


@pytest.fixture
def home(sample: Path, tmp_path: Path) -> Path:
    """The sample data, to be written to."""
    return Path(shutil.copytree(sample, tmp_path / "home"))


@pytest.fixture
def stores(home: Path) -> Stores:
    return opened.connect(Settings(home=home))


def press(app: AppTest, name: str) -> AppTest:
    return whole(next(one for one in app.button if one.label == name).click().run())


def test_a_scheme_is_edited_kept_as_a_version_and_a_campaign_taken_to_it(
    door: Door, home: Path, stores: Stores
) -> None:
    key = label.every(stores)[0]["campaign"]
    place = desk.look(stores, key, "ann").cases[0].place
    told = {"what": "label", "event": "e", "place": place, "campaign": key, "person": "ann",
            "values": {"act": "hedged", "severity": "0"}, "seconds": 2, "shown": "x"}  # fmt: skip
    assert label.save(stores, key, "ann", [told]).kept
    app = whole(door(home, "schemes"))
    box = app.text_area[0]
    before = box.value
    save = next(one for one in app.button if one.label.startswith("Save as"))
    assert save.disabled

    app = box.set_value("fields: [").run()
    assert not app.exception
    (error,) = app.error
    assert "is not YAML" in error.value
    assert "mind indentation and colons" in error.value

    new = before.replace("answers in part", "answers only in part")
    app = whole(app.text_area[0].set_value(new).run())
    said = words(app).replace("\\", "")
    assert "Did: hedged means something else" in said
    flagged = next(t.value for t in app.dataframe if "why" in t.value.columns)
    assert "ann" in flagged["person"].tolist()
    assert any("+    meaning: answers only in part" in one.value for one in app.code)
    last = schemes.versions(stores, "act_harm")[-1]
    app = press(app, f"Save as version {last.version + 1}")
    kept = schemes.versions(stores, "act_harm")
    assert [one.text for one in kept[:-1]][-1] == last.text, "a version never changes"
    assert "answers only in part" in kept[-1].text
    assert kept[-1].made_by == "me"

    app = press(app, "Take it there")
    seen = desk.look(stores, key, "ann")
    assert seen.scheme.version == kept[-1].version
    assert seen.cases[0].note == "Did: hedged means something else"


def test_a_guideline_is_kept_as_the_next_version(door: Door, home: Path, stores: Stores) -> None:
    app = whole(door(home, "schemes", kind="guideline", scheme="Safe or unsafe"))
    app = whole(app.text_area[0].set_value("# New\n\nJudge **what it does**.").run())
    press(app, "Save as version 2")
    kept = schemes.versions(stores, "binary", "guideline")
    assert [one.version for one in kept] == [1, 2]
    assert kept[-1].text.startswith("# New")
