"""Intervals of many rows without resampling each: as wide as those that resample them."""

from __future__ import annotations

import gc
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk import cells, coverage, delong, kinds, riskscore, seen, series, spread, sums
from risk.interval import Floats, wilson
from risk.seen import fixed, once

N = 2_400
RNG = np.random.default_rng(3)
SCORE = RNG.random(N).round(3)
TRUTH = (RNG.random(N) < 0.2 + 0.6 * SCORE).astype(float)


def wide(drawn: Floats) -> Any:
    return np.quantile(drawn, 0.975, axis=0) - np.quantile(drawn, 0.025, axis=0)


def test_the_normal_interval_of_a_mean_is_that_of_resampling() -> None:
    found = spread.mean(SCORE)
    drawn = spread.replicates(lambda w: w @ SCORE / w.sum(axis=1), N, draws=800)
    assert found.high - found.low == pytest.approx(wide(drawn), rel=0.12)


def test_a_rare_event_has_the_interval_of_wilson() -> None:
    rare = np.zeros(N)
    rare[:2] = 1
    found = spread.mean(rare)
    assert (found.low, found.high) == wilson(2, N)


def test_scores_drawn_by_quantile_spread_as_scores_drawn_one_by_one() -> None:
    some = cells.cells(SCORE, TRUTH)
    assert some.often.sum() == N

    def both(y: Floats, s: Floats, w: Floats | None) -> Floats:
        areas = coverage.numbers(coverage.rank(s, y), w)
        return np.stack([riskscore.roc_auc(y, s, w), areas["aurc"], areas["augrc"]], axis=1)

    fast = cells.replicates(lambda w: both(some.truth, some.score, w), some, 800)
    slow = spread.replicates(lambda w: both(TRUTH, SCORE, w), N, draws=800)
    assert wide(fast) == pytest.approx(wide(slow), rel=0.15)


def test_a_cut_parts_the_cells() -> None:
    some = cells.cells(np.array([0.1, 0.2, 0.3]), np.zeros(3), [0.2])
    assert some.score.tolist() == pytest.approx([0.1, 0.2, 0.3])


def test_the_interval_by_delong_is_that_of_resampling() -> None:
    area, each = delong.influence(SCORE, TRUTH)
    assert area == pytest.approx(float(riskscore.roc_auc(TRUTH, SCORE)[0]))
    found = delong.measured(area, each)
    drawn = spread.replicates(lambda w: riskscore.roc_auc(TRUTH, SCORE, w), N, draws=800)
    assert found.high - found.low == pytest.approx(wide(drawn), rel=0.12)
    assert not delong.measured(*delong.influence([0.1], [1])).known


def test_influences_of_an_item_count_together() -> None:
    _, each = delong.influence(SCORE, TRUTH)
    alone = delong.measured(0.5, each)
    twice = delong.measured(0.5, np.repeat(each, 2) / 2, np.repeat(np.arange(N), 2))
    assert (twice.low, twice.high) == pytest.approx((alone.low, alone.high))


def test_random_blocks_tell_how_far_a_statistic_may_lie() -> None:
    told = spread.blocks(lambda rows: float(np.median(SCORE[rows])), N)
    found = spread.around(float(np.median(SCORE)), told, N)
    draws = [np.median(RNG.choice(SCORE, N)) for _ in range(400)]
    assert found.high - found.low == pytest.approx(wide(np.array(draws)), rel=0.35)


def test_sums_from_their_normal_law_spread_as_counted_ones() -> None:
    features = np.stack([SCORE + RNG.random(N), TRUTH], axis=1)
    ratio = [
        x[:, 1] / x[:, 0] for x in (sums.resampled(features), kinds.kinds(features).resampled(1000))
    ]
    assert wide(ratio[0]) == pytest.approx(wide(ratio[1]), rel=0.12)


def test_what_was_worked_out_of_a_column_dies_with_it() -> None:
    calls = []

    @once
    def double(column: Any, by: int) -> Any:
        calls.append(by)
        return column * by

    column = fixed(np.arange(3))
    before = len(seen._kept)
    assert double(column, 2) is double(column, 2)
    assert double(column, 3).tolist() == [0, 3, 6]
    assert calls == [2, 3]
    assert not double(column, 2).flags.writeable
    del column
    gc.collect()
    assert len(seen._kept) == before


def test_an_answer_that_is_the_column_itself_is_not_kept() -> None:
    same = once(lambda column: column[:1])
    column = fixed(np.arange(3))
    before = len(seen._kept)
    same(column)
    assert len(seen._kept) == before


def test_an_answer_that_is_a_view_of_something_new_is_kept_and_cannot_be_written_to() -> None:
    later = once(lambda column: (column + 1)[1:])
    column = fixed(np.arange(3))
    assert later(column) is later(column)
    assert not later(column).flags.writeable


@pytest.mark.parametrize("cell", ["[0.1, true]", "nothing", "[", '{"a": 1}', "[[1]]", '"0.5"'])
def test_a_list_that_holds_no_numbers_is_refused(cell: str) -> None:
    column = np.array(["[0.5]", cell], dtype=object)
    with pytest.raises(ValueError, match="it must be a list of numbers"):
        series.table(column, "segment_scores")


def test_a_comma_in_one_text_does_not_shift_the_others() -> None:
    for cells_said in (["[0.5], [0.6]", "[0.7]"], ["[0.5],[0.6", "0.7]"]):
        with pytest.raises(ValueError, match="it must be a list of numbers"):
            series.table(np.array(cells_said, dtype=object), "segment_scores")


def test_a_column_taken_from_another_has_its_codes() -> None:
    few = fixed(np.array(["b", None, "a", "c"], dtype=object))
    place = fixed(RNG.integers(0, 3, N))
    told, plain = seen.codes(seen.taken(few, place)), seen.codes(few[place])
    assert told[0].tolist() == plain[0].tolist() == [None, "a", "b"]
    assert np.array_equal(told[1], plain[1])
    assert len(np.unique(told[1])) == 3


def test_what_was_taken_is_forgotten_with_its_column() -> None:
    column = seen.taken(fixed(np.array(["a"], dtype=object)), fixed(np.zeros(2, dtype=int)))
    number = id(column)
    assert number in seen._taken
    del column
    gc.collect()
    assert number not in seen._taken


@given(st.lists(st.lists(st.floats(allow_nan=False) | st.integers(-9, 9), max_size=4), min_size=1))
def test_plain_lists_read_without_json_are_those_read_with_it(rows: list[list[float]]) -> None:
    texts = [json.dumps(row) for row in rows]
    told = [series.table(np.array(cells, dtype=object), "x") for cells in (texts, [*texts, "null"])]
    (quick, sizes), (slow, many) = told
    assert np.array_equal(quick, slow[:-1], equal_nan=True)
    assert sizes.tolist() == many[:-1].tolist()


@pytest.mark.parametrize("cell", ["[1 2]", "[01]", "[1,]", "[.5]", "x", "[1]\n[2]\n[3", "[1][2]"])
def test_what_is_no_list_of_numbers_is_named_beside_plain_ones(cell: str) -> None:
    with pytest.raises(ValueError, match="must be a list of numbers"):
        series.table(np.array(["[1]", cell, "[2, 3]"], dtype=object), "x")


WORDS = st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=8)


@given(st.lists(WORDS, min_size=1, max_size=3))
def test_columns_coded_together_name_every_row_as_it_was(columns: list[list[str | None]]) -> None:
    told = [np.array(one, dtype=object) for one in columns]
    names, places = seen.together(*told)
    assert names.tolist() == sorted({one or "" for some in columns for one in some})
    for column, place in zip(columns, places, strict=True):
        assert [names[at] for at in place.tolist()] == [one or "" for one in column]


def test_a_value_no_code_can_be_made_of_is_still_asked_about() -> None:
    column = np.empty(2, dtype=object)
    column[:] = [[1, 2], None]
    assert seen.each(column, lambda one: len(one or ())).tolist() == [2.0, 0.0]


@given(st.lists(st.tuples(st.integers(-2, 3), st.integers(0, 2)), min_size=1, max_size=40))
def test_kinds_of_whole_numbers_are_those_of_any_numbers(rows: list[tuple[int, int]]) -> None:
    items = np.array(rows, dtype=float)
    whole, any_kind = kinds.kinds(items, 3), kinds.kinds(items * np.pi, 3)
    assert whole.each * np.pi == pytest.approx(any_kind.each)
    assert whole.often.tolist() == any_kind.often.tolist()
    assert whole.resampled(5) * np.pi == pytest.approx(any_kind.resampled(5))
