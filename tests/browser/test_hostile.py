"""Names and texts made to run or to load something: on every page they stay words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, tailscope
from tests.browser.tables import tick

pytestmark = pytest.mark.browser
EVIL = (
    "<img src=x onerror='window.broken=1'><script>window.broken=1</script>"
    "![p](http://outside.example/p.png) [a](http://outside.example) <b>bold</b> $x$ :red[red]"
)


@pytest.fixture(scope="module")
def evil_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A running app on a file in which every name and every text is hostile."""
    home: Path = tmp_path_factory.mktemp("evil")
    path = home / "evil.jsonl"
    rows = [
        {
            "id": f"{EVIL} {n}",
            "model": f"{EVIL} {n % 3}",
            "dataset": f"set {EVIL}",
            "category": f"{EVIL} {n % 2}",
            "prompt": f"{EVIL} {n}",
            "response": f"{EVIL} {n}",
            "finish": EVIL,
            "bias_" + EVIL: n / 60,
            "extra": EVIL,
        }
        for n in range(60)
    ]
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    code, _, complained = tailscope(home, "load", str(path))
    assert code == 0, complained
    running = App(home)
    yield running
    running.kill()


def inert(page: Page) -> None:
    """Nothing ran, nothing of it became an element, and nothing broke."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_timeout(500)  # what would load or run does so right after it appears
    assert page.evaluate("window.broken") is None
    strangers = "a[href^='http://outside'], a[href*='//outside.example'], img[src*='outside']"
    found = page.locator(strangers).evaluate_all("all => all.map(one => one.outerHTML)")
    led = [html for html in found if "/cases?" not in html]  # our own link may carry a name
    assert led == []
    assert page.locator("img[src='x'], main b").count() == 0
    expect(page.get_by_text("something broke")).to_have_count(0)


@pytest.mark.parametrize("path", ["", "profile", "cases", "export", "load"])
def test_hostile_names_stay_words_on_every_page(reading: Page, evil_app: App, path: str) -> None:
    reading.goto(f"{evil_app.url}/{path}")
    expect(reading.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
    inert(reading)


def test_a_hostile_case_is_shown_as_it_stands(page: Page, evil_app: App) -> None:
    page.goto(f"{evil_app.url}/cases?q={quote(EVIL.split()[0])}")
    tick(page)
    expect(page.get_by_text("Answer", exact=True)).to_be_visible()
    expect(page.get_by_text(EVIL.split("!")[0]).first).to_be_visible()
    inert(page)
