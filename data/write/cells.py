"""Cells of a CSV that no spreadsheet runs, and the way back to what they held.

The escape is one apostrophe in front. A cell that already looks like an escaped one gets another,
so that taking one off is always right; so does the empty text, which tells it from a missing value.
NUL, which many readers of CSV cannot take, is written as `␀0`, and `␀` itself as `␀␀`.
"""

from __future__ import annotations

import re

RISKY = r"""^['" \x{FEFF}]*([=+\-@\t\r\n＝＋－＠﹢﹣]|$)"""
"""What is escaped, as the warehouse's regular expressions write it."""
_RISKY = re.compile(RISKY.replace(r"\x{FEFF}", "\ufeff").removesuffix("|$)") + r"|\Z)")
_NUL = re.compile("␀([␀0])")
NUL = "␀"

BACK = (
    "A cell that begins with an apostrophe had one put in front of it where what follows matches "
    f"{_RISKY.pattern!r}; take one off. Then read ␀0 as the character U+0000 and ␀␀ as ␀."
)
"""How anybody undoes the escape, in words."""


def inert(text: str) -> str:
    r"""A text as a cell that is text to every spreadsheet.

    >>> inert("=1+1"), inert("'=1+1"), inert("it's"), inert(""), inert("a\0b")
    ("'=1+1", "''=1+1", "it's", "'", 'a␀0b')
    """
    told = text.replace(NUL, NUL + NUL).replace("\0", NUL + "0")
    return f"'{told}" if _RISKY.match(told) else told


def restored(cell: str) -> str:
    r"""What a cell held before `inert`.

    >>> restored("'=1+1"), restored("''=1+1"), restored("it's"), restored("'"), restored("a␀0b")
    ('=1+1', "'=1+1", "it's", '', 'a\x00b')
    """
    told = cell[1:] if cell.startswith("'") and _RISKY.match(cell[1:]) else cell
    return _NUL.sub(lambda found: NUL if found[1] == NUL else "\0", told)
