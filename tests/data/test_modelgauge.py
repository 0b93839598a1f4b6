"""modelgauge tables: responses with the verdicts of all their annotators."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings

from data.read import formats
from data.read.modelgauge import FORMAT
from data.read.source import Source
from tests.mutations import EXAMPLES, bytes_of, read


def table(*rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def verdict(safe, valid=True):
    return json.dumps({"is_safe": safe, "is_valid": valid, "violation_categories": ["S1"]})


HEAD = ["prompt_uid", "Prompt_Text", "hazard", "sut_uid", "sut_response", "annotator_uid",
        "annotation_json"]  # fmt: skip
BODY = table(
    HEAD,
    ["airr_1", "Who?", "spc_lgl", "owl", "Me", "guard", verdict(True)],
    ["airr_2", "What?", "vcr", "owl", "That", "guard", verdict(False)],
    ["airr_1", "Who?", "spc_lgl", "owl", "Me", "judge", verdict(False)],
    ["airr_2", "What?", "vcr", "owl", "That", "judge", verdict(True, valid=False)],
    ["airr_1", "Who?", "spc_lgl", "owl", "You", "guard", "not json"],
    ["airr_1", "Who?", "spc_lgl", "fox", "Fox", "guard", ""],
)


def test_annotators_of_one_response_are_its_scorers(put):
    assert formats.recognize(Source(put("a.csv", BODY))) is FORMAT
    rows = read(FORMAT, "a.csv", BODY)
    assert sorted(row[1:4] for row in rows["outputs"]) == [
        ("airr_1", 0, "Fox"), ("airr_1", 0, "Me"), ("airr_1", 1, "You"), ("airr_2", 0, "That"),
    ]  # fmt: skip
    found = {(row[1], row[2], row[4]): row[5] for row in rows["scores"] if row[0] != _fox(rows)}
    assert found == {
        ("airr_1", 0, "guard"): 0.0, ("airr_1", 0, "judge"): 1.0, ("airr_2", 0, "guard"): 1.0,
        ("airr_2", 0, "judge"): None, ("airr_1", 1, "guard"): None,
    }  # fmt: skip
    assert {row[3] for row in rows["scores"]} == {"violation"}
    assert {row[7] for row in rows["scores"]} == {"harm"}


def _fox(rows):
    return next(row[0] for row in rows["outputs"] if row[3] == "Fox")


def test_a_verdict_that_is_not_valid_is_no_score():
    rows = read(FORMAT, "a.csv", BODY)
    raw = [row[6] for row in rows["scores"] if row[5] is None]
    assert all(text.startswith("judge_failed") for text in raw)
    assert len(raw) == 3


def test_a_sub_hazard_rolls_up_into_a_tag():
    rows = read(FORMAT, "a.csv", BODY)
    assert {row[1]: (row[3], row[8]) for row in rows["items"]} == {
        "airr_1": ("spc_lgl", [("hazard", "spc")]), "airr_2": ("vcr", [("hazard", "vcr")]),
    }  # fmt: skip
    assert {row[0] for row in rows["items"]} == {"ailuminate"}


@pytest.mark.parametrize("response", ["sut_response", "response_text", "Response"])
def test_responses_alone_are_known_under_each_of_their_names(response, put):
    body = table(["release_prompt_id", "prompt_text", "SUT", response], ["1", "Who?", "owl", "Me"])
    path = put("a.csv", body)
    assert formats.recognize(Source(path)) is FORMAT
    rows = read(FORMAT, "a.csv", body)
    assert (rows["outputs"][0][3], rows["scores"]) == ("Me", [])


def test_prompts_alone_are_no_responses(put):
    body = table(["release_prompt_id", "prompt_text", "hazard"], ["1", "Who?", "vcr"])
    assert formats.recognize(Source(put("a.csv", body))) is None


@given(bytes_of(BODY))
@settings(max_examples=2 * EXAMPLES)
def test_no_bytes_break_the_reader(raw):
    read(FORMAT, "a.csv", raw or b" ")
