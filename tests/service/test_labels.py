"""Bringing labels in: each finds its output, or is refused; the same file adds nothing twice."""

from __future__ import annotations

import pytest

from app.service.labeling import labels as bringing
from app.service.loading import load as loading
from app.service.outputs import settle
from data import mapping as maps
from data.trouble import Trouble
from db import labels


@pytest.fixture
def run(stores, put):
    rows = [{"id": i, "response": f"answer {i}", "model": "heron"} for i in range(4)]
    return loading.load(stores, put("herons.jsonl", rows), by="test").loaded[0]


def bring(stores, path, mapping="", campaign=None):
    given = maps.parse(mapping, "map.yaml") if mapping else None
    return bringing.load(stores, path, bringing.Asked(given, campaign=campaign))


def said(stores):
    rows = labels.current(stores.ledger)
    return sorted((r["item_id"], r["person"], r["field"], r["value"]) for r in rows)


LONG = "model,item_id,annotator,field,value\nheron,0,ann,act,refused\nheron,1,ann,act,answered\n"


def test_a_label_a_row_finds_its_output_by_model(stores, run, put):
    told = bring(stores, put("l.csv", LONG))
    assert told == {"file": "l.csv", "labels": 2, "new": 2, "refused": [], "unknown": []}
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


ARGILLA = [
    {"id": "r1", "fields": {"prompt": "p", "response": "answer 0"}, "suggestions": {},
     "metadata": {"model": "heron", "item_id": 0},
     "responses": {"act": [{"value": "refused", "user_id": "u1"},
                           {"value": "odd", "user_id": "u2", "status": "submitted"},
                           {"value": "hedged", "user_id": "u3", "status": "draft"}],
                   "categories": [{"value": ["hte", "vcr"], "user_id": "u1"}]}},
    {"id": "r2", "fields": {}, "metadata": {"model": "heron", "item_id": 1}, "responses": {}},
]  # fmt: skip
ROWS = [
    {"id": "1", "text": "x", "metadata": {"model": "heron", "item_id": 1},
     "act.responses": ["refused", "hedged"], "act.responses.users": ["u1", "u2"],
     "act.responses.status": ["submitted", "discarded"]},
]  # fmt: skip
STUDIO = [
    {"id": 7, "data": {"text": "answer 2", "model": "heron", "item_id": 2},
     "annotations": [
         {"completed_by": {"email": "ann@x", "id": 1}, "result": [
             {"from_name": "act", "type": "choices", "value": {"choices": ["refused"]}},
             {"from_name": "severity", "type": "rating", "value": {"rating": 3}},
             {"from_name": "span", "type": "labels",
              "value": {"start": 0, "end": 2, "labels": ["harm"]}}]},
         {"completed_by": 2, "was_cancelled": True, "result": [
             {"from_name": "act", "value": {"choices": ["hedged"]}}]}]},
]  # fmt: skip
PRODIGY = [
    {"text": "answer 3", "meta": {"model": "heron", "item_id": 3}, "accept": ["refused"],
     "answer": "accept", "_annotator_id": "set-ann", "user_input": "short"},
    {"text": "answer 3", "meta": {"model": "heron", "item_id": 3}, "accept": ["hedged"],
     "answer": "ignore", "_annotator_id": "set-bo"},
    {"text": "answer 1", "meta": {"model": "heron", "item_id": 1}, "label": "unsafe",
     "answer": "reject", "_annotator_id": "set-bo"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "lines", "wanted"),
    [
        (ARGILLA, False, [("0", "u1", "act", "refused"), ("0", "u1", "categories",
                          '["vcr", "hte"]'), ("0", "u2", "act", "odd")]),
        (ROWS, True, [("1", "u1", "act", "refused")]),
        (STUDIO, False, [("2", "ann@x", "act", "refused"), ("2", "ann@x", "severity", "3")]),
        (PRODIGY, True, [("1", "set-bo", "act", "not unsafe"), ("3", "set-ann", "act", "refused"),
                         ("3", "set-ann", "comment", "short")]),
    ],
)  # fmt: skip
def test_exports_of_annotation_tools_are_known(rows, lines, wanted, stores, run, put):
    path = put("export.jsonl" if lines else "export.json", rows, lines=lines)
    told = bringing.load(stores, path, bringing.Asked(scheme="act_harm", field="act"))
    assert said(stores) == wanted
    assert told["refused"] == []
    again = bringing.load(stores, path, bringing.Asked(scheme="act_harm", field="act"))
    assert again["new"] == 0


@pytest.mark.parametrize(
    ("rows", "column"),
    [(ARGILLA, "responses"), (ROWS, "act.responses.users"), (STUDIO, "annotations"),
     (PRODIGY, "answer")],
)  # fmt: skip
@pytest.mark.parametrize("nothing", [None, 3, "lacking"])
def test_a_record_nobody_labeled_breaks_no_export(rows, column, nothing, stores, run, put):
    bare = {name: value for name, value in rows[0].items() if name != column}
    bare |= {} if nothing == "lacking" else {column: nothing}
    told = bringing.load(stores, put("export.jsonl", [*rows, bare]), bringing.Asked(field="act"))
    assert (told["new"], told["refused"]) == (told["labels"], [])
    assert told["labels"] == len(said(stores)) > 0


def test_values_the_scheme_lacks_are_kept_and_told(stores, run, put):
    path = put("export.json", ARGILLA, lines=False)
    told = bringing.load(stores, path, bringing.Asked(scheme="act_harm"))
    assert told["unknown"] == [{"field": "act", "value": "odd", "labels": 1}]
    assert ("0", "u2", "act", "odd") in said(stores)
    row = labels.current(stores.ledger)[0]
    assert (row["scheme"], row["scheme_version"]) == ("act_harm", 2)


def test_people_and_values_of_a_tool_get_our_names_by_the_mapping(stores, run, put):
    given = maps.parse("people: {u1: ann, u2: bo}\nvalues: {act: {odd: hedged}}", "map.yaml")
    bringing.load(stores, put("a.json", ARGILLA, lines=False), bringing.Asked(given, "act_harm"))
    assert [row[1:] for row in said(stores)] == [
        ("ann", "act", "refused"), ("ann", "categories", '["vcr", "hte"]'), ("bo", "act", "hedged"),
    ]  # fmt: skip


def test_a_file_of_one_person_has_its_fields_in_columns(stores, run, put):
    body = "model,item_id,act,severity,note\nheron,0,refused,2,x\nheron,1,,0,y\n"
    path = put("ann.csv", body)
    with pytest.raises(Trouble, match="does not say who labeled") as caught:
        bringing.load(stores, path, bringing.Asked(scheme="act_harm"))
    assert "--person" in caught.value.fix
    for person in ("ann", "bo"):
        bringing.load(stores, path, bringing.Asked(scheme="act_harm", person=person))
    assert [row for row in said(stores) if row[1] == "ann"] == [
        ("0", "ann", "act", "refused"), ("0", "ann", "severity", "2"),
        ("1", "ann", "severity", "0"),
    ]  # fmt: skip
    assert len(said(stores)) == 6


def test_looking_at_a_file_of_labels_writes_nothing(stores, run, put):
    before = stores.version()
    path = put("a.json", ARGILLA, lines=False)
    found = bringing.read(stores, path, bringing.Asked(scheme="act_harm"))
    assert found.people == {"u1": 2, "u2": 1}
    assert found.unknown == (("act", "odd", 1),)
    assert stores.version()[0] == before[0]
    assert said(stores) == []


def test_names_put_right_on_the_page_leave_the_layout_that_is_known(stores, run, put):
    asked = bringing.renamed(
        bringing.Asked(), {"ann": "Ann"}, {"act": {"refused": "hedged", "gone": "x"}}
    )
    bringing.load(stores, put("l.csv", LONG), asked)
    assert said(stores) == [("0", "Ann", "act", "hedged"), ("1", "Ann", "act", "answered")]


def test_what_only_the_last_rows_hold_is_not_lost(stores, put):
    rows = [
        {"id": i, "sample": n, "response": f"{i}/{n}", "model": "heron"}
        for i in range(250)
        for n in (0, 1)
    ]
    loading.load(stores, put("herons.jsonl", rows), by="test")
    told = [{"model": "heron", "item_id": i, "act": "refused"} for i in range(249)]
    last = {"model": "heron", "item_id": 249, "sample": 1, "person": "bo", "severity": "2"}
    path = put("ann.jsonl", [*told, last])
    found = bringing.load(stores, path, bringing.Asked(scheme="act_harm", person="ann"))
    assert (found["labels"], found["refused"]) == (250, [])
    row = labels.current(stores.ledger)[-1]
    assert (row["sample"], row["person"], row["field"]) == (1, "bo", "severity")


@pytest.mark.parametrize("value", ["hte", '["ncr","hte"]', "ncr, hte", ["ncr", "hte"]])
def test_several_that_a_file_says_are_kept_as_the_label_page_keeps_them(value, stores, run, put):
    rows = [{"model": "heron", "item_id": 0, "categories": value}]
    path = put("ann.jsonl", rows)
    told = bringing.load(stores, path, bringing.Asked(scheme="act_harm", person="ann"))
    wanted = '["hte"]' if value == "hte" else '["ncr", "hte"]'
    assert told["unknown"] == []
    assert said(stores) == [("0", "ann", "categories", wanted)]
