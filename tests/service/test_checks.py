"""A log's own numbers are recomputed from what was loaded, and a difference is flagged."""

from __future__ import annotations

import json

import pytest

from app.service.loading import load as loading
from app.service.outputs import cases, runs
from data.answer import Act, Answer, Gather, Reported, Score
from data.batch import Batch
from db import acts, checks, stage


@pytest.fixture
def staged(stores):
    opened = stage.open_stage(stores.warehouse)
    yield opened
    opened.close()


def put_rows(staged, *entries):
    gather, batch = Gather("sha", {}, "log"), Batch()
    for entry in entries:
        (gather.report if isinstance(entry, Reported) else gather.add)(entry, batch)
    for table, rows in batch.rows.items():
        staged.add(table, rows)
    (run,) = gather.runs
    return run


def scored(item, value, sample=0):
    return Answer(str(item), sample=sample, scores=[Score("acc", "none", value)])


def test_a_mean_is_taken_over_prompts_and_not_over_answers(staged):
    run = put_rows(
        staged, scored(1, 1.0), scored(1, 0.0, 1), scored(2, 1.0), scored(2, 1.0, 1),
        scored(3, 0.0), Reported("acc", 0.5, "mean", "acc", "none"),
    )  # fmt: skip
    (found,) = checks.staged(staged.cursor)[run]
    assert (found.recomputed, found.n, found.agrees) == (0.5, 3, True)


@pytest.mark.parametrize(
    ("how", "reported", "recomputed"),
    [("mean", 0.75, 0.75), ("std", 0.3535533905932738, 0.35355339), ("stderr", 0.25, 0.25),
     ("share", 0.5, 0.5), ("sum", 1.5, 1.5), ("count", 3, 3)],
)  # fmt: skip
def test_every_way_to_recompute(staged, how, reported, recomputed):
    run = put_rows(
        staged, scored(1, 1.0), scored(2, 0.5), scored(3, None),
        Reported("m", reported, how, "acc", "none"),
    )  # fmt: skip
    (found,) = checks.staged(staged.cursor)[run]
    assert found.recomputed == pytest.approx(recomputed)
    assert found.agrees is True


def test_a_cut_log_is_flagged(staged):
    run = put_rows(staged, scored(1, 1.0), Reported("samples", 5000, "count"))
    (found,) = checks.staged(staged.cursor)[run]
    assert (found.recomputed, found.agrees) == (1, False)


def test_what_is_no_average_neither_agrees_nor_differs(staged):
    run = put_rows(staged, scored(1, 1.0), Reported("ppl", 6.8))
    (found,) = checks.staged(staged.cursor)[run]
    assert (found.recomputed, found.agrees) == (None, None)


def test_a_score_that_no_loaded_answer_carries_is_a_difference(staged):
    run = put_rows(staged, scored(1, 1.0), Reported("f1", 0.4, "mean", "f1", "none"))
    (found,) = checks.staged(staged.cursor)[run]
    assert (found.recomputed, found.agrees) == (None, False)
    assert "no loaded answer" in (found.why or "")


def test_numbers_without_answers_are_not_checked(staged):
    run = put_rows(staged, Reported("f1", 0.4, "mean", "f1", "none"))
    (found,) = checks.staged(staged.cursor)[run]
    assert (found.recomputed, found.agrees) == (None, None)


def test_a_number_that_is_none_is_no_report(staged):
    run = put_rows(staged, scored(1, 1.0), Reported("acc", float("nan"), "mean", "acc", "none"))
    assert run not in checks.staged(staged.cursor)


def samples(values):
    return [
        {"doc_id": n, "doc": {}, "target": "A", "arguments": [["Q?", {}]], "resps": [["A"]],
         "filtered_resps": ["A"], "acc": value} for n, value in enumerate(values)
    ]  # fmt: skip


def test_results_that_come_later_check_the_run_that_is_there(stores, put):
    stamp = "2026-01-02T03-04-05.000001"
    path = put(f"samples_sums_{stamp}.jsonl", samples([1.0, 0.0]))
    loading.load(stores, path, named={"model": "owl"}, by="test")
    assert runs.every(stores)[0]["checks"] == []
    put(f"results_{stamp}.json", {
        "results": {"sums": {"acc,none": 0.9}}, "configs": {"sums": {}}, "versions": {"sums": 1},
        "n-shot": {"sums": 0}, "config": {"model": "hf"}, "model_name": "owl", "git_hash": "x",
    })  # fmt: skip
    report = loading.load(stores, path, named={"model": "owl"}, by="test")
    assert report.loaded[0].already
    found = {one["metric"]: one for one in runs.every(stores)[0]["checks"]}
    assert found["acc"]["agrees"] is False
    assert json.loads(json.dumps(found))["acc"]["recomputed"] == 0.5


def test_an_act_of_a_log_counts_where_no_person_said_otherwise(stores, ask):
    opened = stage.open_stage(stores.warehouse)
    run = put_rows(
        opened,
        Answer("1", model="owl", response="No.", acts=[Act("refused", "log:match", "refusal")]),
        Answer("2", model="owl", response="", acts=[Act("could_not_act", "log", "empty"),
                                                    Act("refused", "other")]),
        Answer("3", model="owl", response="Yes."),
    )  # fmt: skip
    described = dict.fromkeys(("revision", "params", "made_at", "loaded_by"))
    stage.land(opened, [{**described, "run_id": run, "model": "owl", "dataset": "log",
                         "format": "log", "source": "log", "sha256": "sha"}],
               "sha", "log")  # fmt: skip
    opened.close()
    # of the second answer the log is of two minds
    assert acts.of_run(stores.warehouse, run) == {("1", 0): "refused"}
    assert cases.keys(stores, cases.Chosen(act="refused")) == [(run, "1", 0)]
    whole = cases.read(stores, run, "2", 0)
    assert whole is not None
    assert (len(whole.acts), whole.labels) == (2, [])
