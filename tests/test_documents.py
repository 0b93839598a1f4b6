"""What the documents say is so: their commands run, their settings exist, their links lead on."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from app.cli import shell
from app.settings import Settings
from app.web import nav
from data import mapping

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, kind: str) -> list[str]:
    """The code blocks of a kind in a document."""
    return re.findall(rf"```{kind}\n(.*?)```", text(name), re.DOTALL)


def commands() -> list[str]:
    lines = "\n".join(blocks("README.md", "sh")).replace("\\\n", " ").splitlines()
    return [line.split("#")[0].strip() for line in lines if line.startswith("tailscope ")]


@pytest.mark.parametrize("line", commands())
def test_every_command_in_the_readme_is_one_the_shell_knows(line: str) -> None:
    command: click.Command = shell
    _, *words = line.split()
    while isinstance(command, click.Group) and (words or not command.invoke_without_command):
        word = words.pop(0)
        assert word in command.commands, f"{line}: there is no {word}"
        command = command.commands[word]
    known = {option for parameter in command.params for option in parameter.opts}
    unknown = {word for word in words if word.startswith("--")} - known
    assert not unknown, f"{line}: there is no {unknown}"


def test_the_readme_lists_every_setting_and_no_other() -> None:
    named = set(re.findall(r"^\| `TAILSCOPE_(\w+)` \|", text("README.md"), re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_readme_tells_of_every_page_and_of_no_other() -> None:
    seen = re.search(r"## What you see\n(.*?)\n## ", text("README.md"), re.DOTALL)
    assert seen
    told = re.findall(r"^- \*\*(.+?)\*\*:", seen[1], re.MULTILINE)
    assert sorted(told) == sorted(
        title for pages in nav.SECTIONS.values() for _, title, *_ in pages
    )


def test_the_mapping_of_the_readme_can_be_read() -> None:
    (body,) = blocks("README.md", "yaml")
    read = mapping.parse(body, "the README's mapping")
    assert read.prompt
    assert read.response
    assert read.labels


def test_every_word_of_make_in_the_documents_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    said = {
        word for name in DOCUMENTS for word in re.findall(r"(?:^|`)make ([a-z]+)", text(name), re.M)
    }
    assert said <= targets
    assert {"run", "test", "check"} <= said


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text(name))
    assert not [x for x in links if not x.startswith("http") and not (ROOT / x).exists()]


def test_every_dependency_stands_in_the_table_with_its_version() -> None:
    rows = re.findall(r"^\| ([\w.-]+) \| (\d[\w.]*) \|", text("ARCHITECTURE.md"), re.MULTILINE)
    asked = [
        line.split("==")
        for kind in ("web", "scoring", "ray", "dev")
        for line in text(f"requirements-{kind}.txt").splitlines()
        if "==" in line
    ]
    assert dict(rows) == {name: wanted.strip() for name, wanted in asked}


def containers() -> tuple[set[str], str]:
    """What the Dockerfile copies, and what .dockerignore keeps out."""
    copied = re.findall(r"^COPY(?: --\S+)* (.+) \S+$", text("Dockerfile"), re.MULTILINE)
    return {word.rstrip("/") for line in copied for word in line.split()}, text(".dockerignore")


def test_the_image_gets_every_room_and_nothing_of_the_laptop() -> None:
    copied, ignored = containers()
    assert {"app", "components", "data", "db", "pages", "risk", "scoring"} <= copied
    assert {"pyproject.toml", "README.md", ".streamlit", "constraints.txt"} <= copied
    assert not [name for name in copied if not (ROOT / name).exists()]
    assert {"data/local", ".venv", "tests", ".env", ".git"} <= set(ignored.splitlines())
