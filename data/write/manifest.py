"""The manifest of an export: every file with its rows, size and checksum; and the check of one."""

from __future__ import annotations

import hashlib
from pathlib import Path
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
        if path.is_file() and path.name != NAME
    ]
    body = orjson.dumps(
        {**about, "files": files}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    )
    (folder / NAME).write_bytes(body + b"\n")
    return sha256(folder / NAME)


def check(folder: Path) -> dict[str, Any]:
    """The manifest, when every file is as it says. Raises Trouble naming the first that is not."""
    path = folder / NAME
    if not path.is_file():
        raise Trouble(f"{folder} holds no {NAME}", "name the folder an export was written to")
    try:
        told: dict[str, Any] = orjson.loads(path.read_bytes())
        files = [(folder / f["path"], str(f["sha256"])) for f in told["files"]]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise Trouble(f"{path} is damaged: {error}", "export again") from error
    for file, expected in files:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise Trouble(
                f"{path} names a file outside its folder: {file}", "do not trust this export"
            )
        if not file.is_file():
            raise Trouble(f"{file} is missing", "copy the export again, whole")
        if sha256(file) != expected:
            raise Trouble(
                f"{file} is not what was exported", "copy the export again, or export again"
            )
    listed = {file.resolve() for file, _ in files} | {path.resolve()}
    more = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.resolve() not in listed]
    if more:
        raise Trouble(f"{more[0]} is not part of the export", "take it out of the folder")
    return told
