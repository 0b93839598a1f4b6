"""folktexts: people's risk scores with their results, and tables of many runs' metrics."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from data.answer import Gather
from data.read import folder, formats
from data.read.folktexts import FORMAT, rebuilt
from data.read.source import Source
from tests.mutations import EXAMPLES, as_json, bytes_of, read, values_of

PEOPLE = b",risk_score,label\n17,0.75,1\n4,0.5,0\n9,0.0,0\n12,,1\n"
RESULTS = {
    "threshold": 0.5, "n_samples": 4, "n_positives": 2, "n_negatives": 2, "accuracy": 2 / 3,
    "tpr": 1.0, "fpr": 0.5, "ppr": 0.75, "balanced_accuracy": 0.75, "ece": 0.1,
    "predictions_path": "/somewhere/else/birds.test_predictions.csv", "model_name": None,
    "config": {"model_name": "lab--owl", "task_name": "ACSNest", "dataset_name": "x"},
    "benchmark_hash": 12,
}  # fmt: skip
HEAD = ["", "accuracy", "balanced_accuracy", "ece_quantile", "fpr", "tpr", "ppr", "n_negatives",
        "n_positives", "n_samples", "model_name", "predictions_path", "config_few_shot",
        "config_task_name", "num_features"]  # fmt: skip
ROW = ["owl__ACSNest__-1", "0.75", "0.75", "", "0.5", "1.0", "0.75", "2", "2", "4", "lab--owl",
       "/elsewhere/x.csv", "", "ACSNest", "-1"]  # fmt: skip


def table(*rows):
    return "\n".join(",".join(row) for row in (HEAD, *rows)).encode() + b"\n"


def load(stores, path):
    from app.service.loading import load as loading

    return loading.load(stores, path, by="test").loaded


def test_people_become_items_with_two_options(put):
    assert formats.recognize(Source(put("p.csv", PEOPLE))) is FORMAT
    rows = read(FORMAT, "p.csv", PEOPLE)
    assert [row[1] for row in rows["outputs"]] == ["17", "4", "9", "12"]
    logs = [row[4] for row in rows["outputs"]]
    assert logs[0] == [("0", math.log(0.25)), ("1", math.log(0.75))]
    assert logs[2] == [("0", 0.0), ("1", -math.inf)]
    assert logs[3] is None
    assert [row[4] for row in rows["items"]] == ["1", "0", "0", "1"]
    assert [row[5] for row in rows["scores"]] == [0.75, 0.5, 0.0, None]


def test_results_beside_the_people_name_them_and_are_held_against_them(put, stores, tmp_path):
    results = put("results.bench-12.json", RESULTS)
    main = put("birds.test_predictions.csv", PEOPLE)
    assert folder.look(tmp_path).files == [main]
    assert FORMAT.main(results) == main
    (run,) = load(stores, main)
    assert (run.model, run.dataset, run.outputs) == ("lab/owl", "ACSNest", 4)
    checks = {c["metric"]: c["agrees"] for c in run.checks}
    # 0.5 is at the threshold, so counted as positive
    assert (checks["accuracy"], checks["n_samples"], checks["ece"]) == (True, True, None)
    assert "1 of 4 risk scores are exactly 0.5" in run.notes[0]


def test_results_alone_are_their_numbers(put, stores):
    (run,) = load(stores, put("results.bench-12.json", RESULTS))
    assert (run.model, run.dataset, run.outputs) == ("lab/owl", "ACSNest", 0)
    assert {c["agrees"] for c in run.checks} == {None}


def test_a_table_of_results_is_a_run_a_model_with_metrics_by_task(put, stores):
    other = [*ROW[:-2], "ACSTree", "3"]
    loaded = load(stores, put("t.csv", table(ROW, other)))
    (run,) = loaded
    assert (run.model, run.dataset, run.notes) == ("lab/owl", "folktexts", [])
    told = {c["metric"]: c["reported"] for c in run.checks}
    assert told["ACSNest/accuracy"] == told["ACSTree[3]/accuracy"] == 0.75
    assert not any("config" in name or "path" in name or "quantile" in name for name in told)


def test_metrics_that_their_rates_do_not_give_are_noted(put, stores):
    wrong = [ROW[0], "0.8", *ROW[2:]]
    (run,) = load(stores, put("t.csv", table(wrong)))
    assert run.notes == ["1 rows have metrics that their own rates and counts do not rebuild."]
    assert rebuilt(dict(zip(HEAD, ROW, strict=True)))


def test_a_score_that_is_no_probability_is_refused():
    rows = read(FORMAT, "p.csv", b",risk_score,label\n1,1.5,1\n2,0.5,0\n")
    assert [row[1] for row in rows["refused"]] == ["risk_score is 1.5, outside 0 to 1"]


@given(bytes_of(PEOPLE))
@settings(max_examples=EXAMPLES)
def test_no_bytes_of_predictions_break_the_reader(raw):
    read(FORMAT, "p.csv", raw or b" ")


@given(bytes_of(table(ROW, ROW)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_of_a_table_break_the_reader(raw):
    read(FORMAT, "t.csv", raw or b" ")


@given(values_of(RESULTS))
@settings(max_examples=EXAMPLES)
def test_no_results_break_the_reader(value):
    read(FORMAT, "results.bench-12.json", as_json(value))
    read(FORMAT, "birds.test_predictions.csv", PEOPLE, results__json=b"",
         **{"results__bench-12__json": as_json(value)})  # fmt: skip


@pytest.mark.real
def test_the_real_tables_give_the_published_numbers(real):
    def told(name):
        gather = Gather("0" * 64, {}, "file")
        batches = formats.batches(FORMAT, Source(real / "folktexts" / name), gather)
        rows = [row for batch in batches for row in batch.rows["reported"]]
        assert [note for run in gather.about.values() for one in run for note in one.notes] == []
        return {(gather.runs[row[0]].model, row[1]): row[2] for row in rows}

    found = told("aggregated-results.2024-07.csv")
    assert len({model for model, _ in found}) == 20
    known = {"accuracy": 0.78, "ece": 0.1947, "brier_score_loss": 0.2032, "roc_auc": 0.844,
             "score_mean": 0.3281, "n_samples": 166450, "n_positives": 61233}  # fmt: skip
    for name, value in known.items():
        assert found["google/gemma-2-9b-it", f"ACSIncome/{name}"] == pytest.approx(value, abs=5e-5)
    base = told("baseline-results.GBM.LR.XGBoost.csv")
    assert {model for model, _ in base} == {"LR", "GBM", "XGBoost"}
    assert base["XGBoost", "ACSIncome/accuracy"] == pytest.approx(0.8173, abs=5e-5)
