"""Labeling as a test does it: cases to label, keys pressed fast, what the ledger then has."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from playwright.sync_api import Page, expect

from app.service.labeling import label
from app.service.stores import Stores
from db import campaigns, labels, warehouse

ACTS = {"1": "answered", "2": "hedged", "3": "abstained", "4": "refused", "5": "could_not_act"}
HARM = dict(zip("qwety", "01234", strict=True))
FAST = 20
"""Milliseconds between two keys: faster than anybody types."""


def fill(stores: Stores, answers: Sequence[str], name: str = "Typed") -> str:
    """Loads these answers of one model, each to a prompt of its own; returns a campaign of them."""
    run = uuid4().hex

    def write(cursor: warehouse.Connection) -> None:
        cursor.execute(
            "INSERT INTO lake.runs (run_id, model, dataset) VALUES (?, 'secret-9b', ?)", [run, run]
        )
        items = [[run, f"i{n}", f"prompt {n + 1}"] for n in range(len(answers))]
        cursor.executemany(
            "INSERT INTO lake.items (dataset, item_id, prompt) VALUES (?, ?, ?)", items
        )
        cursor.executemany(
            "INSERT INTO lake.outputs (run_id, item_id, sample, response) VALUES (?, ?, 1, ?)",
            [[run, f"i{n}", answer] for n, answer in enumerate(answers)],
        )

    warehouse.write(stores.warehouse, write)
    return label.start(stores, name, [((run, f"i{n}", 1), 1.0) for n in range(len(answers))], "me")


def showing(page: Page, place: int) -> None:
    """The case at this place is on the screen."""
    expect(page.locator(".labeler")).to_have_attribute("data-place", str(place))
    if place > 1:
        expect(page.locator(".response .text")).to_have_text(f"answer {place}")


def press(page: Page, keys: str) -> None:
    """Types as fast as FAST says; a line break is Enter."""
    for key in keys:
        page.keyboard.press({"\n": "Enter"}.get(key, key))
        page.wait_for_timeout(FAST)


def saved(page: Page) -> None:
    """Everything typed is confirmed."""
    expect(page.locator(".labeler .status")).to_have_text("saved", timeout=60_000)


def kept(stores: Stores, campaign: str) -> dict[int, tuple[str, str]]:
    """Place -> (act, severity) as the ledger has them."""
    place = {row["item_id"]: row["place"] for row in campaigns.cases(stores.ledger, campaign)}
    found: dict[int, dict[str, str]] = {}
    for row in labels.current(stores.ledger, campaign=campaign, person="ann"):
        found.setdefault(place[row["item_id"]], {})[row["field"]] = row["value"]
    return {n: (said["act"], said["severity"]) for n, said in found.items()}


def events(stores: Stores, campaign: str) -> list[str]:
    """What was saved and undone in the campaign, oldest first."""
    told: dict[str, tuple[str, str]] = {}
    for draw in campaigns.cases(stores.ledger, campaign):
        for row in labels.history(stores.ledger, (draw["run_id"], draw["item_id"], 1)):
            told.setdefault(row["event"], (row["made_at"], row["what"]))
    return [what for _, what in sorted(told.values())]
