"""What a lens is fed by name: texts, label fields, tags; and lenses of them on loaded files."""

from __future__ import annotations

import pytest

from app.service.lenses import lens as looking
from app.service.loading import load as loading
from app.service.outputs import feed
from data.mapping import Mapping
from data.trouble import Trouble
from db import fields as stored
from db import outputs, runs


@pytest.fixture
def put_in(stores, put):
    """Loads rows as a model's answers; returns its run."""

    def fill(body, model="heron", **mapped):
        fixed = {"fixed": {"model": model, "dataset": "made"}}
        mapping = Mapping.model_validate(fixed | mapped)
        report = loading.load(stores, put(f"{model}.jsonl", body), mapping=mapping)
        assert not report.refused, report.refused
        return next(run for run in runs.every(stores.warehouse) if run["model"] == model)

    return fill


def rows(n, **more):
    """Answers that refuse and answers that do not, with further columns."""
    texts = ("I cannot help with that, sorry", "Sure, here you are")
    return [
        {"id": f"i{i}", "prompt": f"Ask {i}", "response": texts[i % 2]}
        | {name: column[i] for name, column in more.items()}
        for i in range(n)
    ]


def values(stores, name, **given):
    return {(r.measure, r.group): r.value for r in looking.look(stores, name, given=given)}


def test_texts_come_whole_where_they_are_asked_for(stores, put_in):
    run = put_in(rows(2))
    assert "response" not in feed.columns(stores, run, ())
    found = feed.columns(stores, run, {"response", "prompt"})
    assert found["response"].tolist() == [row["response"] for row in rows(2)]
    assert found["prompt"].tolist() == ["Ask 0", "Ask 1"]


def test_all_that_is_kept_of_an_answer_stands_in_its_own_row_whatever_the_order_of_the_file(
    stores, put_in
):
    body = rows(
        5, note=["a", "b", "a", None, "b"], size=[0, None, 2, True, 4],
        path=["[0]", "[1]", None, "[3]", "[4]"], option=[0.1, 0.2, 0.3, None, 0.5],
    )  # fmt: skip
    put_in(body, model="first")  # so that the rows of the other begin anywhere in the lake
    run = put_in([body[i] for i in (3, 0, 4, 2, 1)], options={"A": "option"})
    names = {"note", "size", "path", "response", "prompt", "option_logprobs"}
    found = feed.columns(stores, run, names)
    assert found["item_id"].tolist() == ["i0", "i1", "i2", "i3", "i4"]
    assert found["note"].tolist() == ["a", "b", "a", None, "b"]
    assert found["path"].tolist() == ["[0]", "[1]", None, "[3]", "[4]"]
    assert str(found["size"].tolist()) == "[0.0, nan, 2.0, 1.0, 4.0]"
    assert [row["response"] for row in body] == found["response"].tolist()
    assert [row["prompt"] for row in body] == found["prompt"].tolist()
    assert [one and one["A"] for one in found["option_logprobs"]] == [0.1, 0.2, 0.3, None, 0.5]


def test_a_label_field_comes_by_its_name_where_a_score_is_called_the_same(stores, put_in):
    body = rows(2, judge=[0.5, 0.9], ann=["1", "4"])
    run = put_in(body, scores={"rating": "judge"}, labels={"rating": {"ann": "ann"}})
    found = feed.columns(stores, run, {"rating", "label_rating", "label_nothing"})
    assert found["rating"].tolist() == [0.5, 0.9]
    assert found["label_rating"].tolist() == [1, 4]
    assert "label_nothing" not in found


def test_a_guard_is_held_against_labels_on_a_loaded_file(stores, put_in):
    body = rows(4, shield=[0.9, 0.8, 0.1, None], ann=["yes", "no", "no", "yes"])
    put_in(body, scores={"guard": "shield"}, labels={"unsafe": {"ann": "ann"}})
    found = values(stores, "guard", draws="100")
    assert (found["precision", ""], found["recall", ""], found["fpr", ""]) == (0.5, 1, 0.5)


def test_a_guard_without_labels_says_how_to_get_them(stores, put_in):
    put_in(rows(2, shield=[0.9, 0.1]), scores={"guard": "shield"})
    with pytest.raises(Trouble, match="guard needs label_unsafe") as caught:
        looking.look(stores, "guard")
    assert "label answers unsafe" in caught.value.fix


def test_words_of_loaded_answers_set_a_label_apart(stores, put_in):
    put_in(rows(20, did=["refused", "answered"] * 10), labels={"act": {"ann": "did"}})
    found = values(stores, "label_words", label="refused")
    assert found["log_odds", "sorry"] > 0 > found["log_odds", "sure"]


def test_tagged_pairs_of_a_loaded_file_show_what_a_change_of_words_does(stores, put_in):
    body = rows(4, pair=["x", "x", "y", "y"], kind=["plain", "preserving"] * 2,
                judge=[0.5, 0.9, 0.2, 0.2])  # fmt: skip
    tags = {"pair_id": "pair", "prompt_variant": "kind"}
    put_in(body, tags=tags, scores={"score": "judge"})
    assert values(stores, "perturbation")["oversensitive", ""] == 0.5


def test_a_judge_is_held_against_labels_of_one_scale(stores, put_in):
    body = rows(3, judge=[2.0, 2.0, 4.0], ann=["1", "2", "3"])
    scale = {"score": {"low": 0, "high": 4, "up": "good"}}  # held as 0 to 1
    put_in(body, scores={"score": "judge"}, scales=scale, labels={"rating": {"ann": "ann"}})
    with pytest.raises(Trouble, match="bring them to one scale with times and plus"):
        looking.look(stores, "score_error")
    found = values(stores, "score_error", draws="100", times="4")
    assert found["mae", ""] == pytest.approx(2 / 3)


def test_runs_of_a_data_set_share_one_front(stores, put_in):
    tags = {"prompt_is": "is"}
    for model, did, bad in (("heron", "refused", "no"), ("egret", "answered", "yes")):
        body = rows(3, did=[did] * 3, ann=[bad] * 3, **{"is": ["safe"] * 3})
        fields = {"act": {"ann": "did"}, "unsafe": {"ann": "ann"}}
        put_in(body, model, tags=tags, labels=fields)
    found = looking.look(stores, "tradeoff", given={"draws": "100"})
    assert {r.model: r.value for r in found if r.measure == "front"} == {"heron": 1, "egret": 1}
    assert {r.model: r.value for r in found if r.measure == "over_refusal"} == {
        "heron": 1,
        "egret": 0,
    }


def test_fields_of_any_name_are_read_as_numbers_only_where_all_are(stores, put_in):
    cells = {
        "a/b": [1, 2.5], "~1": [None, 7], 'q"\\': ["1", 2], "A": [True, None], "a": ["null", "é\n"],
        "deep.er": [[1.0, None], {"x": []}], "big": [2**64 - 1, -0.0], "none": [None, None],
    }  # fmt: skip
    run = put_in(rows(2, **cells))
    found = {n: c.tolist() for n, c in feed.columns(stores, run, cells).items() if n in cells}
    assert found["~1"][0] != found["~1"][0]
    assert found.pop("~1")[1] == 7
    assert found == {
        "a/b": [1, 2.5], 'q"\\': [1, 2], "A": ["true", None], "a": ["null", "é\n"],
        "deep.er": ["[1.0,null]", '{"x":[]}'], "big": [2.0**64, 0],
    }  # fmt: skip


def test_names_that_only_the_last_answers_have_are_found_as_well(stores, put_in):
    late = {"x": "high", "A": 1, "late": 2}
    body = [row | (late if n >= 1500 else {"x": n}) for n, row in enumerate(rows(1510))]
    body = [row | {"a": 0.5, "kept": n, "tag": "t"} for n, row in enumerate(body)]
    run = put_in(body, tags={"late": "tag"})
    row = outputs.columns(stores.warehouse, run["run_id"])["row"]
    wanted = ["x", "a", "A", "kept", "late", "nowhere"]
    names, found = stored.read(stores.warehouse, run["run_id"], row, wanted)
    assert names == stored.named(stores.warehouse, run["run_id"])
    assert found.keys() == {"x", "a", "A", "kept"}  # a tag is called late
    told = {name: getattr(column, "cells", column).tolist() for name, column in found.items()}
    at = sorted(row["id"] for row in body).index("i1507")
    assert {n: told[n][at] for n in told} == {"x": "high", "a": 0.5, "A": 1, "kept": 1507}
    assert told["x"].count("high") == 10
    assert {"7", "1499"} < set(told["x"])


def test_a_rubric_kept_as_fields_counts_every_question(stores, put_in):
    asked = {f"rubric_{n}": [yes, 0] for n, yes in enumerate((1, 1, 1, 0, 0), start=1)}
    body = rows(2, kind=["unsafe", "safe"], ann=["answered", "refused"], **asked)
    put_in(body, tags={"prompt_is": "kind"}, labels={"act": {"ann": "ann"}})
    found = values(stores, "fortress")
    assert (found["ars", ""], found["ors", ""]) == (60, 100)


OWN = {
    "binary": ({"verdict": ["unsafe", "safe"]}, {"label_unsafe": ["unsafe", "safe"]}),
    "medval": ({"grade": ["1", "4"]}, {"label_risk_grade": [1, 4]}),
    "refusal_quality": (
        {"acknowledges": ["1", None], "graded": ["0", "1"], "redirects": ["1", "1"]},
        {"acknowledgment": [1, None], "transition": [0, 1], "redirection": [1, 1]},
    ),
    "wildguard": (
        {"response_harmfulness": ["harmful", "unharmful"], "response_refusal": ["refusal", None]},
        {"unsafe": [1, 0], "act": ["refused", None]},
    ),
    "do_not_answer": (
        {"action": ["0", "4"], "harmful": ["no", "yes"]},
        {"unsafe": [0, 1], "act": ["refused", None]},
    ),
}


@pytest.mark.parametrize("scheme", OWN)
def test_labels_made_in_our_own_schemes_feed_the_lenses_that_ask_for_them(stores, put_in, scheme):
    said, told = OWN[scheme]
    named = {field: {"ann": f"ann_{field}"} for field in said}
    run = put_in(rows(2, **{f"ann_{f}": column for f, column in said.items()}), labels=named)
    found = feed.columns(stores, run, set(told))
    for name, cells in told.items():
        column = [None if one != one else one for one in found[name].tolist()]
        assert column == cells, name


def test_a_field_that_means_something_else_is_left_alone(stores, put_in):
    body = rows(2, ann=["won", "safe"], judge=[0.2, 0.9])
    mapped = {"labels": {"verdict": {"ann": "ann"}}, "scores": {"harm": {"owl": "judge"}}}
    run = put_in(body, **mapped, scales={"harm": {"up": "harm"}})
    assert feed.columns(stores, run, {"unsafe"})["unsafe"].tolist() == [0.2, 0.9]


def test_a_word_among_numbers_is_found_wherever_it_stands(stores, put_in):
    cells = {
        "late": [1, 2.5, "n/a"], "gap": [None, 2, 3], "yes": [1, 0, True], "no": [False, 2, 0],
        "all": [1, 2, 3.5], "Case": [1, 2, 3], "case": ["x", "y", "z"],
    }  # fmt: skip
    run = put_in(rows(3, **cells))
    found = feed.columns(stores, run, cells)
    assert found["late"].tolist() == ["1", "2.5", "n/a"]
    assert found["all"].tolist() == [1, 2, 3.5]
    assert (found["yes"].tolist(), found["no"].tolist()) == ([1, 0, 1], [0, 2, 0])
    assert str(found["gap"].tolist()) == "[nan, 2.0, 3.0]"
    assert (found["Case"].tolist(), found["case"].tolist()) == ([1, 2, 3], ["x", "y", "z"])
