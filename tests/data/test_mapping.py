"""A mapping file: what each of its keys brings, and what is said of one that is wrong."""

from __future__ import annotations

import math

import pytest

from data import mapping as maps
from data.batch import FIELDS
from data.check import Refused
from data.guess import guess
from data.mapping import Mapping
from data.read import table
from data.read.source import Source
from data.trouble import Trouble
from risk.lenses import every


def read(path, text="", name="", **named):
    """Table -> its rows as dictionaries, once the file is read by the mapping in `text`."""
    source = Source(path, name)
    given = maps.parse(text, "map.yaml") if text else None
    understood = table.understand(source, given)
    rows = {name: [] for name in FIELDS}
    for batch in table.read(source, understood, named, "0" * 64):
        for name, found in batch.rows.items():
            rows[name] += [dict(zip(FIELDS[name], row, strict=True)) for row in found]
        for name, columns in batch.columns:
            several = zip(*columns, strict=True)
            rows[name] += [dict(zip(FIELDS[name], row, strict=True)) for row in several]
    return rows | {"runs": list(batch.runs.values())}


def test_named_columns_go_where_the_mapping_says(put):
    path = put("a.csv", "nr,ask,said,kind,right,can\n7,Why?,Because.,plain,yes,FALSE\n")
    text = (
        "item_id: nr\nprompt: ask\nresponse: said\ncategory: kind\ngold: right\nanswerable: can\n"
    )
    rows = read(path, text)
    (item,), (output,) = rows["items"], rows["outputs"]
    assert (item["item_id"], item["prompt"], item["category"]) == ("7", "Why?", "plain")
    assert (item["target"], item["answerable"]) == ("yes", False)
    assert (output["item_id"], output["response"], output["meta"]) == ("7", "Because.", None)


def test_what_nothing_names_is_kept_beside_the_answer(put):
    rows = read(put("a.jsonl", [{"id": 1, "prompt": "p", "answer": "a", "mood": "calm", "n": 3}]))
    assert rows["outputs"][0]["meta"] == '{"mood":"calm","n":3}'


@pytest.mark.parametrize(
    ("scale", "cells"),
    [
        ("probability", (0.5, 0.25, 0.25)),
        ("logprob", tuple(math.log(p) for p in (0.5, 0.25, 0.25))),
        ("logit", tuple(3 + math.log(p) for p in (0.5, 0.25, 0.25))),
    ],
)
def test_options_become_natural_log_probabilities_from_any_scale(put, scale, cells):
    path = put("a.jsonl", [{"id": 1, "p_A": cells[0], "p_B": cells[1], "p_C": cells[2]}])
    text = (
        "options: {A: p_A, B: p_B, C: p_C}\nabstain_options: [C]\n"
        f"option_scale: {scale}\nitem_id: id\n"
    )
    found = dict(read(path, text)["outputs"][0]["option_logprobs"])
    assert [math.exp(found[o]) for o in "ABC"] == pytest.approx([0.5, 0.25, 0.25])


def test_options_in_one_column_keep_an_impossible_one_as_minus_infinity(put):
    path = put("a.jsonl", '{"id": 1, "option_logprobs": {"A": 0.0, "B": -Infinity, "C": NaN}}\n')
    assert read(path)["outputs"][0]["option_logprobs"] == [("A", 0.0), ("B", -math.inf)]


def test_a_probability_above_one_is_refused(put):
    path = put("a.jsonl", [{"id": 1, "p": 1.5}, {"id": 2, "p": 0.5}, {"id": 3, "p": 0.5}])
    rows = read(path, "item_id: id\noptions: {A: p}\noption_scale: probability\n")
    assert rows["refused"][0]["line"] == 1
    assert "outside 0 to 1" in rows["refused"][0]["why"]
    assert len(rows["outputs"]) == 2


def test_scores_come_flat_and_by_judge(put):
    path = put("a.csv", "id,b1,b2,f\n1,0.5,0.25,0\n")
    rows = read(path, "item_id: id\nscores:\n  bias: {j1: b1, j2: b2}\n  fairness: f\n")
    told = {(s["dimension"], s["scorer"]): s["value"] for s in rows["scores"]}
    assert told == {("bias", "j1"): 0.5, ("bias", "j2"): 0.25, ("fairness", "f"): 0.0}


def test_a_scale_brings_scores_to_zero_to_one(put):
    path = put("a.csv", "id,b\n1,4\n2,1\n3,5\n")
    rows = read(
        path, "item_id: id\nscores: {bias: {j: b}}\nscales: {bias: {low: 1, high: 5, up: good}}\n"
    )
    assert [(s["value"], s["raw"], s["up"]) for s in rows["scores"]] == [
        (0.75, "4", "good"), (0.0, "1", "good"), (1.0, "5", "good"),
    ]  # fmt: skip


def test_a_score_a_row_joins_the_scores_of_one_answer(put):
    path = put("a.csv", "id,dimension,judge,score\n1,bias,j1,0.5\n1,bias,j2,0.25\n1,bias,j1,0.5\n")
    rows = read(path)
    assert len(rows["outputs"]) == 1
    assert [s["scorer"] for s in rows["scores"]] == ["j1", "j2"]
    assert "has its bias by j1 already" in rows["refused"][0]["why"]


def test_labels_stand_by_person_and_are_renamed(put):
    path = put("a.csv", "id,said,one,two,final\n1,x,full,none,full\n2,y,none,,\n")
    text = (
        "item_id: id\nresponse: said\nlabels:\n  act: {ann: one, bo: two, settled: final}\n"
        "values:\n  act: {full: answered, none: refused}\n"
    )
    said = sorted((r["item_id"], r["person"], r["value"]) for r in read(path, text)["labels"])
    assert said == [
        ("1", "ann", "answered"), ("1", "bo", "refused"), ("1", "settled", "answered"),
        ("2", "ann", "refused"),
    ]  # fmt: skip


def test_fixed_values_hold_for_the_whole_file(put):
    path = put("a.csv", "id,model,said,s\n1,other,x,1\n")
    text = (
        "item_id: id\nresponse: said\nvalue: s\n"
        "fixed: {model: mine, dataset: set, scorer: rule, dimension: harm, category: all}\n"
    )
    rows = read(path, text)
    assert [(r.model, r.dataset) for r in rows["runs"]] == [("mine", "set")]
    assert (rows["scores"][0]["scorer"], rows["scores"][0]["dimension"]) == ("rule", "harm")
    assert rows["items"][0]["category"] == "all"


def test_explode_takes_the_rows_of_one_list_and_joins_what_stands_beside_it(put):
    body = {"who": {"model": "owl"}, "rows": [{"id": 1, "a": "x"}, {"id": 2, "a": "y"}],
            "others": [{"z": 1}]}  # fmt: skip
    rows = read(put("a.json", body), "explode: rows\nitem_id: id\nresponse: a\nmodel: who.model\n")
    assert [o["response"] for o in rows["outputs"]] == ["x", "y"]
    assert rows["runs"][0].model == "owl"


def test_a_name_given_at_the_door_wins_over_the_file(put):
    path = put("a.csv", "id,model,response\n1,theirs,x\n")
    assert read(path, model="mine")["runs"][0].model == "mine"


def test_a_row_refused_leaves_nothing_behind_for_the_next_one(put):
    rows = read(put("a.jsonl", [
        {"id": 1, "prompt": "p", "answer": "a", "bias_j": 7, "model": "gone"},
        {"id": 1, "prompt": "p", "answer": "a", "bias_j": 0.5, "model": "here"},
    ]))  # fmt: skip
    assert [i["item_id"] for i in rows["items"]] == ["1"]
    assert [r.model for r in rows["runs"]] == ["here"]
    assert [o["sample"] for o in rows["outputs"]] == [0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("promt: a", "promt"),
        ("- a\n- b", "not a mapping"),
        ("a: [", "not YAML"),
        ("[" * 5_000, "not YAML"),
        ("scales: {bias: {low: 1, high: 1}}", "below high"),
        ("option_scale: percent", "option_scale"),
        ("fixed: {prompt: x}", "cannot be fixed"),
        ("file_name: '('", "no pattern"),
    ],
)
def test_a_mapping_that_is_wrong_is_named_with_a_way_out(text, words):
    with pytest.raises(Trouble) as caught:
        maps.parse(text, "map.yaml")
    assert words in caught.value.what
    assert caught.value.fix


def test_a_mapping_file_that_is_not_there_is_trouble(tmp_path):
    with pytest.raises(Trouble, match="cannot be read"):
        maps.load(tmp_path / "none.yaml")


def test_a_mapping_written_out_reads_back_the_same():
    for name, mapping in maps.shipped().items():
        assert maps.parse(maps.dump(mapping), name) == mapping


def test_what_is_given_wins_over_what_is_guessed():
    guessed = guess(["id", "question", "answer"])
    merged = maps.merge(guessed, Mapping(prompt="answer"))
    assert (merged.prompt, merged.response, merged.item_id) == ("answer", "", "id")


def test_no_column_a_lens_asks_for_is_taken_for_a_judge_of_that_name():
    """A person's label, the verdict on the reasoning, or a type would be averaged as `unsafe`."""
    wanted = {name for lens in every().values() for need in (*lens.needs, *lens.may_use)
              for name in need.split("|")}  # fmt: skip
    scores = guess(["category", "model_unsafe", *sorted(wanted)]).scores
    assert {d: set(by) for d, by in scores.items()} == {
        "harm": {"file"}, "unsafe": {"file", "model"}, "violation": {"file"},
    }  # fmt: skip


def test_a_number_that_is_far_too_large_is_refused_not_broken(put):
    rows = read(put("a.jsonl", [{"id": 1, "answer": "x", "n_tokens": 1e300},
                                {"id": 2, "answer": "y", "n_tokens": 5}]))  # fmt: skip
    assert "whole number" in rows["refused"][0]["why"]
    assert rows["outputs"][0]["n_tokens"] == 5


def test_refused_is_a_value_error():
    assert issubclass(Refused, ValueError)
