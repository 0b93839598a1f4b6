"""A first look into a file: what kind it is and which names its beginning holds."""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import dataclass

import orjson
import pyarrow as pa
from pyarrow import parquet

from data.read.source import Source
from data.trouble import Trouble

HEAD = 1 << 20
"""Bytes looked at."""
DEPTH = 4
"""How deep names are looked for."""

_SIGN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Look:
    """What the beginning of a file shows.

    `paths` are the names of a JSON document or of the first lines of a JSONL file, dotted, with
    `[]` for the entries of a list (`results.[].id`); the columns of a table; the members of an
    archive. `name` is the file's own name: a hint at most.
    """

    kind: str
    name: str
    paths: frozenset[str]

    def has(self, *paths: str) -> bool:
        """Whether all of these names were seen.

        >>> Look("json", "a.json", frozenset({"eval", "eval.task"})).has("eval.task")
        True
        """
        return self.paths.issuperset(paths)


def into(source: Source) -> Look:
    """The first look into a file. Raises Trouble where it is nothing that is read here."""
    if source.zipped:
        return Look("zip", source.name, _members(source))
    kind = source.kind()
    if kind == "parquet":
        return Look(kind, source.name, _columns(source))
    if kind not in ("json", "jsonl", "csv"):
        return Look(kind, source.name, frozenset())
    with source.binary() as stream:
        head = stream.read(HEAD)
    return Look(kind, source.name, _header(head) if kind == "csv" else paths(head))


def _members(source: Source) -> frozenset[str]:
    try:
        with zipfile.ZipFile(source.path) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, OSError, UnicodeError, NotImplementedError) as error:
        raise Trouble(
            f"{source.name} is a damaged zip archive: {error}", "copy or download it again"
        ) from error


def _columns(source: Source) -> frozenset[str]:
    if source.gzipped:
        return frozenset()
    try:
        return frozenset(parquet.read_schema(source.path).names)
    except (pa.ArrowException, OSError) as error:
        raise Trouble(
            f"{source.name} is not whole Parquet: {error}", "write or download it again"
        ) from error


def _header(head: bytes) -> frozenset[str]:
    first = head.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    mark = max(",\t;|", key=first.count)
    try:
        return frozenset(next(csv.reader([first], delimiter=mark), []))
    except csv.Error:
        return frozenset()


def paths(head: bytes, depth: int = DEPTH) -> frozenset[str]:
    """The dotted names in the beginning of a JSON document, or of several, cut off anywhere.

    >>> sorted(paths(b'{"a": [{"b": {"c": 1}}], "d": "x, {", "e'))
    ['a', 'a.[]', 'a.[].b', 'a.[].b.c', 'd']
    """
    found: set[str] = set()
    open_: list[str] = []  # the name each open bracket stands under
    word, name = b"", ""
    for sign in _SIGN.finditer(head):
        mark = sign[0]
        if mark[:1] == b'"':
            word = mark
        elif mark == b":":
            name = _text(word)
            if len(open_) <= depth:
                found.add(".".join([*filter(None, open_), name]))
        elif mark in (b"{", b"["):
            if open_ and open_[-1].endswith("[]"):
                name = ""
            below = name + (".[]" if name else "[]") if mark == b"[" else name
            if mark == b"[" and len(open_) < depth:
                found.add(".".join(filter(None, [*open_, below])))
            open_.append(below)
            name = ""
        elif mark in (b"}", b"]") and open_:
            open_.pop()
            name = ""
    return frozenset(found)


def _text(word: bytes) -> str:
    try:
        return str(orjson.loads(word))
    except orjson.JSONDecodeError:
        return word.decode("utf-8", "replace")
