"""The splitter of large JSON against the standard parser: whole, cut anywhere, broken anyhow."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.read import loose
from data.read.pieces import DEPTH, members
from data.trouble import Trouble

MANY = settings(max_examples=int(os.environ.get("TAILSCOPE_FUZZ", "150")))
WANTED = ("", "samples", "results.results", "a.b.c")

texts = st.text(st.sampled_from('ab"\\[]{},: \n\t\u00e9\u2028\U0001f600/'), max_size=12)
names = st.sampled_from(["samples", "results", "a", "b", "c", "x,y", 'q"', "\\", ""])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
documents = st.lists(values, max_size=5) | st.dictionaries(names, values, max_size=5)
layouts = st.sampled_from(
    [
        {},
        {"indent": 1},
        {"indent": "\r\n\t"},
        {"separators": (" , ", " : ")},
        {"ensure_ascii": False},
    ]
)


def split(raw: bytes, lists: tuple[str, ...] = WANTED, **options: Any) -> list[tuple[str, bytes]]:
    return list(members(io.BytesIO(raw), lists, **options))


def expected(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """What the splitter promises, written down a second time on the parsed document."""
    if isinstance(value, list) and path in WANTED:
        yield from ((path, entry) for entry in value)
        return
    for key, inner in value.items():
        below = f"{path}.{key}" if path else key
        on_way = isinstance(inner, dict) and any(w.startswith(below + ".") for w in WANTED)
        if below and (on_way or (isinstance(inner, list) and below in WANTED)):
            yield from expected(inner, below)
        elif not below or below not in WANTED or inner is not None:
            yield below, inner


def told(pairs: Any) -> str:
    return json.dumps(list(pairs), sort_keys=True)  # NaN is written alike, so it compares


@MANY
@given(documents, layouts, st.integers(1, 40), st.booleans())
def test_any_document_comes_apart_as_the_standard_parser_reads_it(
    document: Any, layout: dict[str, Any], block: int, marked: bool
) -> None:
    raw = json.dumps(document, **layout).encode()
    raw = b"\xef\xbb\xbf" + raw if marked else raw
    want = list(expected(document))
    if any(
        path and path in WANTED and isinstance(document, dict) and not listed(document, path)
        for path, _ in want
    ):
        with pytest.raises(Trouble, match="not a list"):
            split(raw, block=block)
        return
    assert told((path, json.loads(value)) for path, value in split(raw, block=block)) == told(want)


def listed(document: Any, path: str) -> bool:
    for key in path.split("."):
        document = document[key]
    return isinstance(document, list)


@MANY
@given(documents, layouts, st.integers(1, 40), st.data())
def test_a_broken_document_is_refused_or_none_of_its_values_is_wrong(
    document: Any, layout: dict[str, Any], block: int, data: st.DataObject
) -> None:
    raw = bytearray(json.dumps(document, **layout).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        cut = data.draw(st.integers(0, 4))
        raw[at : at + cut] = data.draw(st.binary(max_size=3) | st.sampled_from([b'"', b"}", b"]"]))
    try:
        pairs = [(path, loose.loads(value)) for path, value in split(bytes(raw), block=block)]
    except (Trouble, ValueError):
        return
    unmarked = bytes(raw).removeprefix(b"\xef\xbb\xbf")
    whole = loose.loads(unmarked)  # what came apart is whole JSON
    assert isinstance(whole, list | dict)
    if isinstance(whole, list):
        assert told(pairs) == told(("", entry) for entry in whole)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b'{"a": [1, 2', "cut off"),
        (b'{"a": "[1, 2]}', "cut off"),
        (b'{"a": 1} {"b": 2}', "after the end"),
        (b'{"a": 1}]', "after the end"),
        (b"[1, 2] x", "after the end"),
        (b"3", "no list or object"),
        (b'x{"a": 1}', "no list or object"),
        (b'\xff\xfe{\x00"\x00', "no list or object"),
        (b"[1,, 2]", "comma too many"),
        (b"[1, 2,]", "comma too many"),
        (b'{"samples": [1] 2}', "lacks a comma"),
        (b'{"samples": [1], "samples": [2]}', "second time"),
        (b'{"samples": {"a": 1}}', "not a list"),
        (b'{"a": }', "without key or value"),
        (b"{1: 2}", "without key or value"),
        (b'{"samples": [1}', "in place of its partner"),
        (b'{"a": 1]', "in place of its partner"),
        (b"[" * (DEPTH + 1), "deep"),
    ],
)
@pytest.mark.parametrize("block", [1, 3, 1000])
def test_what_is_no_whole_document_is_refused_with_its_name(
    raw: bytes, why: str, block: int
) -> None:
    with pytest.raises(Trouble, match=why) as refused:
        split(raw, name="log.json", block=block)
    assert "log.json" in refused.value.what


def test_a_list_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(Trouble, match="list where an object was expected"):
        split(b"[1]", ("samples",))


def test_one_value_may_not_outgrow_the_limit() -> None:
    raw = b'{"samples": [' + b",".join([b'"' + b"x" * 50 + b'"'] * 9) + b"]}"
    assert len(split(raw, limit=52, block=7)) == 9
    for block in (7, 1000):
        with pytest.raises(Trouble, match=r"'samples' of more than 51 bytes"):
            split(raw, limit=51, block=block)


def test_a_first_look_cuts_long_values_and_keeps_their_names() -> None:
    raw = b'{"a": "' + b"x" * 5_000 + b'", "b": [' + b"1, " * 2_000 + b"1]}"
    looked = split(raw, (), head=100, limit=200, block=64)
    assert [path for path, _ in looked] == ["a", "b"]
    assert all(len(value) < 200 for _, value in looked)


def test_an_escaped_quote_at_the_edge_of_a_block_ends_nothing() -> None:
    raw = json.dumps([{"t": 'a\\"]}\\\\"' * 3}, "\\\\", '\\"']).encode()
    for block in range(1, len(raw)):
        assert [json.loads(v) for _, v in split(raw, block=block)] == json.loads(raw)


def test_a_key_that_stands_twice_gives_both_values() -> None:
    assert split(b'{"a": 1, "a": 2}') == [("a", b"1"), ("a", b"2")]
