"""LLM Comparator: two runs, preferences with opposite signs, raters who saw the order reversed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from data.read import formats
from data.read.llm_comparator import FORMAT
from data.read.source import Source
from data.trouble import Trouble
from tests.mutations import EXAMPLES, as_json, bytes_of, read, values_of


def example(text, score, raters=(), **fields):
    return {
        "input_text": text, "tags": ["birds"], "output_text_a": f"a {text}",
        "output_text_b": f"b {text}", "score": score,
        "individual_rater_scores": [
            {"score": s, "is_flipped": f, "rationale": "so"} for s, f in raters
        ],
        "custom_fields": fields,
    }  # fmt: skip


def whole(*examples, models=("owl", "fox")):
    schema = [{"name": "key", "type": "string"}, {"name": "n", "type": "per_model_number"},
              {"name": "photo", "type": "image_path"}]  # fmt: skip
    return {
        "metadata": {"source_path": "/x", "custom_fields_schema": schema},
        "models": [{"name": name} for name in models],
        "examples": list(examples),
    }


BODY = whole(
    example("q1", 1.0, [(1.5, False), (0.5, True)], key="k1", n=[3, 4], photo="/etc/passwd"),
    example("q2", -0.5),
    example("q2", 0.0),
)


def notes(body, put, stores):
    from app.service.loading import load as loading

    return [run.notes for run in loading.load(stores, put("a.json", body), by="test").loaded]


def test_each_example_is_one_answer_of_each_model(put):
    assert formats.recognize(Source(put("a.json", BODY))) is FORMAT
    rows = read(FORMAT, "a.json", as_json(BODY))
    runs = list(dict.fromkeys(row[0] for row in rows["outputs"]))
    own = {run: [r for r in rows["outputs"] if r[0] == run] for run in runs}
    assert [r[3] for r in own[runs[0]]] == ["a q1", "a q2", "a q2"]
    assert [r[3] for r in own[runs[1]]] == ["b q1", "b q2", "b q2"]
    ids = [r[1:3] for r in own[runs[0]]]
    # the string field is the id; without one the input is, and its repeats are samples
    assert ids[0] == ("k1", 0)
    assert ids[1][0] == ids[2][0]
    assert [sample for _, sample in ids[1:]] == [0, 1]


def test_preferences_of_the_two_models_are_each_others_opposite():
    rows = read(FORMAT, "a.json", as_json(BODY))
    by = {}
    for _, item, sample, dimension, scorer, value, _raw, up in rows["scores"]:
        assert (dimension, up) == ("preference", "neither")
        by.setdefault((item, sample, scorer), []).append(value)
    assert by["k1", 0, "llm_comparator"] == [1.0, -1.0]
    assert all(first == -second for first, second in by.values())


def test_a_picture_is_named_and_never_opened_and_per_model_fields_are_parted():
    rows = read(FORMAT, "a.json", as_json(BODY))
    metas = [row[7] for row in rows["outputs"] if row[1] == "k1"]
    assert all('"photo":"[image]"' in meta and "passwd" not in meta for meta in metas)
    assert ['"n":3' in meta for meta in metas] == [True, False]


@pytest.mark.parametrize(
    ("raters", "words"),
    [
        ([(1.5, False), (0.5, True)], "stored turned back"),
        ([(1.5, False), (-0.5, True)], "turn them before use"),
        ([(0.2, False), (0.3, True)], "compare before use"),
    ],
)
def test_whether_reversed_raters_were_turned_back_is_found_out(raters, words, put, stores):
    told = notes(whole(example("q", 1.0, raters)), put, stores)
    assert len(told) == 2
    assert all(words in one[0] for one in told)


def test_without_reversed_raters_there_is_nothing_to_note(put, stores):
    assert notes(whole(example("q", 1.0, [(1.0, False)])), put, stores) == [[], []]


def test_one_model_twice_stays_two_runs_and_three_models_are_refused(put, stores):
    rows = read(FORMAT, "a.json", as_json(whole(example("q", 1.0), models=("owl", "owl"))))
    assert len({row[0] for row in rows["outputs"]}) == 2
    with pytest.raises(Trouble, match="compares 3 models"):
        list(FORMAT.read(Source(put("b.json", whole(example("q", 1.0), models="abc")))))


@given(values_of(BODY))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(value):
    read(FORMAT, "a.json", as_json(value))


@given(bytes_of(as_json(BODY)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(raw):
    read(FORMAT, "a.json", raw or b" ")
