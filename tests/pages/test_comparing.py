"""Compare and Agreement from the link to what they hand to the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.service import stores as opened
from app.settings import Settings
from tests.pages.conftest import Door
from tests.pages.test_pages import EVIL, whole, words
from tests.service.answers import answer, put
from tests.service.test_settle import say


@pytest.mark.parametrize("page", ["compare", "agreement"])
def test_the_page_runs_on_the_sample_data_and_on_nothing(
    door: Door, sample: Path, tmp_path: Path, page: str
) -> None:
    assert whole(door(sample, page)).title
    empty = whole(door(tmp_path, page))
    assert not empty.title
    assert "yet" in words(empty)


def test_the_comparison_opens_with_what_flips(door: Door, sample: Path) -> None:
    app = whole(door(sample, "compare"))
    said = words(app)
    assert "pairs flip" in said
    assert "Kendall's W" in said.replace("\\", "")
    assert len(app.dataframe[-1].value) == 200


def test_the_link_chooses_models_score_and_pair(door: Door, sample: Path) -> None:
    link = {"dataset": "sample-beats", "what": "bias", "models": ["aurora-7b", "iris-70b"]}
    app = whole(door(sample, "compare", **link))
    assert "all 2 models share" in words(app)
    assert app.selectbox(key="what").value == "bias"
    assert {"aurora-7b", "iris-70b"} <= set(app.dataframe[-1].value.columns)
    one = whole(door(sample, "compare", models=["aurora-7b"]))
    assert "Choose a second model" in one.info[0].value


def test_a_pick_in_the_link_is_the_pair_that_is_looked_into(door: Door, sample: Path) -> None:
    app = whole(door(sample, "compare", a="iris-70b", b="kelp-4b"))
    assert "between iris-70b and kelp-4b" in app.subheader[0].value.replace("\\", "")
    run = app.selectbox(key="b").value
    picked = whole(door(sample, "compare", a="gale-14b", b="iris-70b", pick=run))
    assert "between gale-14b and kelp-4b" in picked.subheader[0].value.replace("\\", "")
    back = next(one for one in picked.button if one.label == "Back to the chosen pair")
    assert "and iris-70b" in whole(back.click().run()).subheader[0].value.replace("\\", "")


def test_one_run_alone_has_nothing_to_compare_with(door: Door, tmp_path: Path) -> None:
    home = tmp_path / "home"
    stores = opened.connect(Settings(home=home))
    put(stores, [answer(f"i{n}", 0.1, 0.2, 0.3) for n in range(5)], "alone")
    stores.warehouse.close()
    stores.ledger.dispose()
    assert "No two models share a score yet" in words(whole(door(home, "compare")))


def test_agreement_answers_to_scope_and_field(door: Door, sample: Path) -> None:
    link = {"scope": "data set · sample-beats", "field": "severity"}
    app = whole(door(sample, "agreement", **link))
    assert "On severity" in words(app)
    assert "ann-4" in app.dataframe[-1].value.columns
    every = len(app.dataframe[-1].value)
    picked = whole(door(sample, "agreement", **link, pick="ann-1 and ann-2"))
    assert 0 < len(picked.dataframe[-1].value) < every
    assert "Only those of ann-1 and ann-2" in words(picked).replace("\\", "")


def test_hostile_names_stay_plain_words(door: Door, tmp_path: Path) -> None:
    home = tmp_path / "home"
    stores = opened.connect(Settings(home=home))
    for model in (EVIL, f"{EVIL} two"):
        rows = [answer(f"{EVIL} {n}", n / 50, n / 40, n / 60, category=EVIL, prompt=EVIL,
                       response=EVIL) for n in range(30)]  # fmt: skip
        run = put(stores, rows, model, EVIL)
        for n in range(6):
            for person in (EVIL, "bo"):
                act = EVIL if n % 2 and person == "bo" else "hedged"
                say(stores, run, f"{EVIL} {n}", person, act=act)
    stores.warehouse.close()
    stores.ledger.dispose()
    for page in ("compare", "agreement"):
        said = words(whole(door(home, page)))
        assert EVIL not in said
        for live in ("![p]", "<img", "**b**", "`c`", ":red[d]"):
            assert not re.search(rf"(?<!\\){re.escape(live)}", said), said


def test_another_pair_takes_along_the_threshold_picked_within_the_one_before() -> None:
    def script() -> None:
        import streamlit as st

        from app.web import state

        name = st.text_input("pair", key="pair")
        st.markdown(f"{state.latest(gaps=name)}|{state.latest('beyond', first='')}")

    app = AppTest.from_function(script)
    app.query_params["beyond"] = "0.5"
    assert app.run().markdown[0].value == "|0.5"
    app.text_input(key="pair").set_value("a-b").run()
    assert app.markdown[0].value == "a-b|"
    assert "beyond" not in app.query_params
