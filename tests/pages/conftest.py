"""The whole app without a browser, on sample stores made once and on empty ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import settings
from app.service import demo
from app.service import stores as opened
from app.settings import Settings

ROOT = Path(__file__).parents[2]
Door = Callable[..., AppTest]


@dataclass
class Warm:
    """The homes that are only read, and the home whose answers the caches hold."""

    read: set[Path] = field(default_factory=set)
    held: Path | None = None


@pytest.fixture(scope="session")
def warm() -> Warm:
    """What the caches hold is kept from test to test."""
    return Warm()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Path:
    """A home with the sample data, to be read or copied."""
    home = tmp_path_factory.mktemp("sample")
    stores = opened.connect(Settings(home=home))
    demo.fill(stores)
    stores.warehouse.close()
    stores.ledger.dispose()
    warm.read.add(home)
    return home


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch, warm: Warm) -> Iterator[Door]:
    """Opens a page of the app on a home, with what its link says.

    Every visit begins with empty caches, but one to a home that nobody writes to, the sample for
    one: what the last visit worked out of it is kept.
    """

    def forget(home: Path | None) -> None:
        settings.settings.cache_clear()
        if home is None or home not in warm.read or home != warm.held:
            st.cache_resource.clear()
            st.cache_data.clear()

    def visit(home: Path, script: str = "", /, **link: str | list[str]) -> AppTest:
        monkeypatch.setenv("TAILSCOPE_HOME", str(home))
        forget(home)
        warm.held = home
        app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
        if script:  # once the menu has been drawn, a page is found by its script
            app.switch_page("../pages/load.py").run().switch_page(f"../pages/{script}.py")
        for key, value in link.items():
            app.query_params[key] = value
        return app.run()

    yield visit
    forget(warm.held)
