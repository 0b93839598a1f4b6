"""What lies in a folder: the logs and tables in it, each with its parts, and what is skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from data.read import exported, formats
from data.read.dataset_folder import FRAMES, Split, is_dataset, splits
from data.read.source import Source
from data.trouble import Trouble

TABLES = (".csv", ".tsv", ".tab", ".csv.gz", ".tsv.gz")
"""Only a file so named is taken for a table of text: a license is text too."""


@dataclass(slots=True)
class Found:
    """The files to load, in order, and (name, why) of those that are skipped."""

    files: list[Path | Split] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def look(root: Path) -> Found:
    """What of a folder, and of the folders in it, can be loaded. Links out of it are not followed.

    A log that is several files stands there once, under the one it is read from.
    """
    found, parts = Found(), set[Path]()
    mains: dict[Path, None] = {}
    tables: list[Path | Split] = []
    for path in _files(root, found):
        if path in parts:
            continue
        try:
            if path.is_dir():
                if export := exported.manifest(path):
                    mains[export] = None
                    parts.update(exported.parts(export))
                    continue
                new = [one for one in _splits(path) if one.path not in parts]
                tables += new
                parts.update(part.path for one in new for part in one.parts)
                continue
            main, beside = _log(path)
        except Trouble as trouble:
            found.skipped.append((_name(path, root), trouble.what))
            continue
        parts.update(beside)
        mains[main] = None
    found.files = [*tables, *(path for path in mains if path not in parts)]
    return found


def _splits(folder: Path) -> list[Split]:
    """The splits of a data set in this folder that are tables; logs in its dress stay logs."""
    if not is_dataset(folder):
        return []
    return [
        Split(folder, split, paths)
        for split, paths in splits(folder).items()
        if formats.recognize(Source(paths[0])) is None
    ]


def _log(path: Path) -> tuple[Path, tuple[Path, ...]]:
    """The file a log is read from, and its other files. Raises Trouble for what is not read."""
    source = Source(path)
    native = formats.recognize(source)
    if native:
        main = native.main(path)
        return main, native.parts(main)
    if source.kind() == "csv" and not path.name.lower().endswith(TABLES):
        raise Trouble(f"{path.name} is text, but not named as a table", "name it .csv to load it")
    return path, ()


def _files(root: Path, found: Found) -> Iterator[Path]:
    """Every folder, and the files in it that may be looked at."""
    top = root.resolve()
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        yield here
        for name in [*folders, *names]:
            if name.startswith("."):
                found.skipped.append((_name(here / name, root), "hidden"))
        linked = [name for name in folders if (here / name).is_symlink()]
        found.skipped += [(_name(here / name, root), "a link to a folder") for name in linked]
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in linked)
        for name in sorted(names):
            path = here / name
            if name.startswith(".") or name in FRAMES:
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(top):
                found.skipped.append((_name(path, root), "a link that leads out of the folder"))
            elif path.is_symlink():
                found.skipped.append((_name(path, root), "a link to another file in the folder"))
            else:
                yield path


def _name(path: Path, root: Path) -> str:
    return os.fsencode(path.relative_to(root)).decode("utf-8", "replace")
