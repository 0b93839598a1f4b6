"""A large JSON document cut into its members as it streams by: gigabytes in flat memory."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from data.read import loose
from data.read.marks import CLOSES, COMMA, LIST, OBJECT, Marks, Places, Signs
from data.trouble import Trouble

LIMIT = 256 * 2**20
"""Bytes one member or list entry may take; it is held in memory whole."""
DEPTH = 500
"""Brackets inside one another; the parsers stop at about a thousand."""
BLOCK = 2**20
"""Bytes looked at in one go; they stay in the processor's cache."""
SPACE = b" \t\r\n"
BOM = b"\xef\xbb\xbf"
_KEY = re.compile(rb'[ \t\r\n]*"([^"\\]*(?:\\.[^"\\]*)*)"[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)


def members(
    stream: BinaryIO,
    lists: Collection[str],
    name: str = "the file",
    *,
    limit: int = LIMIT,
    block: int = BLOCK,
    head: int = 0,
) -> Iterator[tuple[str, bytes]]:
    """The members of one JSON document, as (dotted path, bytes of the value, not yet parsed).

    A list at one of the paths in `lists` is given entry by entry, under the list's own path; ""
    is a list that is the whole document. Objects on the way to such a path are entered, so
    `members(s, ["a.b"])` on `{"a": {"b": [1, 2], "c": 3}}` gives a.b 1, a.b 2, a.c 3. An empty
    list and a null where a list may stand give nothing. Of a key that stands twice both values
    come, in the order of the file.

    Only what lies between the values is checked here; parse each with `data.read.loose.loads`,
    which raises ValueError. With `head`, a value is cut to about so many bytes: for a first look.
    Raises Trouble (with `name` in it) for a document that is cut off, goes on after the end, is
    neither object nor list, is a list though "" is not in `lists`, nests deeper than DEPTH, has a
    value longer than `limit` bytes, a value other than a list (or null) at a path in `lists`, or
    an entered path twice.
    """
    splitter = _Splitter(name, frozenset(lists), limit, head)
    while raw := stream.read(block):
        yield from splitter.feed(raw)
    splitter.close()


@dataclass(slots=True)
class _Level:
    """An entered list or object: `given` where the member at hand was entered, so is given."""

    kind: int
    path: str
    watch: bool
    commas: bool = False
    given: bool = False


class _Splitter:
    def __init__(self, name: str, lists: frozenset[str], limit: int, head: int) -> None:
        self.name, self.lists, self.limit, self.head = name, lists, limit, head
        self.levels: list[_Level] = []
        self.entered: set[str] = set()
        self.before = 0  # bytes of the blocks that are done with
        self.begun = False
        self.marks = Marks()
        self.held: list[bytes] = []  # the beginning of a value that goes on in the next block
        self.size = 0

    def feed(self, raw: bytes) -> Iterator[tuple[str, bytes]]:
        """What ends within the next bytes of the document."""
        at, kinds, depths = self.marks.of(raw)
        if len(depths) and (deepest := int(depths.max())) > DEPTH:
            raise self._broken(
                f"lies more than {DEPTH} brackets deep", int(at[depths == deepest][0])
            )
        done = start = 0
        while done < len(at):
            level = self.levels[-1] if self.levels else None
            if level is None:
                self._begin(raw[start : at[done]], int(kinds[done]), int(at[done]))
                start, done = int(at[done]) + 1, done + 1
                continue
            hits = self._hits(level, kinds[done:], depths[done:]) + done
            for hit, place, kind in zip(
                hits.tolist(), at[hits].tolist(), kinds[hits].tolist(), strict=True
            ):
                if kind in CLOSES:
                    if self._enters(level, raw[start:place], kind, place):
                        start, done = place + 1, hit + 1
                        break
                    continue
                closed = kind != COMMA
                if closed and kind != CLOSES[level.kind]:
                    raise self._broken(f"is {chr(kind)!r} in place of its partner", place)
                yield from self._member(level, raw[start:place], place, closed)
                start = place + 1
                if closed:
                    self.levels.pop()
                    done = hit + 1
                    break
            else:
                break
        self._hold(raw[start:])
        self.before += len(raw)

    def close(self) -> None:
        """Raises Trouble unless the document has come to its end, and nothing after it."""
        if self.levels or self.marks.quoted:
            raise Trouble(
                f"{self.name} is not JSON: it is cut off at byte {self.before:,}, inside "
                f"{self._where()}",
                "write or download it again",
            )
        if b"".join(self.held).strip(SPACE):
            raise self._broken(
                "goes on after the end" if self.begun else "begins no list or object"
            )
        if not self.begun:
            raise Trouble(f"{self.name} is empty", "write or download it again")

    def _hits(self, level: _Level, kinds: Signs, depths: Places) -> Places:
        """Which marks matter: commas between members, the end, a member that may be entered."""
        depth = len(self.levels)
        hits = (depths < depth) | ((depths == depth) & (kinds == COMMA))
        if level.watch:
            hits |= (depths == depth + 1) & ((kinds == LIST) | (kinds == OBJECT))
        return np.flatnonzero(hits)

    def _begin(self, before: bytes, kind: int, place: int) -> None:
        if self.begun or kind not in CLOSES or self._whole(before).removeprefix(BOM):
            raise self._broken(
                "goes on after the end" if self.begun else "begins no list or object", place
            )
        if kind == LIST and "" not in self.lists:
            raise self._broken("begins a list where an object was expected", place)
        self.begun = True
        self._push(kind, "")

    def _enters(self, level: _Level, before: bytes, kind: int, place: int) -> bool:
        """Whether the list or object that begins here is on the way to a wanted list."""
        if level.given or not (key := _KEY.fullmatch(self._peek(before))):
            return False
        path = self._path(level, key[1])
        on_way = kind == OBJECT and any(wanted.startswith(path + ".") for wanted in self.lists)
        if not path or not (on_way or (kind == LIST and path in self.lists)):
            return False
        if path in self.entered:
            raise self._broken(f"begins {path!r} for the second time", place)
        self._whole(b"")
        level.given = True
        self._push(kind, path)
        return True

    def _push(self, kind: int, path: str) -> None:
        way = path + "." if path else ""
        watch = kind == OBJECT and any(w.startswith(way) and w for w in self.lists)
        self.entered.add(path)
        self.levels.append(_Level(kind, path, watch))

    def _member(
        self, level: _Level, raw: bytes, place: int, closed: bool
    ) -> Iterator[tuple[str, bytes]]:
        """The member that ends here, at a comma or at the end of its list or object."""
        whole = self._whole(raw)
        if level.given or (closed and not level.commas and not whole):
            if whole:
                raise self._broken("lacks a comma before it", place)
            level.given, level.commas = False, True
            return
        level.commas = True
        if not whole:
            raise self._broken("has a comma too many before it", place)
        if level.kind == LIST:
            yield level.path, whole
            return
        key = _KEY.match(whole)
        if not key or key.end() == len(whole):
            raise self._broken("ends a member without key or value", place)
        path, value = self._path(level, key[1]), whole[key.end() :]
        if not path or path not in self.lists:  # a key may be empty too
            yield path, value
        elif value != b"null":
            raise self._broken(f"ends {path!r}, which is not a list", place)

    def _path(self, level: _Level, key: bytes) -> str:
        try:
            text = str(loose.loads(b'"' + key + b'"'))
        except ValueError as error:
            raise self._broken(f"follows a key that is no text: {error}") from error
        return f"{level.path}.{text}" if level.path else text

    def _hold(self, raw: bytes) -> None:
        if not self.begun or not self.levels:
            raw = raw.strip(SPACE)  # white space may go on for ever around a document
        self.size += len(raw)
        if self.size > self.limit and not self.head:
            raise Trouble(
                f"{self.name} holds one value in {self._where()} of more than {self.limit:,} bytes",
                "split it, or export it as JSONL",
            )
        if raw and (not self.head or sum(map(len, self.held)) < self.head):
            self.held.append(raw)

    def _peek(self, raw: bytes) -> bytes:
        return b"".join([*self.held, raw]) if self.held else raw

    def _whole(self, raw: bytes) -> bytes:
        """What was held and goes on with `raw`, to its end; nothing is held any more."""
        if self.held or self.size:
            raw = self._peek(raw)
            self.held, self.size = [], 0
        if len(raw) > self.limit and not self.head:
            self._hold(raw)
        return raw[: self.head or None].strip(SPACE)

    def _where(self) -> str:
        path = self.levels[-1].path if self.levels else ""
        return repr(path) if path else "the outermost brackets"

    def _broken(self, what: str, place: int = 0) -> Trouble:
        return Trouble(
            f"{self.name} is not JSON: byte {self.before + place:,} {what}",
            "write or download it again",
        )
