"""What a person does with a table in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.test_road import settled


def tick(page: Page) -> None:
    """Ticks the box of the first table's first row, once the table is drawn and stands still."""
    grid = page.get_by_test_id("stDataFrame").first
    expect(grid.locator("canvas").first).to_be_visible()
    settled(page)
    before, box = None, grid.bounding_box()
    while box is None or box != before:
        page.wait_for_timeout(700)
        before, box = box, grid.bounding_box()
    page.mouse.click(box["x"] + 16, box["y"] + 50)
