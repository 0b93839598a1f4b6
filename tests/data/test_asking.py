"""Questions and labels as other tools ask them: names they take, values they know, sound XML."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from data.write import asking
from data.write.asking import Question

words = st.text(max_size=12)
options = st.lists(st.tuples(words, words), min_size=1, max_size=4, unique_by=lambda one: one[0])
ACT = Question("act", "What it did", "one", (("refused", "Refused"), ("hedged", "")), True)
HARM = Question("harm types", "Kinds", "many", (("vcr", "Violence"), ("ncr", "Other")))
NOTE = Question("note", "Note", "text")


def row(**more: Any) -> dict[str, Any]:
    plain = {
        "run_id": "r", "item_id": "q", "sample": 0, "model": "m", "dataset": "d", "category": None,
        "prompt": "asked", "response": None, "probability": 1.0, "scores": None, "annotations": [],
    }  # fmt: skip
    return plain | more


def said(field: str, person: str, value: str) -> dict[str, str]:
    return {"field": field, "person": person, "value": value}


@given(words)
def test_any_field_gets_a_name_every_tool_takes(field: str) -> None:
    assert re.fullmatch(r"[a-z0-9_-]+", Question(field, "", "text").name)


@given(words, words, options)
def test_the_interface_of_label_studio_is_sound_xml_whatever_titles_hold(
    field: str, title: str, told: list[tuple[str, str]]
) -> None:
    made = asking.label_studio_config([Question(field, title, "one", tuple(told))])
    root = ElementTree.fromstring(made)
    assert len(root.findall("./Choices/Choice")) == len(told)


plain = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)


@given(st.lists(plain, max_size=4))
def test_a_label_of_many_reads_alike_from_a_list_and_from_commas(values: list[str]) -> None:
    as_list = json.dumps(values)
    assert asking.chosen(as_list) == values == asking.chosen(", ".join(values))


def test_a_value_the_scheme_does_not_know_is_left_out_of_what_tools_import() -> None:
    of = row(annotations=[said("act", "annotator-1", "refused"), said("act", "annotator-2", "odd")])
    made = asking.argilla_record(of | {"label_act": "odd", "agreement_act": 0.0}, [ACT])
    assert [one["value"] for one in made["responses"]["act"]] == ["refused"]
    assert made["suggestions"] == {}
    task = asking.label_studio_task(of | {"label_act": "odd"}, 1, [ACT])
    assert (len(task["annotations"]), task["predictions"]) == (1, [])


def test_the_adjudicated_label_is_a_suggestion_and_nobodys_response() -> None:
    of = row(annotations=[said("act", "settled", "hedged")], label_act="hedged", agreement_act=None)
    made = asking.argilla_record(of, [ACT])
    assert made["responses"] == {}
    assert made["suggestions"]["act"]["value"] == "hedged"
    task = asking.label_studio_task(of, 1, [ACT])
    assert task["annotations"] == []
    assert task["predictions"][0]["result"][0]["value"] == {"choices": ["hedged"]}


def test_many_and_text_keep_their_forms_in_both_tools() -> None:
    of = row(annotations=[
        said("harm types", "annotator-1", '["vcr", "ncr"]'), said("note", "annotator-1", "=1\n"),
    ])  # fmt: skip
    made = asking.argilla_record(of, [HARM, NOTE])
    assert made["responses"]["harm_types"][0]["value"] == ["vcr", "ncr"]
    assert made["responses"]["note"][0]["value"] == "=1\n"
    assert made["fields"]["response"] == " "
    results = asking.label_studio_task(of, 1, [HARM, NOTE])["annotations"][0]["result"]
    assert [one["value"] for one in results] == [{"choices": ["vcr", "ncr"]}, {"text": ["=1\n"]}]


def test_a_choice_of_argilla_offers_each_option_under_its_title() -> None:
    told = asking.argilla_settings([ACT, NOTE], "")["questions"]
    assert [one["text"] for one in told[0]["settings"]["options"]] == ["Refused", "hedged"]
    assert told[1]["settings"] == {"type": "text", "use_markdown": False}
