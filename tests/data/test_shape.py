"""Many records at once give the rows that each of them gives by itself, messy or not."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import check, sheet
from data.batch import Batch
from data.check import Refused
from data.mapping import Mapping, Scale
from data.read import table
from data.read.line import Chunk
from data.shape import Shaper

MANY = settings(max_examples=int(os.environ.get("TAILSCOPE_FUZZ", "100")))
PLAIN = Mapping(item_id="id", prompt="q", response="a", scores={"bias": {"j": "b"}})
FULL = Mapping(
    item_id="id", prompt="q", prompt_sent="sent", response="a", model="m", dataset="d",
    category="c.deep", choices="choices", answerable="ok", sample="n", n_tokens="t",
    option_logprobs="lp", steps="steps", values={"category": {"x*": "X"}, "bias": {"yes": "1"}},
    scores={"bias": {"j": "b", "k": "b2"}, "quality": "g"},
    scales={"quality": Scale(low=1, high=5, up="good")},
    labels={"act": {"ann": "l", "bob": "l2"}}, tags={"lang": "tag"},
)  # fmt: skip
LONG = Mapping(item_id="id", response="a", dimension="dim", scorer="who", value="v")
ASKED = Mapping(prompt="q", category="c.deep")
BARE = Mapping(prompt="q", response="a", n_tokens="t")

odd = st.sampled_from(
    [None, "", " ", "x", "x y", 1, 1.0, 0.5, True, math.nan, [], ["a"], {"A": -1.0}]
)
few = st.sampled_from(["1", "2", "3", "4", "5", 1, 2, 3, None])
score = st.sampled_from(
    [0.5, 1, 0, 1e-7, "0.25", "yes", "no idea", None, math.nan, 0.1 + 0.2, "", 7]
)
fields: dict[str, st.SearchStrategy[Any]] = {
    "id": few, "q": st.sampled_from(["p", "p ", "r", None]), "a": st.sampled_from("uvwxyz") | odd,
    "m": st.sampled_from(["m1", "m2", None]), "d": st.sampled_from(["d1", None]),
    "c": st.sampled_from([{"deep": "xx"}, {}, None, 3]), "choices": odd, "ok": odd,
    "n": st.sampled_from([None, 0, 1, "2", 3]), "t": st.sampled_from([None, 3, "4", 0, 2**40]),
    "lp": st.sampled_from([None, {"A": -1.0, "B": "-inf"}, [0.5], "x"]),
    "steps": st.sampled_from([None, [], [{"role": "user", "flags": "f"}], [{}], "x"]),
    "b": score, "b2": score, "g": st.sampled_from([1, 5, 3.5, None, "2", 9]), "l": odd, "l2": odd,
    "tag": odd, "sent": st.sampled_from([None, "s"]), "more": odd, "v": score,
    "dim": st.sampled_from(["bias", "ethics"]), "who": st.sampled_from(["j", "k"]),
}  # fmt: skip
calm = st.fixed_dictionaries(
    {"id": few, "q": st.just("p"), "a": st.sampled_from("uvwxyz"), "b": st.just(0.5),
     "v": st.just(0.5), "dim": fields["dim"], "who": fields["who"], "n": st.sampled_from([0, 1])}
)  # fmt: skip
messy = st.fixed_dictionaries({}, optional=fields)
mappings = st.sampled_from([PLAIN, FULL, LONG, ASKED, BARE])


def rows(batch: Batch) -> dict[str, list[str]]:
    """Every row of a batch in words, however it came, in an order of its own."""
    found: dict[str, list[str]] = {name: list(map(repr, held)) for name, held in batch.rows.items()}
    for name, columns in batch.columns:
        turned = zip(
            *(c.tolist() if isinstance(c, np.ndarray | pa.Array) else c for c in columns),
            strict=True,
        )
        found[name] += map(repr, turned)
    return {name: sorted(held) for name, held in found.items()}


def together(batches: list[Batch]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for batch in batches:
        for name, held in rows(batch).items():
            found[name] = sorted([*found.get(name, []), *held])
    return found


@MANY
@given(mappings, st.lists(st.lists(calm | messy, max_size=6), max_size=4), st.booleans())
def test_rows_together_are_the_rows_one_by_one(
    mapping: Mapping, parts: list[list[dict[str, Any]]], named: bool
) -> None:
    told = {"model": "told"} if named else {}
    alone, many = (Shaper(mapping, "0", told, fallback="f") for _ in range(2))
    number, one, other = 0, Batch(), [Batch()]
    for part in parts:
        numbers = list(range(number, number + len(part)))
        number += len(part)
        for place, record in zip(numbers, part, strict=True):
            if why := table._taken(alone, Chunk([place], [record]).lines().__next__(), one):
                one.rows["refused"].append((place, why, str(record)[:300]))
        with pytest.MonkeyPatch.context() as small:
            small.setattr(table, "ALONE", 1)
            other += list(table._shaped(many, Chunk(numbers, part)))
    assert together(other) == together([one])
    assert many.runs == alone.runs


@MANY
@given(st.lists(messy | calm, min_size=1, max_size=6))
def test_what_is_refused_together_leaves_nothing_behind(records: list[dict[str, Any]]) -> None:
    shaper = Shaper(FULL, "0", {}, fallback="f")
    try:
        sheet.shape(shaper, records)
    except Refused:
        assert (shaper.runs, shaper.prompts, shaper.odd) == ({}, {}, set())
        assert shaper.repeats.many(["r"], ["1"], None, ["x"])[0] == [0]


numbers = st.floats(0, 1) | st.integers(0, 1)


@MANY
@given(st.lists(numbers | numbers.map(str) | st.none() | st.booleans(), min_size=1, max_size=5)
       | st.lists(numbers, min_size=1, max_size=5))  # fmt: skip
def test_a_column_of_scores_is_each_score_by_itself(values: list[Any]) -> None:
    found, raw = check.scored(values, "bias", Scale())
    pairs = [check.score(value, "bias", Scale()) for value in values]
    assert list(found) == [number for number, _ in pairs]
    assert list(raw) == [check.text(v) or p[1] for v, p in zip(values, pairs, strict=True)]


@MANY
@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=4))
def test_numbers_are_spelled_as_python_spells_them(values: list[float]) -> None:
    assert list(check.spelled(values, np.array(values), {float})) == list(map(str, values))


def test_one_id_as_text_and_as_a_number_is_refused_and_never_merged() -> None:
    shaper, batch = Shaper(PLAIN, "0", {}, fallback="f"), Batch()
    said = []
    for value in (1, "2", "1", 2, 1.0, 3, "4"):
        try:
            shaper.add({"id": value, "q": "p", "a": f"{value!r}"}, batch)
        except Refused as error:
            said.append((value, str(error)))
    assert [value for value, _ in said] == ["1", 2]
    assert "may be two" in said[0][1]
    assert [row[1] for row in batch.rows["outputs"]] == ["1", "2", "1.0", "3", "4"]
