"""Files made wrong: bytes and JSON with pieces lost, doubled or out of place."""

from __future__ import annotations

import copy
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from data.answer import Gather
from data.batch import FIELDS
from data.read import formats
from data.read.formats import Format
from data.read.source import Source
from data.trouble import Trouble

EXAMPLES = int(os.environ.get("TAILSCOPE_FUZZ", "20"))
"""Of each law, several a reader; thousands are asked for by the environment."""
ODD: list[Any] = [
    None, True, False, 0, -1, 1e308, float("nan"), float("inf"), 2**70, "", " ", "\x00", "NaN",
    "False", "x" * 2000, "../../etc/passwd", "\ud800", [], {}, [[]], [None], {"": None},
    [{"a": [1]}], {"role": 1}, ["a", "b"], "data:image/png;base64,AAAA",
]  # fmt: skip
PIECES = [
    b"NaN", b"-Infinity", b"null", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\xff",
    b"\x00", b"\xef\xbb\xbf", b"\r\n", b"\n", b"1e999", b'"\\ud83d"', b"# ", b"1",
]  # fmt: skip


@st.composite
def bytes_of(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with a few cuts, doublings and insertions."""
    raw = whole
    for _ in range(draw(st.integers(1, 4))):
        if not raw:
            break
        start = draw(st.integers(0, len(raw) - 1))
        stop = min(len(raw), start + draw(st.sampled_from([0, 1, 2, 7, 40, 400])))
        match draw(st.sampled_from(["cut", "double", "put", "flip", "end"])):
            case "cut":
                raw = raw[:start] + raw[stop:]
            case "double":
                raw = raw[:stop] + raw[start:]
            case "put":
                raw = raw[:start] + draw(st.sampled_from(PIECES)) + raw[stop:]
            case "flip":
                raw = (
                    raw[:start] + bytes([raw[start] ^ draw(st.integers(1, 255))]) + raw[start + 1 :]
                )
            case "end":
                raw = raw[:start]
    return raw


@st.composite
def values_of(draw: st.DrawFn, whole: Any) -> Any:
    """The JSON value with a few of its members lost, doubled, or replaced by odd ones."""
    found = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(found))
        if not places:
            break
        owner, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["odd", "odd", "gone", "double", "nest"])):
            case "odd":
                owner[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
            case "gone":
                del owner[key]
            case "double" if isinstance(owner, list):
                owner.insert(key, copy.deepcopy(owner[key]))
            case _:
                owner[key] = [owner[key]]
    return found


def _places(value: Any) -> Any:
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in list(children):
        yield value, key
        if isinstance(child, dict | list):
            yield from _places(child)


def as_json(value: Any) -> bytes:
    """The value as a careless tool writes it: NaN, halves of signs and all."""
    return json.dumps(value).encode("utf-8", "replace")


def as_lines(values: list[Any]) -> bytes:
    """One value a line."""
    return b"".join(as_json(value) + b"\n" for value in values)


def read(format: Format, name: str, raw: bytes, **beside: bytes) -> dict[str, list[Any]] | None:
    """All rows of the file, each as wide as the contract says; None where it is refused whole.

    Anything but Trouble passes on, and fails the test.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        for other, content in beside.items():
            (Path(folder) / other.replace("__", ".")).write_bytes(content)
        rows: dict[str, list[Any]] = {table: [] for table in FIELDS}
        gather = Gather("0" * 64, {}, "file")
        try:
            for batch in formats.batches(format, Source(path), gather):
                for table, held in batch.rows.items():
                    rows[table] += held
        except Trouble:
            return None
    for table, held in rows.items():
        assert all(len(row) == len(FIELDS[table]) for row in held)
    keys = [row[:3] for row in rows["outputs"]]
    assert len(set(keys)) == len(keys)
    assert {key[0] for key in keys} <= gather.runs.keys()
    assert {
        row[:3] for table in ("scores", "acts", "steps", "labels") for row in rows[table]
    } <= set(keys)
    return rows
