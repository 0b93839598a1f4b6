"""The main road in a real browser: load a file, read its tail, send cases, take a set away."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App

pytestmark = pytest.mark.browser
PATHS = (
    "", "profile", "belief", "abstention", "harm", "trajectories", "compare", "cases", "lenses",
    "label", "campaigns", "agreement", "adjudicate", "export", "load", "score",
)  # fmt: skip
EVIL = (
    "<img src=x onerror=window.broken=1> ![p](http://outside.example/p.png) [a](http://b.example)"
)


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """A researcher's own CSV: unusual column names, a judge's blank, a broken row, hostile text."""
    rng = random.Random(3)
    path = tmp_path / "my outputs.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["qid", "question", "completion", "topic", "bias_owl", "bias_fox", "ethics_owl"]
        )
        for n in range(120):
            bad = n % 17 == 0
            rows.writerow([
                f"q{n}", f"Question {n}\nin two lines", EVIL if n == 0 else f"Answer {n}",
                ("weather", "boats")[n % 2], 0.9 if bad else round(rng.random() / 4, 2),
                "" if n == 5 else 0.8 if bad else 0.1, 0.5 if bad else 0,
            ])  # fmt: skip
        rows.writerow(["q999", "a row cut short"])
    return path


def settled(page: Page) -> None:
    """Waits until the page has stopped running."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def no_trouble(page: Page) -> None:
    """No traceback and no fault on the screen."""
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page.get_by_text("something broke")).to_have_count(0)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_opens_with_the_sample_data(reading: Page, sample_app: App, path: str) -> None:
    reading.goto(f"{sample_app.url}/{path}")
    expect(reading.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
    settled(reading)
    no_trouble(reading)


@pytest.mark.parametrize("address", ["/", "/overview"])
def test_the_overview_is_found_by_its_name_too(
    reading: Page, sample_app: App, address: str
) -> None:
    reading.goto(f"{sample_app.url}{address}?level=99+%25")
    expect(reading.get_by_role("heading", name="Overview")).to_be_visible()
    expect(reading.get_by_text("in the worst 1 %")).to_be_visible()  # as the link says
    settled(reading)
    expect(reading).to_have_title("Overview · Tailscope")
    expect(reading.get_by_text("Page not found")).to_have_count(0)
    expect(reading.get_by_test_id("stSidebarNavLink").filter(has_text="Overview")).to_have_count(1)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_says_what_to_do_when_nothing_is_loaded(
    reading: Page, bare_app: App, path: str
) -> None:
    reading.goto(f"{bare_app.url}/{path}")
    expect(reading.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
    settled(reading)
    no_trouble(reading)


def test_without_a_campaign_the_page_says_where_one_comes_from(
    reading: Page, bare_app: App
) -> None:
    reading.goto(f"{bare_app.url}/label")
    expect(reading.get_by_text("There is nothing to label yet")).to_be_visible()
    reading.get_by_role("link", name="Load a file").click()
    expect(reading.get_by_role("heading", name="Load")).to_be_visible()


def test_the_main_road_from_a_file_to_an_export(page: Page, app: App, messy: Path) -> None:
    page.goto(f"{app.url}/load")
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(messy)
    expect(page.get_by_text("The first 20 rows")).to_be_visible()
    page.get_by_label("Model", exact=True).fill("owl-1")
    page.get_by_label("Data set", exact=True).fill("mine")
    page.get_by_label("Data set", exact=True).press("Tab")
    settled(page)
    page.get_by_role("button", name="Load this file").click()
    expect(page.get_by_text("1 run with 120 outputs")).to_be_visible()
    expect(page.get_by_text("Some rows could not be read")).to_be_visible()

    page.get_by_role("link", name="See the profile").click()
    expect(page.get_by_role("heading", name="Profile · owl-1")).to_be_visible()
    expect(page.get_by_text("How bad is the bad end")).to_be_visible()
    settled(page)
    no_trouble(page)
    assert page.evaluate("window.broken") is None

    link = page.url
    page.goto(link)
    expect(page.get_by_role("heading", name="Profile · owl-1")).to_be_visible()

    page.get_by_role("button", name="Send these").click()
    page.get_by_label("Name of the campaign").fill("Tail of owl-1")
    page.get_by_label("Name of the campaign").press("Enter")
    page.get_by_role("button", name="Start the campaign").click()
    expect(page.get_by_role("heading", name="Label")).to_be_visible()
    assert "campaign=" in page.url

    page.goto(f"{app.url}/export?datasets=mine")
    expect(page.get_by_text("120 outputs: mine")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download tailscope-export.zip").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        names = set(archive.namelist())
        assert {"README.md", "manifest.json", "croissant.json"} <= names
        assert "data/outputs/train-00000-of-00001.parquet" in names
        manifest = orjson.loads(archive.read("manifest.json"))
        assert manifest["snapshot"] > 0
        import pyarrow.parquet as parquet

        table = parquet.read_table(
            io.BytesIO(archive.read("data/outputs/train-00000-of-00001.parquet"))
        )
    answers = dict(zip(table["item_id"].to_pylist(), table["response"].to_pylist(), strict=True))
    assert len(answers) == 120
    assert answers["q0"] == EVIL


def test_a_chart_fills_the_screen_and_comes_back(reading: Page, sample_app: App) -> None:
    reading.goto(f"{sample_app.url}/profile")
    settled(reading)
    chart = reading.locator(".js-plotly-plot").first

    def width() -> float:
        box = chart.bounding_box()
        return box["width"] if box else 0

    before = width()
    chart.hover()
    chart.locator('[data-title="Fullscreen"]').click()
    expect(chart.locator('[data-title="Close fullscreen"]')).to_be_attached()
    assert width() > 1000 > before
    reading.keyboard.press("Escape")
    expect(chart.locator('[data-title="Fullscreen"]')).to_be_attached()
    assert width() == before


@pytest.mark.parametrize(("path", "title"), [
    ("trajectories", "Early warning"), ("campaigns", "Labels by person"),
])  # fmt: skip
def test_charts_beside_each_other_stack_on_a_narrow_screen(
    reading: Page, sample_app: App, path: str, title: str
) -> None:
    reading.set_viewport_size({"width": 800, "height": 1000})
    reading.goto(f"{sample_app.url}/{path}")
    settled(reading)
    chart = reading.get_by_label(title, exact=True)
    expect(chart).to_be_attached()
    box = chart.bounding_box()
    assert box, f"{title} is not on the screen"
    assert box["width"] > 400


def test_a_click_on_a_point_of_the_tail_opens_its_case(page: Page, sample_app: App) -> None:
    page.goto(f"{sample_app.url}/profile?model=ember-30b")
    expect(page.get_by_role("button", name="Send these 45 to annotators")).to_be_visible()
    settled(page)
    points = page.locator(".js-plotly-plot").first.locator(".scatterlayer .points path")
    expect(points.nth(30)).to_be_visible()
    points.nth(30).scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # charts settle into their width after they appear
    box = points.nth(30).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 20, y - 20)
    page.mouse.move(x, y, steps=5)
    expect(page.locator(".hoverlayer .hovertext").first).to_be_visible()
    page.mouse.click(x, y)
    expect(page.get_by_text("The same prompt, 10 other answers")).to_be_visible()
    assert "run=" in page.url
    assert "item=" in page.url


def test_a_click_on_a_bar_lists_what_is_behind_it_and_says_where(
    page: Page, sample_app: App
) -> None:
    page.goto(f"{sample_app.url}/profile?model=ember-30b")
    expect(page.get_by_role("button", name="Send these 45 to annotators")).to_be_visible(
        timeout=60_000
    )
    settled(page)
    page.wait_for_timeout(1000)  # charts settle into their width after they appear
    bar = page.locator(".js-plotly-plot").nth(1).locator(".barlayer .point path").last
    bar.scroll_into_view_if_needed()
    bar.click(force=True)  # a sheet that takes drags lies over all bars
    expect(page.get_by_text("What is behind it is listed below")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the tail")).to_be_attached()
    said = page.get_by_text("in the joint tail").last.inner_text()
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.get_by_text(said, exact=True)).to_be_attached()
    expect(again.get_by_text("What is behind it is listed below")).to_have_count(0)


def test_a_search_is_in_the_link_and_marks_its_hits(page: Page, sample_app: App) -> None:
    page.goto(f"{sample_app.url}/cases")
    page.get_by_label("Words in prompt or answer").fill("harbor ferry")
    page.get_by_label("Words in prompt or answer").press("Enter")
    page.wait_for_url("**q=harbor+ferry**")
    settled(page)
    found = page.get_by_text("with the words harbor ferry")
    expect(found).to_be_visible()
    page.goto(page.url)
    expect(page.get_by_label("Words in prompt or answer")).to_have_value("harbor ferry")


def test_a_file_that_cannot_be_read_gets_words_not_a_traceback(
    page: Page, bare_app: App, tmp_path: Path
) -> None:
    bad = tmp_path / "latin.csv"
    bad.write_bytes("id,prompt,response\n1,caf\xe9,yes\n".encode("latin-1"))
    page.goto(f"{bare_app.url}/load")
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(bad)
    expect(page.get_by_text("is not UTF-8")).to_be_visible()
    no_trouble(page)
