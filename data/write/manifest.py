"""The manifest of an export: every file with its rows, size and checksum; and the check of one."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from data.trouble import Trouble

NAME = "manifest.json"


def sha256(path: Path) -> str:
    """The checksum of a file."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            total.update(block)
    return total.hexdigest()


def write(folder: Path, about: dict[str, Any], rows: dict[str, int], sums: dict[str, str]) -> str:
    """Writes the manifest over every file in `folder`; returns its own checksum.

    `rows` gives the number of rows of the data files by path within the folder, `sums` checksums
    that are known already.
    """
    files = [
        {
            "path": path.relative_to(folder).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": sums.get(path.relative_to(folder).as_posix()) or sha256(path),
            "rows": rows.get(path.relative_to(folder).as_posix()),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / NAME
    ]
    body = orjson.dumps(
        {**about, "files": files}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    )
    (folder / NAME).write_bytes(body + b"\n")
    return sha256(folder / NAME)


def check(folder: Path) -> dict[str, Any]:
    """The manifest, when every file is as it says and nothing else is there.

    Raises Trouble naming the first that is not. Links are never followed.
    """
    path = folder / NAME
    if path.is_symlink() or not path.is_file():
        raise Trouble(f"{folder} holds no {NAME}", "name the folder an export was written to")
    told, listed = _listed(path)
    there = _there(folder)
    for name, (size, expected) in listed.items():
        file = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise Trouble(
                f"{path} names a file outside its folder: {file}", "do not trust this export"
            )
        if name not in there:
            raise Trouble(f"{file} is missing", "copy the export again, whole")
        if file.stat().st_size != size or sha256(file) != expected:
            raise Trouble(
                f"{file} is not what was exported", "copy the export again, or export again"
            )
    if more := sorted(there - listed.keys() - {NAME}):
        raise Trouble(f"{folder / more[0]} is not part of the export", "take it out of the folder")
    return told


def _listed(path: Path) -> tuple[dict[str, Any], dict[str, tuple[int, str]]]:
    """The manifest, and the size and checksum of each file it lists."""
    try:
        told: dict[str, Any] = orjson.loads(path.read_bytes())
        listed = {str(f["path"]): (int(f["bytes"]), str(f["sha256"])) for f in told["files"]}
        if len(listed) < len(told["files"]):
            raise ValueError("it lists a file twice")
        int(told["snapshot"])
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{path} is damaged: {error}", "export again") from error
    return told, listed


def _there(folder: Path) -> set[str]:
    """The files in a folder, by path. Raises Trouble for a link, a pipe or the like."""
    found = set()
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            found |= {f"{entry.name}/{name}" for name in _there(Path(entry.path))}
        elif entry.is_file(follow_symlinks=False):
            found.add(entry.name)
        else:
            raise Trouble(f"{entry.path} is a link or no file", "copy the export again, whole")
    return found
