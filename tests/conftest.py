"""Shared by all rooms: fresh stores, small files, the shell in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from app.service import stores as opened
from app.service.stores import Stores
from app.settings import Settings
from tests.forked import FORKED, shell

# A slow machine is no broken law.
settings.register_profile(
    "laws", deadline=None, max_examples=int(os.environ.get("TAILSCOPE_FUZZ", "30"))
)
settings.load_profile("laws")

ROOT = Path(__file__).parents[1]
TABLES = ("runs", "items", "outputs", "scores", "steps", "refused_rows")


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose stores have their tables and nothing in them, to be copied."""
    home = tmp_path_factory.mktemp("blank") / "home"
    made = opened.connect(Settings(home=home))
    made.warehouse.close()
    made.ledger.dispose()
    return home


@pytest.fixture
def stores(tmp_path: Path, blank: Path) -> Iterator[Stores]:
    """Fresh, empty stores in a folder of the test."""
    fresh = opened.connect(Settings(home=shutil.copytree(blank, tmp_path / "home")))
    yield fresh
    fresh.warehouse.close()
    fresh.ledger.dispose()


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file: text, bytes, a list of objects (one a line), or any other value as JSON."""

    def write(name: str, body: Any, *, lines: bool = True) -> Path:
        path = tmp_path / name
        if isinstance(body, bytes):
            path.write_bytes(body)
        elif isinstance(body, str):
            path.write_bytes(body.encode("utf-8"))
        elif lines and isinstance(body, list):
            path.write_text("".join(json.dumps(row) + "\n" for row in body), encoding="utf-8")
        else:
            path.write_text(json.dumps(body), encoding="utf-8")
        return path

    return write


@pytest.fixture
def held() -> Callable[[Stores], dict[str, int]]:
    """What the warehouse holds: its snapshot, and the rows of every table."""

    def count(stores: Stores) -> dict[str, int]:
        cursor = stores.warehouse.cursor()
        found = {
            name: cursor.execute(f"SELECT count(*) FROM lake.{name}").fetchall()[0][0]
            for name in TABLES
        }
        cursor.close()
        return found | {"snapshot": stores.version()[0], "labels": stores.version()[1]}

    return count


@pytest.fixture
def ask() -> Callable[..., list[tuple[Any, ...]]]:
    """The answer of one SQL question to the warehouse."""

    def answer(stores: Stores, question: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = stores.warehouse.cursor()
        try:
            return cursor.execute(question, list(values)).fetchall()
        finally:
            cursor.close()

    return answer


@dataclass(frozen=True)
class Shell:
    """`tailscope` as a person runs it, in a home of its own."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TAILSCOPE_")}
        return kept | {"TAILSCOPE_HOME": str(self.folder)}

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).parent / "tailscope"), *words]
        return subprocess.Popen(
            command, env=self.environment, cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
        )  # fmt: skip

    def __call__(self, *words: object) -> tuple[int, str, str]:
        """Exit code, stdout, stderr; the interpreter's start is not repeated for each command."""
        asked = (tuple(map(str, words)), self.environment, self.folder)
        process = FORKED.Process(target=shell, args=asked)
        process.start()
        process.join(120)
        assert process.exitcode is not None, "the command does not come to an end"
        told, complained = ((self.folder / name).read_text("utf-8") for name in ("out", "err"))
        return process.exitcode, told, complained

    def json(self, *words: object) -> Any:
        code, told, complained = self(*words, "--json")
        assert code == 0, complained
        return json.loads(told, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.fixture
def home(tmp_path: Path) -> Shell:
    """The console script with TAILSCOPE_HOME set to a new folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return Shell(folder)


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real files; the test is skipped where there is none."""
    folder = Path(os.environ.get("REALDATA_DIR", ROOT / "../shared/realdata")).resolve()
    if not folder.is_dir():
        pytest.skip("no real files beside the project; REALDATA_DIR can name their folder")
    return folder
