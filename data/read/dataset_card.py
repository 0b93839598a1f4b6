"""The card of a data set: which files its configs and splits are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

CARD = 1 << 20
"""Bytes of a card that are looked at."""
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)


def configs(folder: Path) -> list[dict[str, Any]]:
    """The configs a card declares together with their files."""
    declared = front(folder).get("configs")
    told = declared if isinstance(declared, list) else []
    return [one for one in told if isinstance(one, dict) and one.get("data_files")]


def front(folder: Path) -> dict[str, Any]:
    """The front matter of the card."""
    card = folder / "README.md"
    if not card.is_file() or card.is_symlink():
        return {}
    with card.open("rb") as file:
        text = file.read(CARD).decode("utf-8", "replace").replace("\r\n", "\n")
    match = _FRONT.match(text.removeprefix("\ufeff"))
    try:
        body = yaml.safe_load(match[1]) if match else {}
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def data_files(value: Any) -> Iterator[tuple[str, list[str]]]:
    """Split and path patterns, in each way a card may write them."""
    if isinstance(value, str):
        yield "train", [value]
    elif isinstance(value, dict):
        for split, paths in value.items():
            yield str(split), [paths] if isinstance(paths, str) else texts(paths)
    elif isinstance(value, list):
        plain = texts(value)
        if plain:
            yield "train", plain
        for one in value:
            if isinstance(one, dict) and "path" in one:
                paths = one["path"]
                yield (
                    str(one.get("split") or "train"),
                    [paths] if isinstance(paths, str) else texts(paths),
                )


def texts(value: Any) -> list[str]:
    """The texts of a list; none where something else stands."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def matching(folder: Path, pattern: str) -> Iterator[Path]:
    """The files a pattern of the card means, inside the folder only."""
    parts = PurePosixPath(pattern).parts
    if not parts or "\x00" in pattern or ".." in parts or PurePosixPath(pattern).is_absolute():
        return
    try:
        found = sorted(folder.glob(pattern))
    except (ValueError, NotImplementedError, IndexError):
        return
    yield from (path for path in found if inside(path, folder) and path.is_file())


def inside(path: Path, folder: Path) -> bool:
    """Whether a file lies in the folder by itself, and not through a link that leads out."""
    return path.resolve().is_relative_to(folder.resolve())
