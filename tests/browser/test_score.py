"""The Score page in a real browser, with a real worker and a real model: order to comparison."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, App, tailscope

pytestmark = pytest.mark.browser
N = 40
LONG = "The ferry left the harbor while the bells rang. " * 22


@pytest.fixture
def scoring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """An app with its worker, a model on disk, and one run whose questions have options."""
    home = tmp_path / "home"
    home.mkdir()
    model = [sys.executable, "-m", "tests.browser.model", str(home / "models" / "heron-2m")]
    making = subprocess.Popen(model, cwd=ROOT, stderr=subprocess.DEVNULL)
    rows = [
        {
            "id": f"q{n:02}", "question": f"{LONG} What did {n} bells say?", "target": "B",
            "choices": ["ding", "dong", "nothing"], "model": "owl-1", "dataset": "bells",
            "option_logprobs": {"A": -1.5 - n / 50, "B": -0.6, "C": -1.9},
        }
        for n in range(N)
    ]  # fmt: skip
    path = tmp_path / "bells.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    code, _, complained = tailscope(home, "load", str(path))
    assert code == 0, complained
    assert making.wait(timeout=120) == 0
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # the page needs a core too
    running = App(home, worker=True)
    yield running
    running.kill()


def done(page: Page) -> int:
    """How many cases the bar says are done."""
    said = page.get_by_text(re.compile(rf"^\d+ of {N} cases")).inner_text()
    return int(said.split()[0])


def moved(page: Page, beyond: int) -> int:
    """Waits until the bar stands beyond so many cases."""
    for _ in range(1800):
        if (at := done(page)) > beyond:
            return at
        page.wait_for_timeout(100)
    raise AssertionError(f"the bar stays at {done(page)}")


def test_order_watch_cancel_resume_compare(page: Page, scoring: App) -> None:
    page.set_default_timeout(60_000)  # a worker and its model share the machine
    page.goto(f"{scoring.url}/score?datasets=bells")
    page.get_by_label("What to do").click()
    page.get_by_role("option", name="Log-probability of each option").click()
    page.get_by_label("Model", exact=True).click()
    page.get_by_role("option", name=re.compile("heron-2m")).click()
    expect(page.get_by_text(re.compile(rf"{N} cases, about .* tokens to read"))).to_be_visible()
    page.get_by_role("button", name="Order", exact=True).click()

    expect(page.get_by_text("is ordered: 40 cases")).to_be_visible()
    first = moved(page, 0)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=180_000)
    stopped = done(page)
    assert first <= stopped < N
    page.get_by_role("button", name="Resume").click()
    assert moved(page, stopped) > stopped
    expect(page.get_by_text("done", exact=True)).to_be_visible(timeout=180_000)
    assert done(page) == N

    page.get_by_role("link", name="Compare", exact=True).last.click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible(timeout=180_000)
    expect(page.get_by_text("heron-2m").first).to_be_visible()
    expect(page.get_by_label("First model")).to_have_value(re.compile("heron-2m"))
    expect(page.get_by_text("something broke")).to_have_count(0)
