"""CSV and TSV: quoted newlines, any common separator, UTF-8 or a clear refusal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from data.read.line import LONGEST, Line, numbered, refused
from data.read.source import Source
from data.trouble import Trouble

csv.field_size_limit(LONGEST)  # answers longer than the usual 128 kB are normal
SEPARATORS = ",\t;|"
EXCEL = re.compile(f"sep=([{SEPARATORS}])", re.IGNORECASE)
"""A first line that tells a spreadsheet the separator."""
QUOTED = re.compile('"[^"]*"')
END = "\uffffend"
"""Stands behind the last line: where it comes back in a cell, a quote before it was left open."""


def lines(source: Source) -> Iterator[Line]:
    """The rows of a delimited file. A row with cells too many or too few is refused.

    Blank lines and remarks (`# …`) before the header are passed over.
    """
    with source.binary() as stream:
        # newline="": the csv reader itself tells line ends inside quotes from those outside
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="strict", newline="")
        try:
            blank, begun, separator = _begin(text, source.name)
            rest = _lines(text, source.name, blank + len(begun))
            rows = csv.reader(chain(begun, rest, [END]), delimiter=separator)
            header = next(rows, [])
            if header and header[-1].endswith(END):
                raise csv.Error("a quote is left open")
            yield from _rows(rows, distinct(header), blank)
        except UnicodeDecodeError as error:
            raise source.not_utf8(error, _first_not_utf8(source)) from error
        except csv.Error as error:
            raise Trouble(
                f"{source.name} has no header that can be read: {error}",
                "name its columns in the first line",
            ) from error
        finally:
            text.detach()


def _lines(text: io.TextIOWrapper, name: str, number: int) -> Iterator[str]:
    """The lines one by one. Raises Trouble for one that is too long to be held."""
    while line := text.readline(LONGEST):
        number += 1
        if len(line) == LONGEST and not line.endswith("\n"):
            raise Trouble(
                f"{name}: line {number:,} is longer than {LONGEST:,} characters",
                "is a line end or a quote missing? Export it again, as JSONL perhaps",
            )
        yield line


def _first_not_utf8(source: Source) -> int:
    """The line where another encoding begins."""
    with source.binary() as stream:
        for number, raw in enumerate(iter(lambda: stream.readline(LONGEST), b""), start=1):
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def _begin(text: io.TextIOWrapper, name: str) -> tuple[int, list[str], str]:
    """How many lines stand before the header, the lines read of the table, their separator.

    A remark with as many cells as the line after it is the header.
    """
    lines = _lines(text, name, 0)
    before, remark, first = 0, "", next(lines, "")
    while first.isspace() or first.startswith("# "):
        remark = first if first.startswith("# ") else ""
        before, first = before + 1, next(lines, "")
    if (told := EXCEL.fullmatch(first.strip())) and not before:
        before, first, separator = 1, next(lines, ""), told[1]
        return before, [first], separator
    bare = QUOTED.sub("", first)
    separator = max(SEPARATORS, key=bare.count)
    if remark and first:
        wide, cells = (len(next(csv.reader([x], delimiter=separator))) for x in (remark, first))
        if wide == cells > 1:
            return before - 1, [remark, first], separator
    return before, [first], separator


def _rows(rows: Any, header: list[str], blank: int) -> Iterator[Line]:
    width = len(header)
    while True:
        begins = blank + rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield refused(begins, f"not CSV: {error}")
            continue
        if cells == [END]:
            return
        if cells and cells[-1].endswith(END):
            ends = blank + rows.line_num - 1
            cells[-1] = cells[-1].removesuffix(END)
            why = f"a quote is left open: all up to line {ends:,}, the last, is one cell"
            yield refused(begins, why, ",".join(cells))
        elif len(cells) == width:
            yield Line(begins, dict(zip(header, cells, strict=True)))
        elif cells:
            why = f"has {len(cells)} cells where the header has {width}"
            ends = blank + rows.line_num
            if ends > begins:
                why += f", and runs to line {ends}: is a quote left open?"
            yield refused(begins, why, ",".join(cells))


def distinct(header: list[str]) -> list[str]:
    """The header with repeated names numbered and an unnamed column called `_index`.

    >>> distinct(["", "a", "a", "a_2"])
    ['_index', 'a', 'a_3', 'a_2']
    """
    return numbered([name.strip() or "_index" for name in header])
