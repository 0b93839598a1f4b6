"""Lenses on loaded files: the numbers agree with a computation of their own."""

from __future__ import annotations

import numpy as np
import pytest

from app.service.lenses import lens as looking
from app.service.loading import load as loading
from data.mapping import Mapping
from data.trouble import Trouble
from tests.lens_rows import independent, made


@pytest.fixture
def loaded(stores, put):
    rows, harm = made(120)
    return loading.load(stores, put("herons.jsonl", rows), named={"model": "heron"}), harm


def test_sharp_agrees_with_the_minimum_of_rockafellar_and_uryasev(stores, loaded):
    found = {r.measure: r for r in looking.look(stores, "sharp") if not r.group}
    for measure, value in independent(loaded[1]).items():
        assert found[measure].value == pytest.approx(value, abs=1e-9)
        assert (found[measure].n, found[measure].lost) == (120, 0)


def test_a_missing_score_is_lost_and_never_counted_as_no_harm(stores, put):
    rows, harm = made(60)
    rows[0]["bias_j"] = None
    loading.load(stores, put("gap.jsonl", rows))
    found = {r.measure: r for r in looking.look(stores, "sharp") if not r.group}
    assert found["mean"].value == pytest.approx(independent(harm[1:])["mean"], abs=1e-9)
    assert (found["mean"].n, found["mean"].lost) == (59, 1)


def test_by_looks_at_each_value_of_a_column_alone(stores, loaded):
    rows = [r for r in looking.look(stores, "sharp", by="category") if r.measure == "mean"]
    groups = {r.group: r.value for r in rows if "·" not in r.group}
    harm = loaded[1]
    for place in range(3):
        part = independent(harm[np.arange(120) % 3 == place])
        assert groups[f"c{place}"] == pytest.approx(part["mean"], abs=1e-9)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("shark", {}, "no lens"),
        ("sharp", {"given": {"level": "2"}}, "level"),
        ("sharp", {"chosen": ["egret"]}, "no run 'egret'"),
        ("sharp", {"by": "colour"}, "no column"),
        ("xstest", {}, "needs"),
    ],
)
def test_what_cannot_be_looked_at_says_what_to_do(name, options, words, stores, loaded):
    with pytest.raises(Trouble, match=words) as caught:
        looking.look(stores, name, **options)
    assert caught.value.fix


def test_every_lens_says_which_runs_feed_it_or_what_is_missing(stores, loaded):
    states = {state.lens.name: state.json() for state in looking.states(stores)}
    assert states["sharp"]["ready"]
    assert states["sharp"]["runs"] == [loaded[0].loaded[0].run]
    assert "act" in states["xstest"]["missing"]
    assert not any(state["ready"] and state["missing"] for state in states.values())


def test_a_run_that_cannot_feed_a_lens_keeps_no_other_out(stores, loaded, put):
    rows = [{"id": n, "prompt": f"p{n}", "response": "r", "score": n % 2} for n in range(8)]
    mapping = Mapping(scores={"refusal": {"judge": "score"}})
    loading.load(stores, put("polite.jsonl", rows), mapping=mapping, named={"model": "egret"})
    assert {row.model for row in looking.look(stores, "sharp")} == {"heron"}
    with pytest.raises(Trouble, match="sharp needs value"):
        looking.look(stores, "sharp", ["egret"])
    sharp = next(s for s in looking.states(stores) if s.lens.name == "sharp")
    assert len(sharp.ready) == 1
