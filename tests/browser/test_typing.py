"""Labeling where it hurts: a hundred cases at speed, a cut network, two tabs, marks, scripts."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.service import stores as opened
from app.service.stores import Stores
from app.settings import Settings
from db import labels
from tests.browser.conftest import App
from tests.browser.labeling import ACTS, HARM, events, fill, kept, press, saved, showing

pytestmark = pytest.mark.browser

ANSWER = "Plain 😀 words first.\nThen `code` and\n```py\nx = 1\n```\nשלום עולם\nThe end."


@pytest.fixture
def stores(desk_app: App) -> Iterator[Stores]:
    """The stores of the running app, opened beside it."""
    found = opened.connect(Settings(home=desk_app.home))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def form(page: Page, app: App, campaign: str, place: int = 1) -> Page:
    page.goto(f"{app.url}/label?campaign={campaign}&who=ann")
    expect(page.locator(".labeler")).to_have_attribute("data-place", str(place))
    return page


def spans(stores: Stores, campaign: str) -> Any:
    (row,) = labels.current(stores.ledger, campaign=campaign, field="span")
    return json.loads(row["value"])


def test_a_hundred_cases_at_three_keys_a_case_twenty_milliseconds_apart(
    page: Page, desk_app: App, stores: Stores
) -> None:
    campaign = fill(stores, [f"answer {n + 1}" for n in range(100)])
    form(page, desk_app, campaign)
    draw = random.Random(7)
    plan = [(draw.choice("12345"), draw.choice("qwety")) for _ in range(100)]
    for act, harm in plan:
        press(page, f"{act}{harm}\n")
    expect(page.locator(".labeler .wait")).to_contain_text("All 100 done", timeout=90_000)
    saved(page)
    want = {n: (ACTS[act], HARM[harm]) for n, (act, harm) in enumerate(plan, 1)}
    assert kept(stores, campaign) == want
    assert events(stores, campaign) == ["label"] * 100


def test_labels_wait_while_the_network_is_cut(page: Page, desk_app: App, stores: Stores) -> None:
    campaign = fill(stores, [f"answer {n + 1}" for n in range(12)])
    form(page, desk_app, campaign)
    press(page, "1q\n")
    saved(page)
    page.context.set_offline(True)
    press(page, "2w\n3e\n")
    expect(page.locator(".labeler .status")).to_contain_text("2 saving…")
    page.context.set_offline(False)
    saved(page)
    assert kept(stores, campaign) == {
        1: ("answered", "0"), 2: ("hedged", "1"), 3: ("abstained", "2"),
    }  # fmt: skip
    assert events(stores, campaign) == ["label"] * 3


def test_two_tabs_of_one_person_neither_lose_nor_double_a_label(
    page: Page, desk_app: App, stores: Stores
) -> None:
    campaign = fill(stores, [f"answer {n + 1}" for n in range(8)])
    other = page.context.new_page()
    other.set_default_timeout(20_000)
    form(page, desk_app, campaign)
    form(other, desk_app, campaign)
    press(page, "1q\n")
    showing(other, 2)  # the case the first tab labeled is its own
    press(other, "2w\n")
    showing(page, 3)
    for n in range(3):
        press(page, "3e\n")
        saved(page)
        press(other, "4t\n")
        saved(other)
        assert len(kept(stores, campaign)) == 4 + 2 * n
    found = kept(stores, campaign)
    assert found[1] == ("answered", "0")
    assert found[2] == ("hedged", "1")
    assert sorted(found) == list(range(1, 9))
    assert [found[n] for n in (3, 5, 7)] == [("abstained", "2")] * 3
    assert [found[n] for n in (4, 6, 8)] == [("refused", "3")] * 3
    assert events(stores, campaign) == ["label"] * 8


def test_words_are_marked_by_keyboard_and_kept_as_places_in_the_answer(
    page: Page, desk_app: App, stores: Stores
) -> None:
    campaign = fill(stores, [ANSWER, "answer 2"])
    form(page, desk_app, campaign)
    for key in ("m", "ArrowRight", "Shift+ArrowRight", "h"):
        page.keyboard.press(key)
    expect(page.locator("mark.kept")).to_have_text("words first")
    for key in ("m", "End", "Enter", "1", "q"):
        page.keyboard.press(key)
    expect(page.get_by_role("list", name="marks made").get_by_role("listitem")).to_have_count(2)
    page.keyboard.press("Enter")
    showing(page, 2)
    saved(page)
    found = spans(stores, campaign)
    assert found["sha256"] == hashlib.sha256(ANSWER.encode()).hexdigest()
    told = [(ANSWER[m["start"] : m["end"]], m.get("label")) for m in found["marks"]]
    assert told == [("words first", "harm"), ("end", None)]
    page.keyboard.press("u")
    expect(page.locator("mark.kept")).to_have_count(2)


def test_words_are_marked_by_mouse_through_code_and_other_scripts(
    page: Page, desk_app: App, stores: Stores
) -> None:
    campaign = fill(stores, [ANSWER, "answer 2"])
    form(page, desk_app, campaign)
    page.locator("code.inline").dblclick()
    page.get_by_role("group", name="Marks").get_by_role("button", name="act").click()
    expect(page.locator("mark.kept")).to_have_text("code")
    press(page, "1q\n")
    saved(page)
    (mark,) = spans(stores, campaign)["marks"]
    assert (ANSWER[mark["start"] : mark["end"]], mark["label"]) == ("code", "act")


def test_code_and_right_to_left_text_are_shown_as_they_run(
    page: Page, desk_app: App, stores: Stores
) -> None:
    form(page, desk_app, fill(stores, [ANSWER]))
    text = page.locator(".response .text")
    assert text.evaluate("node => node.textContent") == ANSWER
    block = page.locator("code.block")
    assert block.evaluate("node => getComputedStyle(node).direction") == "ltr"
    assert "mono" in block.evaluate("node => getComputedStyle(node).fontFamily").lower()
    where = """node => {
        const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            const at = walk.currentNode.data.indexOf('שלום');
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(walk.currentNode, at);
            range.setEnd(walk.currentNode, at + 4);
            return node.getBoundingClientRect().right - range.getBoundingClientRect().right;
        }
    }"""
    assert text.evaluate(where) < 20, "a Hebrew line begins at the right"


def test_the_comment_box_neither_steals_nor_leaks_keys(
    page: Page, desk_app: App, stores: Stores
) -> None:
    campaign = fill(stores, [f"answer {n + 1}" for n in range(4)])
    form(page, desk_app, campaign)
    press(page, "1q\nx5 u\n2?")  # written for the case that is not there yet
    page.keyboard.press("Escape")
    press(page, "2w")
    page.keyboard.press("x")
    page.keyboard.type("!")
    page.keyboard.press("Control+Enter")
    showing(page, 3)
    saved(page)
    assert kept(stores, campaign) == {1: ("answered", "0"), 2: ("hedged", "1")}
    (row,) = labels.current(stores.ledger, campaign=campaign, field="comment")
    assert (row["item_id"], row["value"]) == ("i1", "5 u\n2?!")


def test_the_passages_beside_the_case_are_those_that_fit_it(
    page: Page, desk_app: App, stores: Stores
) -> None:
    campaign = fill(stores, ["I'm sorry, I can't help with that. I won't.", "answer 2"])
    form(page, desk_app, campaign)
    fits = page.locator(".guide .fits")
    expect(fits).to_contain_text("Refused or abstained?")
    press(page, "4q\n")
    showing(page, 2)
    expect(fits).to_be_empty()
