"""Bringing labels in: each finds its output, or is refused; the same file adds nothing twice."""

from __future__ import annotations

import pytest

from app.service import labels as bringing
from app.service import load as loading
from app.service import settle
from data import mapping as maps
from data.trouble import Trouble
from db import labels


@pytest.fixture
def run(stores, put):
    rows = [{"id": i, "response": f"answer {i}", "model": "heron"} for i in range(4)]
    return loading.load(stores, put("herons.jsonl", rows), by="test").loaded[0]


def bring(stores, path, mapping="", campaign=None):
    given = maps.parse(mapping, "map.yaml") if mapping else None
    return bringing.load(stores, path, given, "imported", campaign)


def said(stores):
    rows = labels.current(stores.ledger)
    return sorted((r["item_id"], r["person"], r["field"], r["value"]) for r in rows)


LONG = "model,item_id,annotator,field,value\nheron,0,ann,act,refused\nheron,1,ann,act,answered\n"


def test_a_label_a_row_finds_its_output_by_model(stores, run, put):
    told = bring(stores, put("l.csv", LONG))
    assert told == {"file": "l.csv", "labels": 2, "new": 2, "refused": []}
    assert said(stores) == [("0", "ann", "act", "refused"), ("1", "ann", "act", "answered")]
    assert settle.values(stores, "act") == {
        (run.run, "0", 0): "refused", (run.run, "1", 0): "answered",
    }  # fmt: skip


def test_labels_in_columns_come_by_the_mapping_and_its_names(stores, run, put):
    rows = [{"run": run.run, "item_id": 2, "sample": 0, "a": "full", "b": ""}]
    mapping = "item_id: item_id\nlabels: {act: {ann: a, bo: b}}\nvalues: {act: {full: answered}}\n"
    assert bring(stores, put("l.jsonl", rows), mapping)["labels"] == 1
    assert said(stores) == [("2", "ann", "act", "answered")]


def test_the_same_labels_twice_add_nothing(stores, run, put):
    path = put("l.csv", LONG)
    assert bring(stores, path)["new"] == 2
    assert bring(stores, path)["new"] == 0
    assert len(said(stores)) == 2


def test_a_row_whose_output_is_not_there_is_refused_with_its_line(stores, run, put):
    more = "heron,77,ann,act,refused\nheron,2,ann,act,refused\negret,0,ann,act,refused\n"
    told = bring(stores, put("l.csv", LONG + more))
    assert told["new"] == 3
    assert [(r["line"], r["why"]) for r in told["refused"]] == [
        (4, "heron has no output for item 77, sample 0"), (6, "no loaded run is egret"),
    ]  # fmt: skip


def test_an_item_of_several_runs_asks_for_the_run(stores, run, put):
    other = [{"id": 0, "response": "again", "model": "heron"}]
    loading.load(stores, put("second.jsonl", other), named={"dataset": "other"}, by="test")
    told = bring(stores, put("l.csv", LONG))
    assert "several runs" in told["refused"][0]["why"]
    assert told["new"] == 1
    named = LONG.replace("model,", "model,dataset,").replace("heron,", "heron,other,")
    assert bring(stores, put("n.csv", named.rsplit("heron", 1)[0]))["new"] == 1


def test_a_person_who_says_two_things_of_one_case_is_refused_the_second(stores, run, put):
    told = bring(stores, put("l.csv", LONG + "heron,0,ann,act,answered\n"))
    assert "earlier 'refused'" in told["refused"][0]["why"]
    assert said(stores)[0] == ("0", "ann", "act", "refused")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("model,item_id,annotator,field,value\negret,0,a,act,x\nheron,9,a,act,x\n", "2 of 2 rows"),
        ("item_id,annotator,field,value\n0,a,act,x\n", "whose outputs"),
        ("model,annotator,field,value\nheron,a,act,x\n", "item's id"),
        ("model,item_id,note\nheron,0,x\n", "no labels"),
        ("", "0 bytes"),
    ],
)
def test_a_file_of_labels_that_cannot_be_taken_writes_nothing(body, words, stores, run, put):
    before = stores.version()
    with pytest.raises(Trouble) as caught:
        bring(stores, put("l.csv", body))
    assert words in caught.value.what
    assert caught.value.fix
    assert stores.version() == before


def test_labels_for_a_campaign_that_is_not_there_are_trouble(stores, run, put):
    before = stores.version()
    with pytest.raises(Trouble, match="no campaign"):
        bring(stores, put("l.csv", LONG), campaign="none")
    assert stores.version() == before
