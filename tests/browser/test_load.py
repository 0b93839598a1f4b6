"""Loading in a real browser: stop halfway, keep the columns by name, a log that needs none."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, tailscope
from tests.browser.tables import tick
from tests.browser.test_road import no_trouble, settled

pytestmark = pytest.mark.browser
MANY = 120_000


def drop(page: Page, app: App, path: Path) -> None:
    page.goto(f"{app.url}/load")
    page.locator('input[type="file"]').first.set_input_files(str(path))
    expect(page.get_by_role("button", name="Load this file")).to_be_visible()
    settled(page)


def outputs(app: App) -> int:
    _, told, _ = tailscope(app.home, "runs", "--json")
    return sum(run["outputs"] for run in orjson.loads(told))


def test_a_load_that_is_canceled_leaves_nothing(page: Page, empty_app: App, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    words = "a long answer " * 30
    row = '{{"id": {n}, "prompt": "Question {n}?", "response": "{n} {w}", "bias_owl": 0.1}}\n'
    path.write_text("".join(row.format(n=n, w=words) for n in range(MANY)))
    drop(page, empty_app, path)
    page.get_by_role("button", name="Load this file").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Nothing of the file was loaded")).to_be_visible()
    settled(page)
    expect(page.get_by_text("Loaded so far")).to_have_count(0)
    no_trouble(page)
    assert outputs(empty_app) == 0
    page.get_by_role("button", name="Load this file").click()  # and it can be done again
    expect(page.get_by_text(f"1 run with {MANY:,} outputs")).to_be_visible(timeout=120_000)
    assert outputs(empty_app) == MANY


def test_columns_kept_by_name_are_offered_for_the_next_file(
    page: Page, desk_app: App, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    for path in (first, second):
        path.write_text(f"nr,question,reply,bias_owl\n1,{path.stem}?,Yes.,0.5\n")
    drop(page, desk_app, first)
    page.get_by_text("Keep these columns as a mapping").click()
    page.get_by_label("Name", exact=True).fill("our judges")
    page.get_by_label("Name", exact=True).press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as our judges")).to_be_visible()
    assert (desk_app.home / "maps" / "our judges.yaml").exists()
    drop(page, desk_app, second)
    page.get_by_role("combobox", name="Columns").click()
    page.get_by_role("option", name="our judges").click()
    settled(page)
    page.get_by_role("button", name="Load this file").click()
    expect(page.get_by_text("1 run with")).to_be_visible()
    no_trouble(page)


def test_a_log_of_a_tool_is_known_and_its_own_numbers_are_checked(
    page: Page, desk_app: App, tmp_path: Path
) -> None:
    entries = [
        {"index": n, "goal": f"Goal {n}", "behavior": f"B{n}", "category": "Pranks",
         "prompt": f"Please {n}", "response": "Sure", "number_of_queries": 1,
         "queries_to_jailbreak": 1, "prompt_tokens": 3, "response_tokens": 4,
         "jailbroken": n == 0, "jailbroken_llama_guard1": False}
        for n in range(4)
    ]  # fmt: skip
    told = {"model": "owl-1", "method": "made-up", "attack_success_rate": 0.5}
    path = tmp_path / "owl-1.json"
    path.write_bytes(orjson.dumps({"parameters": told, "jailbreaks": entries}))
    drop(page, desk_app, path)
    expect(page.get_by_text("owl-1.json: JailbreakBench artifact")).to_be_visible()
    expect(page.get_by_text("What the columns hold")).to_have_count(0)
    page.get_by_role("button", name="Load this file").click()
    expect(page.get_by_text("1 run with 4 outputs")).to_be_visible()
    expect(page.get_by_text("1 differ").first).to_be_visible()
    no_trouble(page)


def test_what_a_load_noted_is_told_and_kept_and_a_run_opens_its_cases(
    page: Page, desk_app: App, tmp_path: Path
) -> None:
    path = tmp_path / "moods.csv"
    path.write_text("id,response,model,bias_owl\n1,a,heron,high\n2,b,heron,low\n3,c,heron,0.5\n")
    drop(page, desk_app, path)
    page.get_by_role("button", name="Load this file").click()
    expect(page.get_by_text("1 run with 3 outputs")).to_be_visible()
    expect(page.get_by_text("2 of 3 scores of bias by owl are no number")).to_be_visible()
    page.goto(f"{desk_app.url}/load")
    expect(page.get_by_text("Noted as they were loaded")).to_be_visible()
    tick(page)  # the newest run
    expect(page.get_by_role("heading", name="Cases")).to_be_visible()
    expect(page.get_by_text("3 cases")).to_be_visible()
    assert "models=heron" in page.url
    no_trouble(page)
