"""What a lens is fed: options, right answers and acts of loaded files, and several runs at once."""

from __future__ import annotations

import math

import numpy as np
import pytest

from app.service.lenses import lens as looking
from app.service.loading import load
from app.service.outputs import feed
from data.mapping import Mapping
from data.trouble import Trouble
from db import runs
from risk.lens import Finding, Lens
from risk.measure import Measure

OPTIONS = {"options": {"A": "a", "B": "b", "E": "e"}, "option_scale": "probability"}


def rows(n, **more):
    """Items with two answers and one that says "I don't know"; A is right, every third unsure."""
    return [
        {"id": f"i{i}", "prompt": f"p{i}", "response": "A", "answer_key": "A", "type": f"c{i % 2}",
         "a": 0.6 if i % 3 else 0.2, "b": 0.3, "e": 0.1 if i % 3 else 0.5}
        | {name: column[i] for name, column in more.items()}
        for i in range(n)
    ]  # fmt: skip


@pytest.fixture
def put_in(stores, put):
    """Loads rows as a model's answers; returns its run."""

    def fill(body, model="heron", **mapped):
        mapping = Mapping.model_validate(
            {"target": "answer_key", "category": "type",
             "fixed": {"model": model, "dataset": "made"}} | mapped
        )  # fmt: skip
        report = load.load(stores, put(f"{model}.jsonl", body), mapping=mapping)
        assert not report.refused, report.refused
        return next(run for run in runs.every(stores.warehouse) if run["model"] == model)

    return fill


def test_options_come_as_natural_logs_with_the_right_and_the_unsure_one(stores, put_in):
    run = put_in(rows(4), **OPTIONS, abstain_options=("E",))
    found = feed.columns(stores, run, {"option_logprobs", "gold", "idk"})
    assert found["option_logprobs"][1] == pytest.approx(
        {"A": math.log(0.6), "B": math.log(0.3), "E": math.log(0.1)}
    )
    assert found["gold"].tolist() == ["A"] * 4
    assert found["idk"].tolist() == [("E",)] * 4


def test_confidence_and_correctness_come_from_the_options_where_nobody_gave_them(stores, put_in):
    run = put_in(rows(3), **OPTIONS, abstain_options=("E",))
    found = feed.columns(stores, run, {"confidence", "correct", "abstained", "p_gold"})
    assert found["confidence"].tolist() == pytest.approx([0.5, 0.6, 0.6])
    assert np.isnan(found["correct"][0])  # its top option is an abstention
    assert found["correct"][1:].tolist() == [1, 1]
    assert found["abstained"].tolist() == [1, 0, 0]
    assert found["p_gold"].tolist() == pytest.approx([0.2, 0.6, 0.6])


def test_a_score_of_confidence_wins_over_the_options(stores, put_in):
    body = rows(3, sure=[0.9, None, 0.8], good=[1, 0, 1])
    run = put_in(body, **OPTIONS, scores={"confidence": "sure", "accuracy": "good"})
    found = feed.columns(stores, run, {"confidence", "correct"})
    assert found["confidence"].tolist() == pytest.approx([0.9, np.nan, 0.8], nan_ok=True)
    assert found["correct"].tolist() == [1, 0, 1]


def test_every_scored_dimension_is_a_column_of_its_judges_mean(stores, put_in):
    body = rows(3, x=[0.2, None, None], y=[0.4, 0.6, None])
    run = put_in(body, scores={"bias": {"one": "x", "two": "y"}})
    found = feed.columns(stores, run, ())
    assert found["bias"].tolist() == pytest.approx([0.3, 0.6, np.nan], nan_ok=True)
    assert "option_logprobs" not in found


def test_what_a_file_kept_besides_can_be_asked_for_by_its_name(stores, put_in):
    body = rows(2, correct=[True, False], known=[0.5, 1], pair_id=["x", "y"])
    run = put_in(body, tags={"pair_id": "pair_id"})
    found = feed.columns(stores, run, {"correct", "known", "pair_id", "nothing"})
    assert found["correct"].tolist() == [1, 0]
    assert found["known"].tolist() == [0.5, 1]
    assert found["pair_id"].tolist() == ["x", "y"]
    assert "nothing" not in found


def test_people_who_say_what_is_right_win_over_scores(stores, put_in):
    body = rows(2, ann=["yes", "no"], judge=[0, 1])
    run = put_in(body, labels={"correct": {"ann": "ann"}}, scores={"correct": "judge"})
    assert feed.columns(stores, run, {"correct"})["correct"].tolist() == [1, 0]


def test_an_act_is_an_abstention_an_answer_or_neither(stores, put_in):
    run = put_in(
        rows(4, did=["abstained", "hedged", "refused", None]), labels={"act": {"ann": "did"}}
    )
    found = feed.columns(stores, run, {"abstained"})["abstained"]
    assert found.tolist() == pytest.approx([1, 0, np.nan, np.nan], nan_ok=True)


def test_a_choice_named_by_its_place_or_its_text_is_the_right_one(stores, put_in):
    body = rows(3)
    for row, target in zip(body, ("1", "green", "nowhere"), strict=True):
        row |= {"answer_key": target, "choices": ["green", "blue", "not sure"]}
    run = put_in(body, **OPTIONS, choices="choices")
    found = feed.columns(stores, run, {"gold", "idk", "choices"})
    assert found["gold"].tolist() == ["B", "A", None]
    assert found["idk"][0] == ("E",)
    assert found["choices"][0] == ["green", "blue", "not sure"]


def test_peeking_fills_some_options_and_tells_the_same_readiness(stores, put_in):
    run = put_in(rows(4), **OPTIONS)
    names = {"option_logprobs", "gold"}
    peeked = feed.columns(stores, run, names, peek=True)
    assert peeked["gold"].tolist() == feed.columns(stores, run, names)["gold"].tolist()


def test_a_lens_over_several_runs_names_the_model_a_finding_is_about(stores, put_in):
    put_in(rows(6), **OPTIONS)
    with pytest.raises(Trouble, match="multiplicity needs a second run"):
        looking.look(stores, "multiplicity")
    state = next(s for s in looking.states(stores) if s.lens.name == "multiplicity")
    assert "another model" in state.json()["missing"]["run"]
    put_in(rows(6), "egret", **OPTIONS)
    found = looking.look(stores, "multiplicity", given={"draws": "100"})
    assert {row.model for row in found if row.measure == "nll"} == {"heron", "egret"}
    whole = next(row for row in found if row.measure == "ambiguity")
    assert (whole.model, whole.dataset, whole.value, whole.n) == ("", "made", 0, 6)
    by = looking.look(stores, "multiplicity", given={"draws": "100"}, by="category")
    assert {row.group for row in by if row.measure == "ambiguity"} == {"c0", "c1"}
    assert looking.look(stores, "multiplicity", ["heron", "egret"], {"draws": "100"}) == found


def test_either_of_two_columns_will_do():
    lens = Lens(
        "x", "", "", "good", "outputs", ("u|quality",),
        lambda *_: [Finding("m", Measure(0))], "", "",
    )  # fmt: skip
    assert lens.lacks({}) == ("u|quality",)
    assert lens.lacks({"quality": np.ones(2)}) == ()
    assert lens.lacks({"u": np.full(2, np.nan)}) == ("u|quality",)
