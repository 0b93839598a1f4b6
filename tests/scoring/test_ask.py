"""Answers from an endpoint: asked, kept with why they ended, missed with the reason."""

from __future__ import annotations

import pytest

from scoring.ask import Ask
from scoring.offers.ask import Settings
from scoring.patience import GIVE_UP
from scoring.place import Unfit
from scoring.scorer import Case, Model, Output
from tests.scoring.server import says, serving, status

CASES = [Case(f"q{n}", f"prompt {n}") for n in range(3)]


def ask(url: str, **settings: object) -> Ask:
    told = {"tries": 1, "timeout": 5, "at_once": 1} | settings
    return Ask(Model(name="owl-1", endpoint=url), Settings.model_validate(told))


def test_every_case_has_its_answers_in_order() -> None:
    with serving(says("hoot", finish="length")) as server:
        rows = ask(server.url, samples=2, system="Be brief", stop=("\n",))(CASES)
    assert rows == [
        Output(case.item_id, sample, "hoot", {}, "length", 20, {"served": "judge-1"})
        for case in CASES
        for sample in (0, 1)
    ]
    first, second = server.bodies[:2]
    assert first["messages"] == [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "prompt 0"},
    ]
    assert (first["model"], first["stop"]) == ("owl-1", ["\n"])
    assert first["seed"] != second["seed"]


def test_a_seed_does_not_depend_on_the_batch() -> None:
    with serving(says("hoot")) as server:
        asked = ask(server.url)
        asked(CASES)
        asked(CASES[2:])
    assert server.bodies[2] == server.bodies[3]


def test_an_answer_that_does_not_come_says_why() -> None:
    with serving(status(500, "broken"), says("hoot")) as server:
        first, second, _ = ask(server.url)(CASES)
    assert isinstance(first, Output)
    assert first.response is None
    assert "500" in first.meta["why"]
    assert isinstance(second, Output)
    assert second.response == "hoot"


def test_a_wrong_key_and_a_server_that_is_gone_stop_the_job() -> None:
    with serving(status(401)) as server, pytest.raises(Unfit, match="refuses"):
        ask(server.url)(CASES)
    many = [Case(f"q{n}", "prompt") for n in range(GIVE_UP)]
    with serving(status(503)) as server, pytest.raises(Unfit, match="in a row"):
        ask(server.url)(many)
