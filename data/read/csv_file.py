"""CSV and TSV: quoted newlines, any common separator, UTF-8 or a clear refusal."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from data.read.line import Line, refused
from data.read.source import Source
from data.trouble import Trouble

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # answers longer than 128 kB are normal
SEPARATORS = ",\t;|"


def lines(source: Source) -> Iterator[Line]:
    """The rows of a delimited file. A row with cells too many or too few is refused."""
    with source.binary() as stream:
        # newline="": the csv reader itself tells line ends inside quotes from those outside
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="strict", newline="")
        try:
            blank, first = 0, text.readline()
            while first.isspace():
                blank, first = blank + 1, text.readline()
            separator = max(SEPARATORS, key=first.count)
            rows = csv.reader(chain([first], text), delimiter=separator)
            yield from _rows(rows, distinct(next(rows, [])), blank)
        except UnicodeDecodeError as error:
            raise source.not_utf8(error) from error
        except csv.Error as error:
            raise Trouble(
                f"{source.name} has no header that can be read: {error}",
                "name its columns in the first line",
            ) from error
        finally:
            text.detach()


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
        if len(cells) == width:
            yield Line(begins, dict(zip(header, cells, strict=True)))
        elif cells:
            why = f"has {len(cells)} cells where the header has {width}"
            ends = blank + rows.line_num
            if ends > begins:
                why += f", and runs to line {ends}: is a quote left open?"
            yield refused(begins, why, ",".join(cells))


def distinct(header: list[str]) -> list[str]:
    """The header with repeated names numbered and an unnamed column called `_index`.

    >>> distinct(["", "a", "a"])
    ['_index', 'a', 'a_2']
    """
    seen: Counter[str] = Counter()
    names = []
    for name in (name.strip() or "_index" for name in header):
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names
