"""Several runs side by side: one that a choice does not fit keeps no other out."""

from __future__ import annotations

from app.service.measures import tail
from app.service.outputs import risks
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from tests.service.answers import answer, put

OWL = Choices(judge="owl", draws=20)


def two(stores: Stores) -> None:
    """A run scored by owl and fox, and one scored by bat alone."""
    put(stores, [answer(f"q{n}", 0.1, n / 20, 0.2) for n in range(12)], "heron")
    rows = [{**answer(f"q{n}"), "bias_bat": n / 20} for n in range(12)]
    put(stores, rows, "egret", scores={"bias": {"bat": "bias_bat"}})


def test_a_run_without_the_judge_asked_for_is_left_out(stores: Stores) -> None:
    two(stores)
    assert [one.run["model"] for one in tail.standings(stores, "made", OWL)] == ["heron"]
    assert len(tail.standings(stores, "made", Choices(draws=20))) == 2


def test_the_judges_of_a_data_set_are_those_of_all_its_runs(stores: Stores) -> None:
    two(stores)
    assert risks.judges(stores, "made") == ["bat", "fox", "owl"]
