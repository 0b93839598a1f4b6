"""A Hugging Face data set in a folder: its splits, and the rows of one as a single table."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from data.read import arrow_file, csv_file, dataset_card, json_file, jsonl_file, parquet_file
from data.read.line import Line
from data.read.source import Kind, Source
from data.trouble import Trouble

DATA = (".parquet", ".arrow", ".jsonl", ".json", ".csv", ".tsv", ".jsonl.gz", ".json.gz", ".csv.gz")
FRAMES = ("dataset_info.json", "state.json", "dataset_dict.json", "dataset_infos.json")
"""What `save_to_disk` and the hub write beside the data."""
STATE = 1 << 20
"""Bytes of a state that are looked at."""
MOST = 10_000
"""Files of a folder."""
_SHARD = re.compile(r"(?:^|[-_./])(train|validation|valid|val|dev|test)(?:[-_.]|$)")
_NUMBERED = re.compile(r"[-_.]?\d{5}-of-\d{5}.*$|[-_.]?\d+$")


class Split(Source):
    """One split of a data set in a folder: its files, read as one table.

    Give it to `table.understand` and `table.read` like any file. `sha256` is that of all files.
    """

    def __init__(self, folder: Path, split: str, paths: Sequence[Path]) -> None:
        """`paths` as `splits` gives them. Raises Trouble where a file is not there."""
        if not paths:
            raise Trouble(f"{folder.name} {split} has no files", "download the data set whole")
        super().__init__(paths[0], f"{folder.name}-{split.replace('/', '-')}")
        self.parts = [self, *(Source(path) for path in paths[1:])]
        self.size = sum(path.stat().st_size for path in paths)
        told = dataset_card.front(folder).get("license")
        self.license = told if isinstance(told, str | list) else None

    def kind(self) -> Kind:
        """What a table of records that is already read into is called."""
        return "parquet"

    def sha256(self) -> str:
        """The hash of the files' hashes, in order."""
        own = (Source(part.path).sha256() for part in self.parts)
        return hashlib.sha256("".join(own).encode()).hexdigest()

    def lines(self) -> Iterator[Line]:
        """The rows of all files, numbered through."""
        done, number = 0, 0
        for part in self.parts:
            for line in _file(Source(part.path)):
                number += 1
                yield Line(number, line.record, line.why, line.raw)
            done += part.path.stat().st_size
            self.position = done / self.size


def is_dataset(folder: Path) -> bool:
    """Whether the folder is a data set: says so by its card or its frame, and holds data."""
    if not folder.is_dir():
        return False
    if (folder / "dataset_dict.json").is_file() or (folder / "state.json").is_file():
        return True
    told = bool(dataset_card.configs(folder)) or (folder / "dataset_info.json").is_file()
    told = told or bool(dataset_card.front(folder).get("dataset_info"))
    shards = (folder.glob(f"{at}*-?????-of-?????.*") for at in ("", "data/", "*/"))
    return bool((told or any(any(found) for found in shards)) and splits(folder))


def splits(folder: Path) -> dict[str, list[Path]]:
    """`config/split` (or the split alone, where there is one config) -> its files, in order.

    As the card's configs say, else as the state of `save_to_disk` says, else by the files' names
    and folders. Paths that lead out of the folder are left out, links too. Raises Trouble where the
    card names files that are not there, or the folder holds too many.
    """
    declared = _declared(folder)
    if declared:
        return declared
    if (saved := _saved(folder)) is not None:
        return saved
    return _by_name(folder)


def _file(source: Source) -> Iterator[Line]:
    match source.kind():
        case "arrow":
            return arrow_file.lines(source)
        case "parquet":
            return parquet_file.lines(source)
        case "jsonl":
            return jsonl_file.lines(source)
        case "json":
            return json_file.lines(source)
        case _:
            return csv_file.lines(source)


def _declared(folder: Path) -> dict[str, list[Path]]:
    """The splits the card's configs declare."""
    configs = dataset_card.configs(folder)
    found: dict[str, list[Path]] = {}
    for config in configs:
        name = str(config.get("config_name") or "default")
        for split, patterns in dataset_card.data_files(config.get("data_files")):
            files = sorted(
                {p for pattern in patterns for p in dataset_card.matching(folder, pattern)}
            )
            if not files:
                raise Trouble(
                    f"the card of {folder.name} names {', '.join(patterns)} for {name}/{split}, "
                    "and no such file lies in the folder",
                    "download the data set whole into a folder of its own (--local-dir): links that"
                    " lead out, as in the hub's cache, are not followed",
                )
            found[f"{name}/{split}" if len(configs) > 1 else split] = files
    return found


def _saved(folder: Path) -> dict[str, list[Path]] | None:
    """The splits of `save_to_disk`; None where the folder was not written so."""
    if (folder / "state.json").is_file():
        return {"train": _state(folder)}
    frame = _json(folder / "dataset_dict.json")
    if frame is None:
        return None
    names = [
        name for name in dataset_card.texts(frame.get("splits")) if PurePosixPath(name).name == name
    ]
    return {
        name: _state(folder / name) for name in names if dataset_card.inside(folder / name, folder)
    }


def _state(folder: Path) -> list[Path]:
    state = _json(folder / "state.json") or {}
    told = state.get("_data_files")
    names = [one.get("filename") for one in told if isinstance(one, dict)] if told else []
    wanted = [n for n in names if isinstance(n, str) and PurePosixPath(n).name == n]
    files = [folder / n for n in wanted] or sorted(folder.glob("*.arrow"))
    there = [path for path in files if path.is_file() and dataset_card.inside(path, folder)]
    if len(there) < len(files) or not there:
        raise Trouble(
            f"{folder.name} lacks {len(files) - len(there) or 'all'} of its Arrow files",
            "copy the whole folder that save_to_disk wrote",
        )
    return there


def _json(path: Path) -> dict[str, Any] | None:
    if not path.is_file() or path.stat().st_size > STATE:
        return None
    try:
        body = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _by_name(folder: Path) -> dict[str, list[Path]]:
    """Splits told by the names of files and folders: `data/train-00000-of-00002.parquet`."""
    found: dict[str, list[Path]] = {}
    for place, path in enumerate(sorted(folder.rglob("*"))):
        if place > MOST:
            raise Trouble(f"{folder.name} holds more than {MOST:,} files", "name one of its files")
        if not path.is_file() or not path.name.lower().endswith(DATA) or path.name in FRAMES:
            continue
        inside = path.relative_to(folder)
        if any(part.startswith(".") for part in inside.parts) or not dataset_card.inside(
            path, folder
        ):
            continue
        found.setdefault(_split(inside), []).append(path)
    return found


def _split(inside: Path) -> str:
    """The config and split a file belongs to.

    >>> _split(Path("data/train-00000-of-00002.parquet")), _split(Path("en/test.jsonl"))
    ('train', 'en/test')
    """
    name = inside.name.partition(".")[0]
    match = _SHARD.search(name.lower()) or _SHARD.search(inside.parent.as_posix().lower())
    stem = _NUMBERED.sub("", name)
    split = {"valid": "validation", "val": "validation"}.get(match[1], match[1]) if match else stem
    folders = [f for f in inside.parent.parts if f != "data" and not _SHARD.search(f.lower())]
    return "/".join([*folders, split or "train"])
