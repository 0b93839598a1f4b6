"""The shape of the house is a promise; these tests keep it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from risk import lenses
from risk.lens import Lens
from tests import lens_table

ROOT = Path(__file__).parents[1]
FILES = tuple(f"requirements-{name}.txt" for name in ("web", "scoring", "ray", "dev"))
ROOMS = ("app", "components", "data", "db", "pages", "risk", "scoring")
LONGEST = 250
FORBIDDEN = {"utils", "util", "helpers", "common", "manager", "managers", "base"}


def files(*endings: str, rooms: tuple[str, ...] = (*ROOMS, "tests")) -> list[Path]:
    """The files of the rooms, without what is made at run time."""
    found = (path for room in rooms for path in sorted((ROOT / room).rglob("*")))
    return [
        path
        for path in found
        if path.suffix in endings
        and not {"local", "__pycache__", "shots"} & set(path.relative_to(ROOT).parts)
    ]


def told(wrong: list[str]) -> str:
    return "\n".join(["", *wrong])


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_longer_than_two_hundred_and_fifty_lines() -> None:
    sizes = {short(p): len(p.read_text("utf-8").splitlines()) for p in files(".py", ".js")}
    wrong = [f"{name}: {lines} lines" for name, lines in sizes.items() if lines > LONGEST]
    assert not wrong, told(wrong)


def test_the_first_line_of_every_module_says_what_it_is() -> None:
    said = re.compile(r'r?"""\S+(?: \S+){2,}\.(?:""")?')
    wrong = [
        short(path)
        for path in files(".py")
        if not said.fullmatch((path.read_text("utf-8").splitlines() or [""])[0])
    ]
    assert not wrong, told(wrong)


def test_no_room_is_a_drawer_for_everything() -> None:
    parts = {(short(p), part) for p in files(".py") for part in p.relative_to(ROOT).parts}
    wrong = [name for name, part in sorted(parts) if part.removesuffix(".py") in FORBIDDEN]
    assert not wrong, told(wrong)


def test_there_is_no_room_beyond_the_named_ones() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/*.py")} - {".venv", "build"}
    assert rooms <= {*ROOMS, "tests"}


def public(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    """The classes, functions and methods of a module whose names do not begin with `_`."""

    def walk(
        body: list[ast.stmt], inside: str
    ) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
                name = f"{inside}{node.name}"
                yield name, node
                if isinstance(node, ast.ClassDef):
                    yield from walk(node.body, f"{name}.")

    yield from walk(ast.parse(path.read_text("utf-8")).body, f"{short(path)}: ")


def setter(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether it only sets what its property documents."""
    return any(isinstance(d, ast.Attribute) and d.attr == "setter" for d in node.decorator_list)


def test_everything_public_is_documented() -> None:
    wrong = [
        name
        for path in files(".py", rooms=ROOMS)
        if "versions" not in path.parts
        for name, node in public(path)
        if not ast.get_docstring(node) and not setter(node)
    ]
    assert not wrong, told(wrong)


def test_everything_public_is_typed() -> None:
    wrong = []
    for path in files(".py", rooms=ROOMS):
        for name, node in public(path):
            if isinstance(node, ast.FunctionDef):
                a = node.args
                given = [*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg]
                bare = [g.arg for g in given if g and not g.annotation]
                if set(bare) - {"self", "cls"} or node.returns is None:
                    wrong.append(f"{name}({', '.join(bare)})")
    assert not wrong, told(wrong)


def test_every_arrow_points_down() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


LOADED = """
import importlib, pkgutil, sys
for room in ("app", "components", "data", "db", "risk"):
    for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
        if "local" not in module.name and "migrations" not in module.name:
            if module.name != "app.main":
                importlib.import_module(module.name)
from streamlit.testing.v1 import AppTest
drawn = AppTest.from_file("app/main.py", default_timeout=60).run()
assert not drawn.exception and drawn.main.children, "the first page was not drawn"
heavy = sorted({"torch", "transformers"} & sys.modules.keys())
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""


def test_the_web_never_loads_torch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"TAILSCOPE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("lens", lenses.every().values(), ids=lambda lens: lens.name)
def test_a_lens_says_all_a_reader_needs(lens: Lens) -> None:
    assert lens.title
    assert lens.source
    assert lens.status
    assert len(lens.edges) > 40, "say what happens at the edges"
    assert lens.up in ("harm", "good", "neither")
    assert set(lens.needs) <= set(lens.how_to_get), "say how to get each needed column"
    assert all(parameter.meaning for parameter in lens.parameters)
    path = ROOT / "risk" / "lenses" / f"{lens.name}.py"
    assert path.is_file(), "a lens bears the name of its file"
    assert "    >>> " in path.read_text("utf-8"), "show a worked case, by hand, as a doctest"


@pytest.mark.parametrize("name", lenses.every())
def test_a_lens_has_a_test(name: str) -> None:
    tests = "".join(path.read_text("utf-8") for path in files(".py", rooms=("tests",)))
    assert re.search(rf"""lenses\.{name}\b|lenses import [^\n]*\b{name}\b|["']{name}["']""", tests)


def test_nothing_on_a_screen_is_raw_html() -> None:
    sign = re.compile(r"unsafe_allow_html|\bst\.html\(|components\.v1|innerHTML|outerHTML|eval\(")
    rooms = ("app", "pages", "components")
    wrong = [
        short(p) for p in files(".py", ".js", rooms=rooms) if sign.search(p.read_text("utf-8"))
    ]
    assert not wrong, told(wrong)


def test_nothing_on_a_screen_comes_from_the_network() -> None:
    far = re.compile(r"https?://(?!www\.w3\.org/)[\w-]+\.\w|@import|url\(\s*['\"]?//")
    drawn = files(".py", ".js", ".css", ".svg", rooms=("app", "pages", "components"))
    wrong = [
        short(path)
        for path in (*drawn, ROOT / ".streamlit" / "config.toml")
        if far.search(path.read_text("utf-8"))
    ]
    assert not wrong, told(wrong)


def pins(name: str) -> dict[str, str]:
    """Package -> what is asked of it, in a file of requirements; the name as pip compares it."""
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines())
    asked = (re.fullmatch(r"([\w.-]+)\s*(.*)", x) for x in lines if x and not x.startswith("-"))
    return {re.sub(r"[-_.]+", "-", m[1]).lower(): m[2] for m in asked if m}


def test_every_requirement_is_pinned_and_the_constraints_agree() -> None:
    constraints = pins("constraints.txt")
    for name in FILES:
        wrong = {
            package: version
            for package, version in pins(name).items()
            if not re.fullmatch(r"==[\w.]+", version)
            or constraints.get(package, version) != version
        }
        assert not wrong, f"{name}: {wrong}"


def test_what_the_web_needs_has_no_torch() -> None:
    assert not {"torch", "transformers", "safetensors"} & pins("requirements-web.txt").keys()


def test_the_version_stands_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_no_file_names_a_machine_or_a_registry() -> None:
    hosts = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "download." + "pytorch")
    homes = re.compile(r"(?<![\w.~])/(?:root|work|Users|home/\w+)/\w")
    written = files(".py", ".js", ".css", ".md", ".yaml", ".svg")
    top = [path for path in ROOT.iterdir() if path.is_file() and path.name not in (".env", ".git")]
    wrong = []
    for path in (*written, *top, *(ROOT / ".ci").iterdir(), *(ROOT / "docs").rglob("*.md")):
        text = path.read_text("utf-8")
        wrong += [f"{short(path)}: {host}" for host in hosts if host in text]
        wrong += [f"{short(path)}: {found[0]}" for found in homes.finditer(text)]
    assert not wrong, told(wrong)


def test_the_table_of_lenses_is_fresh() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert lens_table.between(text) == lens_table.table(), f"run: {lens_table.COMMAND}"
