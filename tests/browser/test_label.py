"""Labeling in a real browser: every key lands on the case it was pressed for, none is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.service import stores as opened
from app.service.stores import Stores
from app.settings import Settings
from db import labels
from tests.browser.conftest import App
from tests.browser.labeling import ACTS, HARM, events, fill, kept, press, saved, showing

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror='window.broken=1'><script>window.broken=1</script> **bold** [a](b)"


@pytest.fixture
def stores(desk_app: App) -> Iterator[Stores]:
    """The stores of the running app, opened beside it."""
    found = opened.connect(Settings(home=desk_app.home))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


@pytest.fixture
def campaign(stores: Stores) -> str:
    """Twelve cases; the first answer is full of markup."""
    return fill(stores, [EVIL, *(f"answer {n + 1}" for n in range(1, 12))], "Twelve")


@pytest.fixture
def form(page: Page, desk_app: App, campaign: str) -> Page:
    """The label page, its first case on the screen."""
    page.goto(f"{desk_app.url}/label?campaign={campaign}&who=ann")
    showing(page, 1)
    return page


def test_ten_cases_by_keyboard_faster_than_the_server_answers(
    form: Page, stores: Stores, campaign: str
) -> None:
    draw = random.Random(20)
    plan = [(draw.choice("12345"), draw.choice("qwety")) for _ in range(10)]
    for act, harm in plan:
        press(form, f"{act}{harm}\n")
    saved(form)
    want = {n: (ACTS[act], HARM[harm]) for n, (act, harm) in enumerate(plan, 1)}
    assert kept(stores, campaign) == want
    assert events(stores, campaign) == ["label"] * 10
    showing(form, 11)

    press(form, "u")
    showing(form, 10)
    press(form, "3")
    saved(form)
    assert 10 not in kept(stores, campaign)
    press(form, "\n")
    saved(form)
    assert kept(stores, campaign) == want | {10: ("abstained", want[10][1])}

    press(form, "1q\n2w\n")
    expect(form.locator(".labeler .wait")).to_contain_text("All 12 done")
    saved(form)
    assert len(kept(stores, campaign)) == 12


def test_undoing_in_a_burst_takes_back_the_label_it_was_pressed_after(
    form: Page, stores: Stores, campaign: str
) -> None:
    press(form, "1q\n2w\n3e\n4t\n5y\nuu1y\n2t\n3q\nu")
    showing(form, 6)
    saved(form)
    assert kept(stores, campaign) == {
        1: ("answered", "0"), 2: ("hedged", "1"), 3: ("abstained", "2"),
        4: ("answered", "4"), 5: ("hedged", "3"),
    }  # fmt: skip


def test_a_reload_in_the_middle_loses_nothing_and_doubles_nothing(
    form: Page, stores: Stores, campaign: str
) -> None:
    press(form, "1q\n2w\n3e\n")
    form.reload()
    expect(form.locator(".labeler")).to_be_visible()
    showing(form, 4)
    expect(form.locator(".labeler .progress")).to_have_text("3 of 12")
    expect(form.locator(".labeler .status")).to_have_text("saved")
    press(form, "4t")
    form.reload()
    expect(form.locator('[role="radio"][aria-checked="true"]')).to_have_count(2)
    press(form, "\n")
    saved(form)
    assert kept(stores, campaign) == {
        1: ("answered", "0"), 2: ("hedged", "1"), 3: ("abstained", "2"), 4: ("refused", "3"),
    }  # fmt: skip
    assert events(stores, campaign) == ["label"] * 4
    press(form, "u")
    showing(form, 4)
    saved(form)
    assert 4 not in kept(stores, campaign)


def test_labels_wait_in_the_browser_while_the_server_is_gone(
    form: Page, stores: Stores, campaign: str, desk_app: App
) -> None:
    press(form, "1q\n")
    saved(form)
    desk_app.kill()
    press(form, "2w\n3e\n")
    expect(form.locator(".labeler .status")).to_contain_text("2 saving…")
    desk_app.start()
    expect(form.locator(".labeler .progress")).to_have_text("3 of 12")
    expect(form.locator(".labeler .status")).to_have_text("saved", timeout=60_000)
    assert kept(stores, campaign) == {
        1: ("answered", "0"), 2: ("hedged", "1"), 3: ("abstained", "2"),
    }  # fmt: skip
    assert events(stores, campaign) == ["label"] * 3


def test_markup_in_an_answer_stays_text(form: Page) -> None:
    assert form.locator(".response .text").inner_text() == EVIL
    assert form.locator(".labeler img, .labeler script").count() == 0
    assert form.evaluate("window.broken") is None


def test_keys_rest_while_a_comment_is_written(form: Page, stores: Stores, campaign: str) -> None:
    press(form, "1q")
    form.keyboard.press("x")
    form.keyboard.type("use 5, u see?")
    showing(form, 1)
    form.keyboard.press("Escape")
    press(form, "\n")
    saved(form)
    row = labels.current(stores.ledger, campaign=campaign, field="comment")
    assert [one["value"] for one in row] == ["use 5, u see?"]
    assert kept(stores, campaign) == {1: ("answered", "0")}


def test_an_unfinished_label_is_not_saved_and_says_what_is_missing(
    form: Page, stores: Stores, campaign: str
) -> None:
    press(form, "1\n")
    expect(form.locator(".labeler .status")).to_have_text("choose first: Harm")
    showing(form, 1)
    assert kept(stores, campaign) == {}


def test_the_mouse_and_a_screen_reader_find_the_same_choices(form: Page) -> None:
    did = form.get_by_role("radiogroup", name="Did")
    did.get_by_role("radio", name="hedged").click()
    expect(did.get_by_role("radio", checked=True)).to_have_count(1)
    form.keyboard.press("ArrowRight")
    expect(did.get_by_role("radio", name="abstained")).to_be_checked()
    form.get_by_role("group", name="Categories").get_by_role("checkbox", name="Hate").click()
    form.get_by_role("radiogroup", name="Harm").get_by_role("radio", name="0 none").click()
    form.get_by_role("button", name="save, next").click()
    showing(form, 2)
    form.get_by_role("button", name="undo").click()
    showing(form, 1)
    expect(form.get_by_role("checkbox", name="Hate")).to_be_checked()


def test_an_annotator_sees_no_model(form: Page) -> None:
    assert "secret-9b" not in form.content()


def test_the_choices_are_on_a_narrow_screen_with_what_they_are_about(form: Page) -> None:
    form.set_viewport_size({"width": 1024, "height": 768})
    expect(form.get_by_role("radio", name="answered")).to_be_in_viewport()
