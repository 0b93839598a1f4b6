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


def test_runs_of_one_model_are_told_apart_by_what_differs() -> None:
    def named(**differ: tuple[str, str]) -> list[str]:
        both = [{name: said[at] for name, said in differ.items()} for at in (0, 1)]
        keyed = [{"run_id": key, "model": "m"} | one for key, one in zip("ab", both, strict=True)]
        return list(risks.names(keyed).values())

    assert named(model=("m", "n")) == ["m", "n"]
    assert named(revision=("step10", "step20")) == ["m · step10", "m · step20"]
    assert named(source=("x_m.csv", "x_m_judge.csv")) == ["m", "m · judge"]
    assert named(source=("step8.json", "step83.json")) == ["m · step8", "m · step83"]
    assert named(source=("s.csv", "s.csv")) == ["m · a", "m · b"]
