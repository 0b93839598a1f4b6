"""A running app on made-up stores, and pages of a real Chromium that never leave this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.browser import chromium
from tests.conftest import Shell

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    found = chromium.path()
    if found is None:
        if os.environ.get("TAILSCOPE_BROWSER") == "required":
            pytest.fail("no Chrome or Chromium, and the browser tests must run")
        pytest.skip("no Chrome or Chromium on this machine: run `make test`, which gets one")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(chromium.QUIET))
        yield opened
        opened.close()


def tailscope(home: Path, *words: str) -> tuple[int, str, str]:
    """Runs the shell on the stores in `home`: exit code, stdout, stderr."""
    return Shell(home)(*words)


def free_port() -> int:
    """A port nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class App:
    """The app in a process of its own, on stores of its own."""

    def __init__(self, home: Path, *, worker: bool = False) -> None:
        self.home, self.worker = home, worker
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.start()

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        self.log = (self.home / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "app.cli",
                "serve",
                "--port",
                str(self.port),
                "--worker" if self.worker else "--no-worker",
            ],
            cwd=ROOT,
            env=os.environ | {"TAILSCOPE_HOME": str(self.home)},
            stdout=self.log,
            stderr=self.log,
        )
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError((self.home / "serve.log").read_text())

    def kill(self) -> None:
        """Kills the server the hard way."""
        self.process.kill()
        self.process.wait()
        self.log.close()


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores with the sample data in them, made once."""
    home = tmp_path_factory.mktemp("sample")
    code, _, complained = tailscope(home, "demo", "--no-model")
    assert code == 0, complained
    return home


@pytest.fixture(scope="module")
def sample_app(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A running app on the sample data that a module's tests share: they only read."""
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(sample_home, home)
    running = App(home)
    yield running
    running.kill()


@pytest.fixture(scope="module")
def bare_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A running app with nothing loaded that a module's tests share: they only read."""
    running = App(tmp_path_factory.mktemp("bare"))
    yield running
    running.kill()


@pytest.fixture(scope="module")
def desk_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A running app that a module's tests share: each writes what is its own."""
    running = App(tmp_path_factory.mktemp("desk"))
    yield running
    running.kill()


@pytest.fixture
def app(sample_home: Path, tmp_path: Path) -> Iterator[App]:
    """A running app on a copy of the sample stores: a test may write what it likes."""
    home = tmp_path / "home"
    shutil.copytree(sample_home, home)
    running = App(home)
    yield running
    running.kill()


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[App]:
    """A running app with nothing loaded."""
    home = tmp_path / "home"
    home.mkdir()
    running = App(home)
    yield running
    running.kill()


@pytest.fixture
def served(app: App) -> str:
    """The address of a running app on the sample data."""
    return app.url


SCREEN: ViewportSize = {"width": 1440, "height": 1000}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when anything asks the network for something not on localhost."""
    context = browser.new_context(viewport=SCREEN, accept_downloads=True)
    try:
        yield from watched(context)
    finally:
        context.close()


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """What the pages of a module share: the browser need not read the app's scripts each time."""
    context = browser.new_context(viewport=SCREEN)
    yield context
    context.close()


@pytest.fixture
def reading(profile: BrowserContext) -> Iterator[Page]:
    """Like `page`, for tests that only look."""
    yield from watched(profile)


def watched(context: BrowserContext) -> Iterator[Page]:
    """A page of the context; fails when anything left this machine."""
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    strangers: list[str] = []

    def seen(url: str) -> None:
        if not url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:")):
            strangers.append(url)

    opened.on("request", lambda request: seen(request.url))
    opened.on("websocket", lambda socket: seen(socket.url))
    yield opened
    opened.close()
    assert not strangers, f"requests left this machine: {strangers}"
