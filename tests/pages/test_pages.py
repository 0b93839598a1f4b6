"""Every page from the link to what it hands to the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.service import stores as opened
from app.service.loading import load
from app.settings import Settings
from components.widgets.text import safe
from tests.pages.conftest import Door, Warm
from tests.service.answers import answer, put

PAGES = (
    "overview", "tail", "belief", "abstention", "harm", "trajectories", "compare", "cases",
    "lenses", "label", "campaigns", "agreement", "adjudicate", "cards", "assessments", "register",
    "export", "load", "score",
)  # fmt: skip


def words(app: AppTest) -> str:
    """Everything the page says in Markdown."""
    return "\n".join(one.value for one in (*app.title, *app.markdown, *app.caption, *app.error))


def whole(app: AppTest) -> AppTest:
    """The page, once it is known that nothing broke on it."""
    assert not app.exception, app.exception
    assert not app.error, [one.value for one in app.error]
    return app


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_on_the_sample_data(door: Door, sample: Path, page: str) -> None:
    assert whole(door(sample, page)).main.children


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_on_empty_stores(door: Door, tmp_path: Path, page: str) -> None:
    assert whole(door(tmp_path, page)).main.children


def test_the_overview_opens_with_two_models_of_one_mean(door: Door, sample: Path) -> None:
    said = words(whole(door(sample)))
    assert "share a mean log\\-risk" in said
    assert "times as risky as" in said


def test_the_profile_answers_to_level_judge_and_pooling(door: Door, sample: Path) -> None:
    def sentence(**link: str) -> str:
        app = whole(door(sample, "tail", model="ember-30b", **link))
        assert app.title[0].value == "Profile · ember\\-30b"
        return next(one.value for one in app.markdown if one.value.startswith("##### "))

    usual = sentence()
    assert "worst 5 %" in usual
    assert "worst 1 %" in sentence(level="99 %")
    assert sentence(category="religion") != usual


def test_a_choice_on_the_profile_changes_its_numbers(door: Door, sample: Path) -> None:
    app = whole(door(sample, "tail", model="ember-30b"))
    before = words(app)
    judges = app.selectbox(key="judge").options
    app.selectbox(key="judge").select(judges[1]).run()
    assert "1 judge" in words(whole(app))
    app.selectbox(key="judge").select("all")
    app.selectbox(key="pooling").select("worst judge").run()
    assert words(whole(app)) != before
    assert "any losses nobody has seen" not in words(app)
    app.selectbox(key="assume").select("nothing").run()
    assert "allows for any losses nobody has seen up to 55" in words(whole(app))


def test_a_link_makes_overview_and_compare_assume_nothing(door: Door, sample: Path) -> None:
    said = "intervals of mean, VaR and CVaR allow for any losses nobody has seen"
    assert said not in words(whole(door(sample, "compare")))
    assert said in words(whole(door(sample, "compare", assume="nothing")))
    overview = whole(door(sample, assume="nothing"))
    assert overview.selectbox(key="assume").value == "nothing"
    assert said in words(overview)


def test_a_search_finds_and_a_filter_cuts(door: Door, sample: Path) -> None:
    every = whole(door(sample, "cases"))
    found = whole(door(sample, "cases", q="harbor", models="ember-30b"))
    assert found.text_input(key="q").value == "harbor"
    assert "with the words harbor" in words(found)
    rows = found.dataframe[0].value
    assert 0 < len(rows) <= 25
    assert set(rows["model"]) == {"ember-30b"}
    assert len(every.dataframe[0].value) == 25


def test_a_search_for_nothing_there_says_what_to_do(door: Door, sample: Path) -> None:
    app = whole(door(sample, "cases", q="zzqx"))
    assert "Take a filter out" in app.info[0].value


def test_a_case_that_is_not_there_gets_words(door: Door, sample: Path) -> None:
    app = door(sample, "cases", run="nope", item="x", sample="99999999999999999999")
    assert not app.exception
    assert "There is no such case" in app.error[0].value


def test_what_was_noted_of_a_run_stands_on_the_page_after_its_load(
    door: Door, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,response,bias_j\n1,a,high\n2,b,low\n")
    stores = opened.connect(Settings(home=tmp_path / "home"))
    (run,) = load.load(stores, path).loaded
    (note,) = run.notes
    stores.warehouse.close()
    stores.ledger.dispose()
    app = whole(door(tmp_path / "home", "load"))
    assert note in {x for one in app.dataframe for x in one.value.get("note", ())}


def test_choices_in_a_link_that_are_not_offered_fall_back(door: Door, sample: Path) -> None:
    app = whole(door(sample, "tail", model="nobody", judge="x", eps="7", tau="word"))
    assert app.selectbox(key="judge").value == "all"
    whole(door(sample, "cases", page="999", score="x", between=["5", "-1"], models="nobody"))


def test_a_level_in_a_link_that_is_none_is_said_and_can_be_put_right(
    door: Door, sample: Path
) -> None:
    app = door(sample, "tail", level="1 %")
    assert "the level is '1 %'" in app.error[0].value
    whole(app.selectbox(key="level").set_value("90 %").run())


EVIL = "=1+1 ![p](http://a.example/p.png) <img src=x onerror=alert(1)> **b** `c` :red[d]"


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> tuple[Path, str]:
    """A home in which every name and text is hostile, to be read, and its run."""
    home = tmp_path_factory.mktemp("evil")
    stores = opened.connect(Settings(home=home))
    rows = [answer(f"{EVIL} {n}", n / 50, n / 40, n / 60, category=EVIL, prompt=EVIL,
                   response=EVIL) for n in range(30)]  # fmt: skip
    run = put(stores, rows, EVIL, EVIL)
    stores.warehouse.close()
    stores.ledger.dispose()
    warm.read.add(home)
    return home, run


@pytest.mark.parametrize("page", [*PAGES, "a case"])
def test_hostile_names_are_handed_over_as_plain_words(
    door: Door, evil: tuple[Path, str], page: str
) -> None:
    home, run = evil
    link = {"run": run, "item": f"{EVIL} 3"} if page == "a case" else {}
    app = whole(door(home, "cases" if link else page, **link))
    said = words(app)
    assert EVIL not in said
    for live in ("![p]", "<img", "**b**", "`c`", ":red[d]"):
        assert not re.search(rf"(?<!\\){re.escape(live)}", said), said
    if page in ("overview", "tail", "a case"):
        assert safe(EVIL) in said
