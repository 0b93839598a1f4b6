"""Cells of a CSV that no spreadsheet runs, and the way back to what they held.

The escape is one apostrophe in front. A cell that already looks like an escaped one gets another,
so that taking one off is always right; so do the empty text and texts like `NA`, which many readers
take for a missing value.
NUL, which many readers of CSV cannot take, is written as `␀0`, and `␀` itself as `␀␀`.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
from numpy.typing import NDArray

NOTHING = ("#N/A", "#N/A N/A", "#NA", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN",
           "None", "n/a", "nan", "null")  # fmt: skip
"""Texts that pandas, and whatever reads by it, takes for nothing (`na_values` of `read_csv`)."""
LONGEST = max(map(len, NOTHING))
RISKY = (
    r"""^(?:['" \x{FEFF}]*(?:[=+\-@\t\r\n＝＋－＠﹢﹣]|\z)|'*(?:"""
    + "|".join(one.replace(".", r"\.") for one in NOTHING)
    + r")\z)"
)
"""What is escaped, as Arrow's regular expressions write it."""
_RISKY = re.compile(RISKY.replace(r"\x{FEFF}", "\ufeff").replace(r"\z", r"\Z"))
_NUL = re.compile("␀([␀0])")
NUL = "␀"

BACK = (
    "A cell that begins with an apostrophe had one put in front of it where what follows matches "
    f"`{_RISKY.pattern}`; take one off. Then read ␀0 as the character U+0000 and ␀␀ as ␀."
)
"""How anybody undoes the escape, in words."""


def inert(text: str) -> str:
    r"""A text as a cell that is text to every spreadsheet.

    >>> inert("=1+1"), inert("'=1+1"), inert("it's"), inert(""), inert("a\0b"), inert("NA")
    ("'=1+1", "''=1+1", "it's", "'", 'a␀0b', "'NA")
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


def inert_table(table: pa.Table) -> pa.Table:
    """The table with every cell of text as `inert` writes it, a column at a time.

    Of a dictionary it is the texts that are made inert, once each.
    """
    for place, field in enumerate(table.schema):
        chunks = table.column(place).chunks
        if field.type == pa.string():
            chunks = [_inert(chunk) for chunk in chunks]
        elif pa.types.is_dictionary(field.type) and field.type.value_type == pa.string():
            chunks = [
                pa.DictionaryArray.from_arrays(chunk.indices, _inert(chunk.dictionary))
                for chunk in chunks
            ]
        else:
            continue
        table = table.set_column(place, field, pa.chunked_array(chunks, field.type))
    return table


SUSPECT = np.isin(np.arange(256), list(b"'\" =+-@\t\r\n\xef"))
"""Whether what is escaped can begin with a byte, (256,)."""
WORD = np.isin(np.arange(256), [ord(one[0]) for one in NOTHING])
"""Whether a text of NOTHING begins with a byte, (256,)."""
LAST = 0x90
"""The last byte of `␀`."""


def _inert(texts: pa.StringArray) -> pa.StringArray:
    """Looks at the bytes first: most columns hold nothing to escape and stay as they are."""
    starts, body = _bytes(texts)
    size = np.diff(starts)
    long = size > 0
    told = texts
    held = body[starts[0] : starts[-1]]
    if len(held) and (held.min() == 0 or (held == LAST).any()):
        told = compute.replace_substring(told, NUL, NUL + NUL)
        told = compute.replace_substring(told, "\0", NUL + "0")
    begin = body[starts[:-1][long]]
    words = WORD[begin] & (size[long] <= LONGEST)
    if (SUSPECT[begin] | words).any() or (~long).sum() > texts.null_count:
        risky = compute.match_substring_regex(texts, RISKY)
        marked = compute.binary_join_element_wise("'", told, "")
        told = compute.if_else(risky, marked, told)
    return told


def _bytes(texts: pa.StringArray) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Where each text begins, and the last ends (n + 1,), and the bytes of all."""
    _, offsets, body = texts.buffers()
    starts = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return starts, np.frombuffer(body or b"", np.uint8)
