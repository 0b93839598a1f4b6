"""The stage: rows wait beside the lake, then land all at once, each run once."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime

import pytest

from db import stage, warehouse

ITEM = ("d", "1", "p", None, None, None, None, None, [])
OUTPUT = ("r1", "1", 0, "said", [("A", -0.5)], None, 3, None)


def described(run):
    return {"run_id": run, "model": "m", "revision": None, "dataset": "d", "format": "csv",
            "source": "a.csv", "sha256": "0", "params": "{}", "loaded_by": "test",
            "made_at": datetime(2026, 1, 1)}  # fmt: skip


@pytest.fixture
def aside(tmp_path, monkeypatch):
    """Where this test puts rows aside."""
    folder = tmp_path / "aside's"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def staged(stores, aside):
    opened = stage.open_stage(stores.warehouse)
    yield opened
    opened.close()


def test_what_is_staged_is_not_in_the_lake(stores, staged, held):
    before = held(stores)
    staged.add("items", [ITEM])
    staged.add("outputs", [OUTPUT])
    assert staged.counts["outputs"] == 1
    assert held(stores) == before


def test_everything_lands_as_one_snapshot(stores, staged, ask):
    staged.add("items", [ITEM])
    staged.add("outputs", [OUTPUT])
    staged.add("scores", [("r1", "1", 0, "bias", "j", 0.5, "0.5", "harm")])
    staged.add("steps", [("r1", "1", 0, 0, "agent", "looks", None, ["late"])])
    staged.add("refused", [(7, "why", "raw")])
    before = warehouse.snapshot(stores.warehouse)
    assert stage.land(staged, [described("r1")], "0", "a.csv") == ["r1"]
    assert warehouse.snapshot(stores.warehouse) == before + 1
    assert ask(stores, "SELECT response, opening, option_logprobs FROM lake.outputs") == [
        ("said", "said", {"A": -0.5})
    ]
    assert ask(stores, "SELECT line, why FROM lake.refused_rows") == [(7, "why")]


def test_a_run_that_is_there_lands_no_second_time_and_makes_no_snapshot(stores, staged, held):
    staged.add("outputs", [OUTPUT])
    stage.land(staged, [described("r1")], "0", "a.csv")
    before = held(stores)
    assert stage.land(staged, [described("r1")], "0", "a.csv") == []
    assert held(stores) == before


def test_prompts_differ_only_by_more_than_white_space(stores, staged):
    staged.add("items", [ITEM, ("d", "2", "two  words ", *ITEM[3:])])
    stage.land(staged, [described("r1")], "0", "a.csv")
    other = stage.open_stage(stores.warehouse)
    other.add("items", [("d", "1", "q", *ITEM[3:]), ("d", "2", " two words", *ITEM[3:]),
                        ("d", "3", "new", *ITEM[3:])])  # fmt: skip
    assert stage.differing(other) == (1, 2, "1")
    other.close()


def test_a_row_that_does_not_fit_its_columns_raises_before_anything_is_staged(staged):
    with pytest.raises(ValueError):  # noqa: PT011  Arrow's own words
        staged.add("outputs", [OUTPUT, OUTPUT[:-1]])
    assert staged.counts["outputs"] == 0


def test_columns_and_rows_stage_the_same(stores, staged):
    class Same:
        def __init__(self, value, size):
            self.value, self.size = value, size

    staged.add("outputs", [OUTPUT, ("r1", "2", 0, None, None, None, None, None)])
    rows = staged.cursor.execute("FROM temp.staged_outputs").fetchall()
    staged.add_columns("outputs", [
        Same("r1", 2), ["1", "2"], Same(0, 2), ["said", None], [[("A", -0.5)], None],
        Same(None, 2), [3, None], Same(None, 2),
    ])  # fmt: skip
    assert staged.cursor.execute("FROM temp.staged_outputs").fetchall() == rows * 2
    staged.add_columns("items", [*(Same("d", 2) for _ in range(6)), *(Same(None, 2),) * 2,
                                 Same([], 2)])  # fmt: skip
    assert staged.counts["items"] == 2


def test_what_cannot_be_put_aside_is_raised_by_the_one_who_added_it(staged, aside):
    shutil.rmtree(*aside.iterdir())
    staged.add("refused", [(7, "why", "raw")])
    with pytest.raises(warehouse.ERRORS, match="cannot be put aside"):
        staged.cursor.execute("SELECT 1")
    with pytest.raises(warehouse.ERRORS):
        staged.add("refused", [(8, "why", "raw")])


def test_nothing_put_aside_stays_once_the_stage_is_closed(stores, aside):
    for looked in (False, True):
        opened = stage.open_stage(stores.warehouse)
        opened.add("outputs", [OUTPUT])
        if looked:
            assert stage.rows(opened, "outputs") == {"r1": 1}
        opened.close()
        assert list(aside.iterdir()) == []


def test_rows_added_after_a_look_are_seen_by_the_next(staged):
    staged.add("outputs", [OUTPUT])
    assert stage.rows(staged, "outputs") == {"r1": 1}
    staged.add("outputs", [OUTPUT, OUTPUT])
    assert stage.rows(staged, "outputs") == {"r1": 3}
