"""The Adjudicate page from the link to the ledger: the list, one case settled, the people."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.service import stores as opened
from app.service.labeling import adjudicate
from app.service.measures import agreed
from app.settings import Settings
from tests.pages.conftest import Door
from tests.pages.test_pages import whole, words

SCOPE = "dataset:sample-beats"


@pytest.fixture
def home(sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample stores, to be written to."""
    return Path(shutil.copytree(sample, tmp_path / "home"))


def press(app: AppTest, name: str) -> AppTest:
    return whole(next(one for one in app.button if one.label == name).click().run())


def test_nothing_to_settle_says_what_to_do(door: Door, tmp_path: Path) -> None:
    assert "There is nothing to settle yet" in words(whole(door(tmp_path, "adjudicate")))


def test_a_case_is_settled_with_a_reason_and_the_next_one_opens(door: Door, home: Path) -> None:
    here = opened.connect(Settings(home=home))
    scope = agreed.scopes(here)[SCOPE]
    first, second = adjudicate.queue(here, SCOPE)[:2]
    app = press(whole(door(home, "adjudicate", scope=scope)), "Settle the most contested")
    columns = list(app.dataframe[0].value.columns)
    assert columns[0] == "field"
    assert columns[-1] == "settled"
    assert all(name.startswith("annotator ") for name in columns[1:-1])
    app.text_area[0].input("the second sentence decides it")
    for box in app.selectbox:
        if box.value == "—":
            box.select_index(1)
    press(app, "Settle, next case")
    found = adjudicate.brief(here, SCOPE, first.case)
    assert found.settled["reason"] == "the second sentence decides it"
    assert found.settled["settled_by"] == "me"
    assert app.query_params["item"] in (second.case[1], [second.case[1]])

    link = dict(zip(("run", "item", "sample"), map(str, first.case), strict=True))
    again = press(door(home, "adjudicate", scope=scope, **link), "Take this back")
    assert adjudicate.brief(here, SCOPE, first.case).settled == {}
    assert "Settled by" not in words(again)
    here.warehouse.close()
    here.ledger.dispose()


def test_without_a_reason_nothing_is_settled(door: Door, home: Path) -> None:
    here = opened.connect(Settings(home=home))
    scope = agreed.scopes(here)[SCOPE]
    app = press(whole(door(home, "adjudicate", scope=scope)), "Settle the most contested")
    for box in app.selectbox:
        if box.value == "—":
            box.select_index(1)
    said = next(one for one in app.button if one.label == "Settle, next case").click().run()
    assert "needs a reason" in said.error[0].value
    assert not any(one.settled and one.case for one in adjudicate.queue(here, SCOPE)[:1])
    here.warehouse.close()
    here.ledger.dispose()


def test_people_are_held_against_what_was_settled(door: Door, sample: Path) -> None:
    app = whole(door(sample, "adjudicate", look="people"))
    assert any("what was settled or most others said" in one.value for one in app.markdown)
    titles = {one.value for one in app.markdown}
    assert {"**Drift over time**", "**How fast**", "**Too fast to have read**"} <= titles
