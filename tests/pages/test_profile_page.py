"""The Profile page: any level, a pick in the link, and what stands behind a number."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.service import stores as opened
from app.service.outputs.worst import Pick
from app.settings import Settings
from tests.pages.conftest import Door
from tests.pages.test_pages import whole, words
from tests.service.answers import answer, put


def listed(app: AppTest) -> list[str]:
    """What the list of cases is called, and what it says it holds."""
    heads = [one.value for one in app.subheader if "cases behind" in one.value]
    return heads + [one.value for one in app.caption if "answer" in one.value]


def test_any_level_lives_in_the_link(door: Door, sample: Path) -> None:
    app = whole(door(sample, "tail", model="ember-30b", level="97.5"))
    said = words(app).replace("\\", "")
    assert "worst 2.5 %" in said
    assert "CVaR at 97.5 %" in said


@pytest.mark.parametrize("level", ["49", "99.95", "high"])
def test_a_level_that_is_none_is_told_with_the_way_out(
    door: Door, sample: Path, level: str
) -> None:
    app = door(sample, "tail", model="ember-30b", level=level)
    assert not app.exception
    said = words(app)
    assert f"the level is '{level}'" in said.replace("\\", "")
    assert "from 50 to 99.9" in said.replace("\\", "")


def test_a_pick_in_the_link_lists_the_answers_behind_it(door: Door, sample: Path) -> None:
    usual = listed(whole(door(sample, "tail", model="ember-30b")))
    pick = Pick("var", dimension="bias").text()
    app = whole(door(sample, "tail", model="ember-30b", pick=pick))
    assert listed(app) != usual
    assert any("exactly at VaR of bias" in said for said in listed(app))
    back = next(one for one in app.button if one.label == "Back to the tail")
    back.click().run()
    assert listed(whole(app)) == usual


def test_a_pick_that_means_nothing_shows_the_tail(door: Door, sample: Path) -> None:
    usual = listed(whole(door(sample, "tail", model="ember-30b")))
    app = whole(door(sample, "tail", model="ember-30b", pick='["sum", 1]'))
    assert listed(app) == usual
    gone = Pick("cvar", "no such category", "no such dimension").text()
    assert "0)" in listed(whole(door(sample, "tail", model="ember-30b", pick=gone)))[0]


def test_a_tiny_run_is_shown_with_its_cautions(door: Door, tmp_path: Path) -> None:
    stores = opened.connect(Settings(home=tmp_path))
    put(stores, [answer(f"q{n}", 0.1 * n, 0.2, 0.3) for n in range(4)], "tiny", "tiny")
    put(stores, [answer("only", None, None, 0.3), answer("other", 0.1)], "bare", "tiny")
    stores.warehouse.close()
    stores.ledger.dispose()
    said = words(whole(door(tmp_path, "tail", model="tiny")))
    assert "fewer than 5 prompts make" in said
    assert "No tail to show" in words(whole(door(tmp_path, "tail", model="bare")))
