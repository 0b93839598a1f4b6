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
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="strict", newline="")
        try:
            first = text.readline()
            separator = max(SEPARATORS, key=first.count)
            rows = csv.reader(chain([first], text), delimiter=separator)
            header = distinct(next(rows))
            yield from _rows(rows, header)
        except UnicodeDecodeError as error:
            raise Trouble(
                f"{source.name} is not UTF-8: it holds the byte 0x{error.object[error.start]:02X}",
                "save it as UTF-8 (in a spreadsheet: CSV UTF-8), or convert it: "
                "iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW",
            ) from error
        finally:
            text.detach()


def _rows(rows: Any, header: list[str]) -> Iterator[Line]:
    begins = rows.line_num + 1
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield refused(begins, f"not CSV: {error}")
            begins = rows.line_num + 1
            continue
        if len(cells) == len(header):
            yield Line(begins, dict(zip(header, cells, strict=True)))
        elif cells:
            yield refused(
                begins,
                f"has {len(cells)} cells where the header has {len(header)}",
                ",".join(cells),
            )
        begins = rows.line_num + 1


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
