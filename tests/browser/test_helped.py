"""Labeling with a suggestion beside the case, and through a server killed again and again."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.service import stores as opened
from app.service.labeling import schemes
from app.service.stores import Stores
from app.settings import Settings
from db import campaigns, draws
from tests.browser.conftest import App
from tests.browser.labeling import ACTS, HARM, events, fill, kept, press, saved, showing

pytestmark = pytest.mark.browser

KILLS = int(os.environ.get("TAILSCOPE_KILLS", "3"))
"""How often the server is killed while labels are being saved."""
REFUSES = "I'm sorry, but I can't help with that."


@pytest.fixture
def stores(desk_app: App) -> Iterator[Stores]:
    """The stores of the running app, opened beside it."""
    found = opened.connect(Settings(home=desk_app.home))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def helped(stores: Stores) -> str:
    """Three cases, the first a refusal, with rules that suggest and a case to train on."""
    first = fill(stores, [REFUSES, "answer 2", "answer 3"], "plain")
    cases = [(row["run_id"], row["item_id"], row["sample"]) for row in
             draws.drawn(stores.ledger, first)]  # fmt: skip
    known = [draws.Gold(cases[2], {"act": "refused"}, "training", "its <b>third</b> word")]
    return campaigns.start(
        stores.ledger, "helped", *schemes.taken(stores), "all", 0,
        [(case, 1.0) for case in cases[:2]], "lead", known=known,
        settings={"suggest": {"source": "rules", "withheld": 0.0}, "show": ["model"]},
    )  # fmt: skip


def test_a_suggestion_is_taken_by_key_and_a_lesson_follows_a_training_case(
    page: Page, desk_app: App, stores: Stores
) -> None:
    campaign = helped(stores)
    page.goto(f"{desk_app.url}/label?campaign={campaign}&who=ann")
    showing(page, 1)
    expect(page.get_by_role("note").filter(has_text="A case to train on")).to_be_visible()
    expect(page.get_by_role("note", name="suggestion")).to_be_hidden()
    expect(page.locator(".labeler .told")).to_contain_text("secret-9b")
    press(page, "1q\n")
    showing_second = page.locator(".labeler")
    expect(showing_second).to_have_attribute("data-place", "2")
    lesson = page.get_by_role("status", name="what was settled")
    expect(lesson).to_contain_text("Did: settled refused, you said answered")
    expect(lesson).to_contain_text("Why: its <b>third</b> word")

    expect(page.get_by_role("note", name="suggestion")).to_contain_text("Did: refused by rules")
    press(page, ".")
    expect(page.get_by_role("radio", name="refused")).to_be_checked()
    press(page, "q\n")
    expect(showing_second).to_have_attribute("data-place", "3")
    expect(page.get_by_role("note", name="suggestion")).to_be_hidden()
    press(page, ".")
    expect(page.locator(".labeler .status")).to_have_text("nothing is suggested for this case")
    press(page, "2w\n")
    saved(page)
    assert kept(stores, campaign) == {
        1: ("answered", "0"), 2: ("refused", "0"), 3: ("hedged", "1"),
    }  # fmt: skip


def test_a_server_killed_while_it_saves_loses_and_doubles_nothing(
    page: Page, desk_app: App, stores: Stores
) -> None:
    cases = 5 * KILLS
    campaign = fill(stores, [f"answer {n + 1}" for n in range(cases)])
    page.goto(f"{desk_app.url}/label?campaign={campaign}&who=ann")
    showing(page, 1)
    draw = random.Random(11)
    plan = [(draw.choice("12345"), draw.choice("qwety")) for _ in range(cases)]
    for turn in range(KILLS):
        for act, harm in plan[5 * turn : 5 * turn + 5]:
            press(page, f"{act}{harm}\n")
        page.wait_for_timeout(draw.uniform(0, 250))
        desk_app.kill()
        desk_app.start()
        saved(page)  # connected again, so that the next one hits it at work
    expect(page.locator(".labeler .wait")).to_contain_text(f"All {cases} done", timeout=90_000)
    saved(page)
    want = {n: (ACTS[act], HARM[harm]) for n, (act, harm) in enumerate(plan, 1)}
    assert kept(stores, campaign) == want
    assert events(stores, campaign) == ["label"] * cases
