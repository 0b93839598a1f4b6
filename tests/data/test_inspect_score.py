"""Scores in Inspect logs: values, reasons, acts, edits, and the log's own numbers."""

from __future__ import annotations

import pytest

from data.answer import Act, Said, Score
from tests.data.inspect_logs import (
    about,
    answers,
    entries,
    head,
    reported,
    rows,
    sample,
    written,
)  # fmt: skip


def told(put, *samples, **top):
    return answers(entries(put("a.json", written(head(**top), list(samples)))))


def scored(put, scores, said="the Rhine"):
    return told(put, sample(scores=scores, said=said), eval={"scorers": []})[0]


@pytest.mark.parametrize(
    ("value", "number", "raw"),
    [("C", 1.0, "C"), ("P", 0.5, "P"), ("I", 0.0, "I"), ("N", None, "N")],
)
def test_letters_are_verdicts_on_correctness(put, value, number, raw):
    one = scored(put, {"match": {"value": value}}).scores
    assert one == [Score("correct", "match", number, raw, "good")]


@pytest.mark.parametrize(
    ("value", "number", "raw"),
    [(0.25, 0.25, "0.25"), (7, 7.0, "7"), (True, 1.0, "true"), ("0.5", 0.5, "0.5"),
     ("yes", 1.0, "yes"), ("A+", None, "A+"), (None, None, "not scored"),
     (float("nan"), None, "not scored"), (float("inf"), None, "inf")],
)  # fmt: skip
def test_other_values_stand_under_their_scorer(put, value, number, raw):
    one = scored(put, {"rouge": {"value": value}}).scores[0]
    assert (one.dimension, one.scorer, one.value, one.up) == ("rouge", "rouge", number, "neither")
    assert one.raw == raw


def test_a_number_that_the_log_counts_by_accuracy_says_how_correct_it_is(put):
    metrics = [{"name": "inspect_ai/accuracy"}]
    for spec in ({"scorers": [{"name": "lab/close", "metrics": metrics}]}, {"scorers": []}):
        results = {"scores": [{"name": "close", "scorer": "close", "metrics": {"accuracy": {}}}]}
        one = told(put, sample(scores={"close": {"value": 0.75}}), eval=spec, results=results)[0]
        assert one.scores == [Score("correct", "close", 0.75, "0.75", "good")]


def test_an_object_gives_a_score_per_key_and_a_list_one_per_place(put):
    scores = {
        "judge": {"value": {"help": 0.5, "right": "C", "none": None}},
        "two": {"value": [1, "I"]},
    }
    found = {(s.scorer, s.dimension): s.value for s in scored(put, scores).scores}
    assert found == {
        ("judge", "help"): 0.5, ("judge", "right"): 1.0, ("judge", "none"): None,
        ("two", "two 1"): 1.0, ("two", "two 2"): 0.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("score", "said", "act"),
    [
        ({"value": "N", "reason": "refusal"}, "no", ("refused", "refusal")),
        ({"value": "N", "reason": "no_response"}, "", ("could_not_act", "no_response")),
        ({"value": "I", "reason": "invalid_response_format"}, "hm",
         ("could_not_act", "invalid_response_format")),
        ({"value": "N"}, "I do not know", ("abstained", "N: no answer")),
        ({"value": "N"}, " ", ("could_not_act", "N: no answer, and the response is empty")),
    ],
)  # fmt: skip
def test_what_the_scorer_says_the_model_did_is_kept_with_its_origin(put, score, said, act):
    assert scored(put, {"judge": score}, said).acts == [Act(act[0], "inspect:judge", act[1])]


@pytest.mark.parametrize("reason", ["grader_failed", "scoring_failed", "out of quota"])
@pytest.mark.parametrize("older", [True, False])
def test_a_grader_that_failed_gives_no_score_and_no_act(put, reason, older):
    why = {"metadata": {"unscored_reason": reason}} if older else {"reason": reason}
    score = {"value": float("nan"), "explanation": "no grade found"} | why
    one = scored(put, {"judge": score})
    assert one.acts == []
    assert one.scores[0].value is None
    assert one.scores[0].raw == f"{reason}: no grade found"


def test_a_graders_explanation_is_kept_and_a_matchers_echo_is_not(put):
    judged = {"value": "C", "answer": "the Rhine", "explanation": "It names the river."}
    echoed = {"value": "C", "answer": "Rhine", "explanation": "the Rhine\n"}
    one = scored(put, {"judge": judged, "match": echoed})
    assert [score.raw for score in one.scores] == ["It names the river.", "C"]
    assert one.meta["answers"] == {"match": "Rhine"}


def test_the_latest_value_counts_and_the_history_is_kept(put):
    edits = [
        {"value": "I", "metadata": {"grading": ["long"] * 99}},
        {"value": "C", "answer": "UNCHANGED", "provenance": {"author": "ann", "reason": "typo"}},
        {"value": "UNCHANGED", "explanation": "ok", "provenance": {"author": "bo"}},
    ]
    one = scored(put, {"match": {"value": "C", "history": edits}})
    assert one.scores[0].value == 1
    assert one.labels == [Said("ann", "correct", "correct")]
    assert [e.get("value") for e in one.meta["score_history"]["match"]] == ["I", "C", None]


def test_a_sample_that_broke_off_has_no_score_and_says_why(put):
    error = {"message": "ZeroDivisionError()", "traceback": "x" * 9999}
    broke = sample(2, scores=None, error=error, output={"model": "one", "choices": []})
    found = told(put, sample(1), broke)
    assert found[1].scores == [
        Score("correct", "match", None, "error: ZeroDivisionError()", "good")
    ]
    assert found[1].response is None
    assert found[1].meta["error"] == {"message": "ZeroDivisionError()"}
    assert found[1].acts == []


def test_the_oldest_logs_hold_one_score_without_a_name(put):
    old = sample(1)
    old["score"] = old.pop("scores")["match"]
    assert told(put, old)[0].scores[0][:3] == ("correct", "score", 1.0)


def numbers(put, samples, **top):
    return reported(entries(put("n.json", written(head(**top), samples))))


def test_means_of_the_log_are_to_be_recomputed_from_the_scores(put):
    found = numbers(put, [sample(1), sample(2)])
    assert (found["accuracy"].how, found["stderr"].how) == ("mean", "stderr")
    assert (found["accuracy"].dimension, found["accuracy"].scorer) == ("correct", "match")
    assert (found["samples"].value, found["samples"].how) == (2, "count")
    assert found["samples"].dataset == "rivers"


def test_an_answer_without_a_verdict_counts_as_wrong_in_the_logs_accuracy(put):
    found = numbers(put, [sample(1), sample(2, scores={"match": {"value": "N"}})])
    assert found["accuracy"].how == "share"
    assert found["stderr"].how == ""


def test_an_answer_that_was_not_scored_is_left_out_of_the_logs_accuracy(put):
    unscored = sample(2, scores={"match": {"value": float("nan"), "reason": "grader_failed"}})
    assert numbers(put, [sample(1), unscored])["accuracy"].how == "mean"


def test_numbers_of_other_kinds_are_kept_as_they_stand(put):
    metrics = {
        "accuracy": {"name": "accuracy", "value": 0.5, "params": {"to_float": "mine"}},
        "north": {"name": "north", "group": "grouped", "value": 1.0},
        "var": {"name": "var", "value": 0.25},
        "broken": {"name": "mean", "value": "much"},
        "endless": {"name": "mean", "value": float("nan")},
    }
    scores = [{"name": "match", "scorer": "match", "metrics": metrics}]
    found = numbers(put, [sample(1)], results={"scores": scores})
    assert {name: one.how for name, one in found.items() if name not in ("samples", "endless")} == {
        "accuracy": "", "grouped north": "", "var": "",
    }  # fmt: skip
    assert len(rows(put("n.json", written(head(), [sample(1)])))["reported"]) == 3


@pytest.mark.parametrize(
    ("reducer", "epochs", "how"),
    [("mean", 2, "mean"), (None, 2, "mean"), ("mode", 2, ""), ("at_least_2", 2, ""),
     ("mode", 1, "mean"), ("pass_at_1", 1, "")],
)  # fmt: skip
def test_epochs_reduced_otherwise_than_by_their_mean_cannot_be_recomputed(
    put, reducer, epochs, how
):
    score = head()["results"]["scores"][0] | {"reducer": reducer}
    samples = [sample(id, epoch) for id in (1, 2) for epoch in range(1, epochs + 1)]
    found = numbers(put, samples, results={"scores": [score]})
    name = f"accuracy ({reducer})" if reducer not in (None, "mean") else "accuracy"
    assert found[name].how == how


def test_each_key_of_an_object_has_numbers_of_its_own(put):
    scores = [
        {"name": key, "scorer": "judge", "metrics": {"mean": {"name": "mean", "value": 0.5}}}
        for key in ("help", "harm")
    ]
    given = {"judge": {"value": {"help": 1, "harm": 0}}}
    found = numbers(put, [sample(1, scores=given)], results={"scores": scores})
    one = found["mean of harm"]
    assert (one.how, one.dimension, one.scorer) == ("mean", "harm", "judge")


def test_samples_that_broke_off_are_stored_but_not_counted_as_completed(put):
    broke = sample(2, scores=None, error={"message": "x"})
    results = {"total_samples": 2, "completed_samples": 1}
    assert numbers(put, [sample(1), broke], results=results)["samples"].value == 2


def test_a_head_that_counts_more_than_is_stored_shows(put):
    found = numbers(put, [sample(1)], results={"total_samples": 9, "completed_samples": 9})
    assert found["samples"].value == 9


def test_what_the_run_was_made_with_is_kept(put):
    spec = {"model_args": {"revision": "abc"}, "revision": {"commit": "f00"}, "tags": ["x"],
            "model_roles": {"grader": {"model": "mock/two"}}}  # fmt: skip
    found = entries(put("a.json", written(head(eval=spec), [sample(1)])))
    kept = about(found).params
    assert kept["model_roles"] == {"grader": {"model": "mock/two"}}
    assert kept["revision"] == {"commit": "f00"}
    assert "sample_ids" not in kept["dataset"]
    assert answers(found)[0].revision == "abc"
