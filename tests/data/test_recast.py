"""Records recast before they are mapped: split ids, a row a model, new columns, filled-in names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import mapping as maps
from data.check import Refused, score
from data.mapping import Mapping, Scale
from data.read import reshape, table
from data.read.line import Line
from data.read.source import Source
from data.recast import Recast
from data.trouble import Trouble
from tests.mutations import EXAMPLES, ODD


def recast(record, **how):
    return list(reshape.recast(record, Recast.model_validate(how)))


def test_an_id_is_taken_apart_at_the_first_mark_only():
    split = {"id": {"by": "__", "into": ["item", "model"]}}
    assert recast({"id": "3__owl__v2", "x": 1}, split=split) == [
        {"x": 1, "item": "3", "model": "owl__v2"}
    ]
    assert recast({"id": "3"}, split=split) == [{"item": "3"}]
    assert recast({"id": 3}, split=split) == [{"item": 3}]


def test_wide_columns_become_a_row_a_model_and_an_empty_model_none():
    wide = {"said": "*_response", "harm": "*_harmful"}
    record = {"id": 1, "owl_response": "x", "owl_harmful": 0, "fox_response": "", "fox_harmful": ""}
    assert recast(record, wide=wide) == [{"id": 1, "model": "owl", "said": "x", "harm": 0}]


def test_a_derived_column_renames_the_values_of_another_and_keeps_the_rest():
    derive = {"no": {"from": "yes", "values": {"true": "false", "false": "true"}}}
    assert recast({"yes": True}, derive=derive) == [{"yes": True, "no": "false"}]
    assert recast({"yes": "perhaps"}, derive=derive) == [{"yes": "perhaps", "no": "perhaps"}]
    assert recast({}, derive=derive) == [{"no": None}]


@pytest.mark.parametrize("pattern", ["*", "response", "*_*"])
def test_a_wide_pattern_needs_one_star_and_more_beside_it(pattern):
    with pytest.raises(Trouble, match=r"needs one \*"):
        maps.parse(f"wide: {{said: '{pattern}'}}", "m.yaml")


def test_the_files_own_name_fills_what_is_fixed_and_who_labels(put):
    body = (
        "file_name: '(?P<who>[a-z]+)_(?P<lang>[a-z]{2})[.]csv'\n"
        "fixed: {dataset: 'birds-{lang}'}\nitem_id: id\nlabels: {act: {'{who}': act}}\n"
    )
    given_ = maps.parse(body, "m.yaml")
    told = table.understand(Source(put("wren_en.csv", "id,act\n1,refused\n")), given_)
    assert (told.fixed, told.labels) == ({"dataset": "birds-en"}, {"act": {"wren": "act"}})
    # a name that says nothing leaves the data set open, and a label still has somebody's name
    told = table.understand(Source(put("x.csv", "id,act\n1,refused\n")), given_)
    assert (told.fixed, told.labels) == ({}, {"act": {"who": "act"}})


def test_a_map_of_labels_in_a_cell_gives_each_person_a_column():
    rows = [Line(1, {"said": {"ann": "1"}}), Line(2, {"said": {"bo": "2", "ann": "3"}}), Line(3)]
    told = reshape.filled(Mapping(labels={"mood": {"*": "said"}}), {}, lambda: iter(rows))
    assert told.labels == {"mood": {"ann": "said.ann", "bo": "said.bo"}}


def test_a_mapping_that_recasts_survives_being_written_and_read():
    body = (
        "item_id: n\nsplit: {id: {by: '__', into: [n, model]}}\nwide: {said: '*_said'}\n"
        "derive: {no: {from: yes, values: {a: b}}}\nscales: {e: {up: neither, keep: true}}\n"
        "scores: {e: x}\n"
    )
    told = maps.parse(body, "m.yaml")
    assert maps.parse(maps.dump(told), "again.yaml") == told


def test_a_kept_scale_leaves_numbers_as_they_stand_and_harm_has_none():
    kept = Scale(up="neither", keep=True)
    assert score("7.5", "entropy", kept) == (7.5, "7.5")
    assert score("-0.1", "entropy", kept)[0] == -0.1
    with pytest.raises(Refused, match="outside 0 to 1"):
        score("7.5", "entropy", Scale(up="neither"))
    with pytest.raises(Trouble, match="keep needs up"):
        maps.parse("scales: {harm: {keep: true}}", "m.yaml")


def test_a_given_mapping_may_name_columns_that_recasting_makes(put):
    path = put("a.csv", "id,answer\n1__owl,x\n1__fox,y\n2__owl,z\n")
    body = "split: {id: {by: '__', into: [item, model]}}\nitem_id: item\nmodel: model\n"
    told = table.understand(Source(path), maps.parse(body, "m.yaml"))
    (batch, *_) = table.read(Source(path), told, {}, "0")
    assert sorted(run.model for run in batch.runs.values()) == ["fox", "owl"]
    with pytest.raises(Trouble, match="no column 'gone'"):
        table.understand(Source(path), maps.parse(body + "prompt: gone\n", "m.yaml"))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("# birds, by kind, 2025\n# three\n\nid,prompt\n1,x\n", [5]),
        ("# id,prompt\n1,x\n2,y\n", [2, 3]),
        ("#,prompt\n1,x\n", [2]),
        ("# only\n", []),
    ],
)
def test_remarks_before_a_header_are_passed_over_and_a_header_so_written_is_not(text, numbers, put):
    assert [line.number for line in table.lines(Source(put("a.csv", text)))] == numbers


@given(st.dictionaries(st.text("ab_*.", max_size=5), st.sampled_from(ODD)))
@settings(max_examples=3 * EXAMPLES)
def test_no_record_breaks_recasting(record):
    how = {
        "split": {"a": {"by": "_", "into": ["b", "c", "d"]}},
        "derive": {"e": {"from": "a.b", "values": {"*": "x"}}, "f": {"from": "b"}},
        "wide": {"g": "a*", "h": "*_b"},
    }
    for found in recast(record, **how):
        assert found["model"]
