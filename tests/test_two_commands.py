"""The two commands of the README: what `make run` and `make test` do, and the app that answers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[1]
SHELL = Path(sys.executable).with_name("tailscope")
PATIENCE = 60
"""Seconds an app may take to answer, on a machine that does other things too."""


def planned(*words: str) -> str:
    """What make would run on a machine where nothing is set up."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("no make on this machine")
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    done = subprocess.run(
        [make, "-n", *words, "VENV=nowhere"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return done.stdout


def test_make_run_sets_up_then_fills_then_serves() -> None:
    plan = planned("run")
    steps = [".ci/python", "requirements-web.txt", "requirements.txt", "demo --if-empty", "serve"]
    places = [plan.find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)


def test_make_run_without_scoring_never_asks_for_torch() -> None:
    plan = planned("run", "SCORING=no")
    assert "requirements-web.txt" in plan
    assert "requirements.txt" not in plan
    assert "requirements-scoring" not in plan


def test_make_test_gets_a_browser_before_the_tests() -> None:
    plan = planned("test")
    assert 0 < plan.find("requirements-dev.txt") < plan.find(".ci/browser") < plan.find("pytest")


@contextmanager
def taken() -> Iterator[int]:
    """A port of this machine that somebody listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def home(path: Path) -> dict[str, str]:
    return os.environ | {"TAILSCOPE_HOME": str(path), "TAILSCOPE_HOST": "127.0.0.1"}


def test_a_taken_port_is_said_with_the_way_out(tmp_path: Path) -> None:
    with taken() as port:
        done = subprocess.run(
            [SHELL, "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            env=home(tmp_path),
        )
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "fix:" in done.stderr


def healthy(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def test_the_app_answers_from_any_folder(tmp_path: Path) -> None:
    with taken() as port:
        pass  # free again
    command = [str(SHELL), "serve", "--port", str(port)]
    with (tmp_path / "log").open("w") as log:
        app = subprocess.Popen(command, cwd=tmp_path, env=home(tmp_path), stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE
        while not (answers := healthy(port)) and app.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
        assert answers, (tmp_path / "log").read_text()
    finally:
        app.terminate()
        app.wait(30)
