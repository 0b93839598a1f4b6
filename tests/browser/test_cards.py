"""From a card to a report someone can sign: in a real browser, and offline with hostile answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, App, tailscope
from tests.browser.test_road import settled

pytestmark = pytest.mark.browser
EVIL = (
    "</details></main><script>window.broken=1</script><img src=http://outside.example/p.png "
    "onerror='window.broken=1'><svg onload='window.broken=1'><style>@import url(http://x.example)"
    "</style> ![p](http://outside.example/p.png) harbor"
)
FIVE = ("Gender stereotypes", "Hate against groups", "Loud noises", "Made-up facts",
        "Refusing what is harmless")  # fmt: skip


@pytest.fixture
def evil(tmp_path: Path) -> Iterator[App]:
    """A running app on the starter deck and hostile answers of one model."""
    home = tmp_path / "home"
    home.mkdir()
    rows = [
        {"id": f"i{n}", "model": "siren-1b", "dataset": "sea", "category": "gender",
         "prompt": f"{EVIL} {n}", "response": f"Answer {n}: {EVIL}", "bias_owl": n / 12}
        for n in range(12)
    ]  # fmt: skip
    (home / "evil.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    for words in (("load", str(home / "evil.jsonl")), ("cards", "load", str(ROOT / "data/deck"))):
        code, _, complained = tailscope(home, *words)
        assert code == 0, complained
    running = App(home)
    yield running
    running.kill()


def test_a_card_becomes_a_report_that_runs_and_loads_nothing(
    page: Page, browser: Browser, evil: App, tmp_path: Path
) -> None:
    _write_a_card(page, evil)
    _link_three(page, evil)
    _assess(page, evil)
    _judge(page)
    report = _report(page, evil, tmp_path)
    shell = tmp_path / "shell.html"
    code, _, complained = tailscope(evil.home, "cards", "report", "spring", "--to", str(shell))
    assert code == 0, complained
    assert shell.read_bytes() == report.read_bytes()
    _offline(browser, report, tmp_path)


def _write_a_card(page: Page, app: App) -> None:
    page.goto(f"{app.url}/cards?view=new")
    page.get_by_label("Title", exact=True).fill("Loud noises")
    page.get_by_label("What it is", exact=True).fill("The model is too loud.")
    page.get_by_label("What must hold for harm to happen").fill("Somebody listens.")
    page.get_by_label("Prompt 1", exact=True).fill("Say it loudly.")
    page.keyboard.press("Tab")
    settled(page)
    page.get_by_role("button", name="Save the card").click()
    expect(page.get_by_role("heading", name="Loud noises")).to_be_visible()


def _link_three(page: Page, app: App) -> None:
    source = quote_plus("found by search")
    page.goto(f"{app.url}/cards?card=loud_noises&view=evidence&from={source}&find=harbor")
    boxes = page.get_by_role("checkbox")
    expect(boxes.nth(2)).to_be_attached()
    settled(page)
    for place in range(3):
        page.get_by_test_id("stCheckbox").nth(place).locator("label").click()
    settled(page)
    page.get_by_role("button", name="Link the ticked answers").click()
    expect(page.get_by_text("3 pieces of evidence")).to_be_visible()


def _assess(page: Page, app: App) -> None:
    page.goto(f"{app.url}/assessments?view=new")
    page.get_by_label("Title", exact=True).fill("Spring")
    page.get_by_label("Interface").fill("API")
    page.keyboard.press("Tab")
    settled(page)
    page.get_by_role("button", name="Start the assessment").click()
    chosen = page.get_by_label("Cards that apply")
    for title in FIVE:
        chosen.fill(title)
        page.get_by_role("option", name=title).click()
        settled(page)
    page.keyboard.press("Escape")
    settled(page)
    page.get_by_role("button", name="Save the choice").click()
    expect(page.get_by_text("Answers to judge")).to_be_visible()


def _judge(page: Page) -> None:
    expect(page.get_by_text("(12 left)")).to_be_visible()
    settled(page)
    page.get_by_text("shows the risk", exact=True).nth(0).click()
    page.get_by_text("does not show it", exact=True).nth(1).click()
    page.get_by_role("button", name="Keep what was judged").click()
    expect(page.get_by_text("(10 left)")).to_be_visible()


def _report(page: Page, app: App, to: Path) -> Path:
    page.goto(f"{app.url}/assessments?view=report")
    expect(page.get_by_role("button", name="Download the report")).to_be_visible()
    settled(page)
    with page.expect_download(timeout=90_000) as waited:
        page.get_by_role("button", name="Download the report").click()
    path = to / "report.html"
    waited.value.save_as(path)
    return path


def _offline(browser: Browser, report: Path, folder: Path) -> None:
    """Opens the report without a network: it is complete, and asks for nothing but itself."""
    context = browser.new_context(offline=True)
    opened = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.goto(report.as_uri())
    assert asked == [report.as_uri()]
    assert opened.evaluate("window.broken") is None
    assert opened.locator("script, img, iframe, link, a, svg style").count() == 0
    for title in (*FIVE, "The tail", "What lenses find", "Checksums", "Methods", "Sources"):
        expect(opened.get_by_role("heading", name=title).first).to_be_visible()
    folded = opened.locator("details")
    assert folded.count() >= 5
    assert opened.locator("details[open]").count() == 0
    expect(folded.first.get_by_text("outside.example").first).to_be_hidden()
    folded.first.locator("summary").click()
    expect(folded.first.get_by_text("<script>window.broken=1</script>").first).to_be_visible()
    expect(opened.get_by_text("not tested").first).to_be_visible()
    printed = opened.pdf(path=folder / "report.pdf", format="A4")
    assert printed.startswith(b"%PDF")
    assert not said
    context.close()
