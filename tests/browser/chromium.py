"""Which Chromium the browser tests drive: an installed one, else playwright's own."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run", "--disable-dev-shm-usage",
)  # fmt: skip
"""Flags that keep the browser off the network and alive in a container."""


def path() -> str | None:
    """The browser's executable; None where there is none."""
    if asked := os.environ.get("CHROMIUM"):
        return asked
    for name in NAMES:
        if found := shutil.which(name):
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if mac.exists():
        return str(mac)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return str(own) if own.exists() else None


if __name__ == "__main__":
    chosen = path()
    print(chosen or "no Chromium")
    sys.exit(0 if chosen else 1)
