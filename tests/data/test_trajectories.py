"""Agent trajectories: turns of steps, and one verdict for the whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from data.read import formats
from data.read.source import Source
from data.read.trajectories import FORMAT
from tests.mutations import EXAMPLES, as_json, as_lines, bytes_of, read, values_of

BODY = [
    {"id": 7, "scenario": "", "profile": "You help.", "goal": "Watch", "label": 1,
     "risk_description": "It flew off.",
     "contents": [[{"role": "user", "content": "Fly home"},
                   {"role": "agent", "thought": "Far", "action": "fly{}"},
                   {"role": "environment", "content": "ok"}],
                  [{"role": "agent", "thought": "Done", "action": ""}]]},
    {"id": 8, "scenario": "nest", "profile": "p", "goal": "g", "label": 0, "contents": [[]],
     "risk_description": ""},
    {"id": 9, "scenario": "nest", "profile": "p", "goal": "g", "label": "?", "contents": [],
     "risk_description": ""},
]  # fmt: skip


@pytest.mark.parametrize(("name", "body"), [("a.json", as_json(BODY)), ("a.jsonl", as_lines(BODY))])
def test_a_trajectory_is_one_answer_with_one_verdict(name, body, put):
    assert formats.recognize(Source(put(name, body))) is FORMAT
    rows = read(FORMAT, name, body)
    assert [row[1:6] for row in rows["scores"]] == [
        ("7", 0, "unsafe", "r-judge", 1.0), ("8", 0, "unsafe", "r-judge", 0.0),
        ("9", 0, "unsafe", "r-judge", None),
    ]  # fmt: skip
    assert [row[3:] for row in rows["steps"]] == [
        (0, "user", "Fly home", None, []),
        (1, "agent", "thought: Far\n\naction: fly{}", None, []),
        (2, "environment", "ok", None, []),
        (3, "agent", "thought: Done", None, []),
    ]
    assert rows["items"][0][2:4] == ("Fly home", None)
    assert rows["items"][0][8] == [("turns", "2")]


@given(values_of(BODY))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(value):
    read(FORMAT, "a.json", as_json(value))


@given(bytes_of(as_json(BODY)))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(raw):
    read(FORMAT, "a.json", raw or b" ")


@pytest.mark.real
def test_the_real_trajectories_load_whole(real):
    path = real / "assebench_rjudge" / "r_judge.json"
    rows = read(FORMAT, path.name, path.read_bytes())
    assert len(rows["outputs"]) == 564
    assert sum(row[5] for row in rows["scores"]) == 298
    roles = [row[4] for row in rows["steps"]]
    assert [roles.count(r) for r in ("agent", "environment", "user")] == [1444, 1030, 578]
