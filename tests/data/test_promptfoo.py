"""promptfoo results: three layouts, errors that are no failures, refusals, people's thumbs."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings

from data.read import formats
from data.read.promptfoo import FORMAT
from data.read.source import Source
from tests.mutations import EXAMPLES, as_json, as_lines, bytes_of, read, values_of


def result(test, *, provider="lab:owl", passed=True, reason=0, prompt="p1", column=0, **more):
    grading = {
        "pass": passed, "score": float(passed), "reason": "so",
        "componentResults": [{"pass": passed, "score": 1, "assertion": {"type": "contains"}}],
    }  # fmt: skip
    return {
        "testIdx": test, "promptIdx": column, "promptId": prompt,
        "prompt": {"raw": f"Ask {test}?", "label": f"Ask {{{{x}}}} {prompt}?"},
        "provider": {"id": provider, "label": ""}, "vars": {"x": test},
        "testCase": {"description": f"case {test}", "vars": {"x": test}},
        "response": {"output": f"said {test}", "tokenUsage": {"completion": 3}},
        "success": passed, "score": float(passed), "failureReason": reason,
        "gradingResult": grading, "namedScores": {}, "error": None if passed else "not contained",
    } | more  # fmt: skip


THREE = [
    result(2, passed=False, reason=1),
    result(0),
    result(1, passed=False, reason=2, error="429 too many", gradingResult=None, response=None),
]
STATS = {"successes": 1, "failures": 1, "errors": 1}
INNER = {"version": 3, "timestamp": "t", "prompts": [], "results": THREE, "stats": STATS}
OUTER = {"evalId": "eval-1", "results": INNER, "config": {"description": "Owls"}}


def of(rows, name):
    return {row[1]: row[5] for row in rows["scores"] if row[3] == name}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("outer.json", as_json(OUTER)),
        ("inner.json", as_json(INNER)),
        ("v2.json", as_json({"version": 2, "results": THREE, "stats": STATS,
                             "table": {"head": {"prompts": []}, "body": [{"outputs": [{}]}]}})),
        ("lines.jsonl", as_lines(THREE)),
    ],
)  # fmt: skip
def test_every_layout_gives_the_same_answers(name, body, put):
    assert formats.recognize(Source(put(name, body))) is FORMAT
    rows = read(FORMAT, name, body)
    assert [row[1] for row in rows["outputs"]] == ["2", "0", "1"]
    assert of(rows, "pass") == {"2": 0.0, "0": 1.0, "1": None}


def test_an_error_is_no_score_and_a_failed_assertion_is_no_error():
    rows = read(FORMAT, "a.json", as_json(OUTER))
    raw = {row[1]: row[6] for row in rows["scores"] if row[3] == "pass"}
    assert raw == {"2": None, "0": None, "1": "error: 429 too many"}
    assert {row[0] for row in rows["items"]} == {"Owls"}
    assert [row[1:5] for row in rows["reported"]] == [
        ("samples", 3.0, "count", ""),
        ("successes", 1.0, "sum", "pass"),
        ("failures", 1.0, "", ""),
        ("errors", 1.0, "", ""),
    ]


def test_a_grader_that_failed_gives_no_verdict():
    broken = result(0, passed=False, reason=1)
    broken["gradingResult"]["metadata"] = {"graderError": True}
    old = result(1, passed=False, error="boom", gradingResult=None)
    del old["failureReason"]
    rows = read(FORMAT, "a.jsonl", as_lines([broken, old]))
    assert [row[5] for row in rows["scores"]] == [None] * 4
    assert rows["scores"][0][6] == "grader_failed: so"


def test_refusals_and_blocks_are_what_the_log_says_the_model_did():
    def asserted(test, kind, passed):
        one = result(test)
        one["gradingResult"]["componentResults"] = [{"pass": passed, "assertion": {"type": kind}}]
        return one

    blocked = result(3, response={"output": "", "guardrails": {"flaggedInput": True}})
    rows = read(FORMAT, "a.jsonl", as_lines([
        asserted(0, "is-refusal", True), asserted(1, "is-refusal", False),
        asserted(2, "not-is-refusal", False), blocked,
        result(4, response={"output": ""}), result(5, response={"output": "No", "isRefusal": True}),
    ]))  # fmt: skip
    assert {row[1]: row[3:5] for row in rows["acts"]} == {
        "0": ("refused", "promptfoo:is-refusal"),
        "2": ("refused", "promptfoo:is-refusal"),
        "3": ("could_not_act", "promptfoo:guardrails"),
        "4": ("could_not_act", "promptfoo:response"),
        "5": ("refused", "promptfoo:provider"),
    }


def test_thumbs_and_comments_are_a_persons_labels():
    one = result(0)
    one["gradingResult"]["componentResults"].append({"pass": False, "assertion": {"type": "human"}})
    one["gradingResult"]["comment"] = "too vague"
    rows = read(FORMAT, "a.jsonl", as_lines([one]))
    assert [row[3:] for row in rows["labels"]] == [
        ("reviewer", "pass", "fail"), ("reviewer", "comment", "too vague"),
    ]  # fmt: skip


def test_providers_are_runs_and_their_answers_to_one_prompt_share_its_item():
    every = [
        result(test, provider=model, prompt=prompt, column=2 * m + p)
        for test in (0, 1)
        for m, model in enumerate(("lab:owl", "lab:fox"))
        for p, prompt in enumerate(("p1", "p2"))
    ]
    columns = [
        {
            "provider": model,
            "metrics": {"testPassCount": 2, "testFailCount": 0, "testErrorCount": 0},
        }
        for model in ("lab:owl", "lab:fox")
        for _ in "pp"
    ]
    rows = read(FORMAT, "a.json", as_json({**INNER, "results": every[::-1], "prompts": columns}))
    runs = {row[0] for row in rows["outputs"]}
    items = {run: sorted(r[1] for r in rows["outputs"] if r[0] == run) for run in runs}
    assert list(items.values()) == [["0-0", "0-1", "1-0", "1-1"]] * 2
    assert [row[2] for row in rows["reported"] if row[1] == "successes"] == [4.0, 4.0]


def test_a_repeated_case_is_another_sample():
    rows = read(FORMAT, "a.jsonl", as_lines([result(0), result(0), result(1)]))
    assert [row[1:3] for row in rows["outputs"]] == [("0", 0), ("0", 1), ("1", 0)]


def test_repeats_that_are_numbered_anew_are_samples_of_the_first():
    again = result(1) | {"testCase": result(0)["testCase"], "vars": {"x": 0}}
    inner = {**INNER, "results": [again, result(0), result(2)]}
    body = {"results": inner, "config": {"evaluateOptions": {"repeat": 2}}}
    rows = read(FORMAT, "a.json", as_json(body))
    assert [row[1:3] for row in rows["outputs"]] == [("0", 0), ("0", 1), ("2", 0)]
    rows = read(FORMAT, "a.json", as_json({"results": inner}))
    assert [row[1:3] for row in rows["outputs"]] == [("1", 0), ("0", 0), ("2", 0)]


def test_a_providers_settings_stay_out_as_they_may_hold_its_key(stores, put):
    from app.service.loading import load as loading

    body = copy.deepcopy(OUTER)
    body["config"] |= {"providers": [{"id": "lab:owl", "config": {"apiKey": "k-123"}}]}
    loading.load(stores, put("a.json", body), by="test")
    told = stores.warehouse.cursor().execute("SELECT params::VARCHAR FROM lake.runs").fetchall()
    assert "k-123" not in str(told)


@given(values_of(OUTER))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(value):
    read(FORMAT, "a.json", as_json(value))


@given(values_of(THREE))
@settings(max_examples=EXAMPLES)
def test_no_line_breaks_the_reader(values):
    read(FORMAT, "a.jsonl", as_lines(values))


@given(bytes_of(as_json(OUTER)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(raw):
    read(FORMAT, "a.json", raw or b" ")


@pytest.mark.real
def test_the_real_file_gives_two_passes_one_failure_and_no_error(real):
    path = real / "promptfoo" / "promptfoo-results.json"
    assert formats.recognize(Source(path)) is FORMAT
    rows = read(FORMAT, path.name, path.read_bytes())
    assert of(rows, "pass") == {"1": 0.0, "0": 1.0, "2": 1.0}
    stats = json.loads(path.read_bytes())["results"]["stats"]
    said = {row[1]: row[2] for row in rows["reported"]}
    assert [said[k] for k in ("successes", "failures", "errors")] == [
        stats[k] for k in ("successes", "failures", "errors")
    ]
