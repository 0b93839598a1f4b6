"""Marks on their way in: places in the answer that was shown, kept with its hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from app.service.labeling import said
from data.read import scheme as files

SCHEME = files.parse(
    "{scheme: s, version: 1, fields: [{field: span, title: Marks, kind: span, "
    "options: [{value: harm, key: h}]}, {field: note, kind: text}]}", "s.yaml",
)  # fmt: skip
ANSWER = "so 😀 it is"


def stored(*marks: Any) -> Any:
    return json.loads(said.stored(SCHEME, {"span": list(marks)}, ANSWER)["span"])


def test_marks_are_places_in_characters_with_the_hash_of_the_answer() -> None:
    found = stored({"start": 5, "end": 7, "label": "harm"}, {"start": 3, "end": 4})
    assert found["sha256"] == hashlib.sha256(ANSWER.encode()).hexdigest()
    assert found["marks"] == [{"start": 3, "end": 4}, {"start": 5, "end": 7, "label": "harm"}]
    assert said.marked(json.dumps(found), ANSWER) == [("😀", ""), ("it", "harm")]
    assert said.marked(json.dumps(found), "another text") == []
    assert said.told(SCHEME, {"span": json.dumps(found)}) == {"span": found["marks"]}


@pytest.mark.parametrize(
    "mark",
    [
        {"start": 3, "end": 11}, {"start": 4, "end": 4}, {"start": -1, "end": 2}, "nonsense", {},
        {"start": 1.0, "end": 2}, {"start": 0, "end": 2, "label": "joy"},
    ],
)  # fmt: skip
def test_a_mark_that_lies_outside_the_answer_is_refused(mark: Any) -> None:
    with pytest.raises(ValueError, match="Marks cannot be"):
        stored(mark)


def test_no_mark_is_no_value() -> None:
    assert said.stored(SCHEME, {"span": [], "note": "x"}, ANSWER) == {"note": "x"}
