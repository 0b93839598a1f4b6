"""The tail profile from a file to the numbers, against NumPy on the same rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.service import stores as opened
from app.service.measures import say, tabulate, tail
from app.service.outputs import risks
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from app.settings import Settings
from data.trouble import Trouble
from tests.service.answers import answer, put

QUICK, N = Choices(draws=200), 40


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Stores that the tests share: each has runs, or a data set, of its own."""
    found = opened.connect(Settings(home=tmp_path_factory.mktemp("tail")))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def made(seed: int = 0) -> list[tuple[float, float, float]]:
    """Bias by two judges and ethics by one, of N answers, rounded as files hold them."""
    rng = np.random.default_rng(seed)
    return [tuple(row) for row in rng.beta(1, 4, (N, 3)).round(3).tolist()]


def rows(harm: list[tuple[float, float, float]]) -> list[dict[str, Any]]:
    return [answer(f"q{n:02}", *h, category="ab"[n % 2]) for n, h in enumerate(harm)]


def log_risks(harm: Any, tau: float = 0.1) -> NDArray[np.float64]:
    """(N, 2) log-risk of bias and ethics by hand: judges in a log-sum-exp, then -ln(1 - h)."""
    h = np.array(harm)
    bias = tau * np.log(np.mean(np.exp(h[:, :2] / tau), axis=1))
    return -np.log(1 - np.stack([bias, h[:, 2]], axis=1))


def test_the_numbers_are_those_of_an_independent_computation(stores: Stores) -> None:
    found = tail.profile(stores, put(stores, rows(made()), "m"), QUICK)
    parts = log_risks(made())
    total = parts.sum(axis=1)
    worst = np.sort(total)[-2:]  # 5 % of 40
    assert found.losses == pytest.approx(total)
    assert found.measures["mean"].value == pytest.approx(total.mean())
    assert found.measures["var"].value == pytest.approx(np.sort(total)[37])
    assert found.measures["cvar"].value == pytest.approx(worst.mean())
    of = parts[np.argsort(total)[-2:]].sum(axis=0) / worst.sum()
    assert [s.value for s in found.shares.values()] == pytest.approx(of.tolist())
    assert found.marginal["ethics"]["cvar"].value == pytest.approx(np.sort(parts[:, 1])[-2:].mean())
    assert found.dimensions == ("bias", "ethics")


def test_the_members_are_the_tail_heaviest_first(stores: Stores) -> None:
    run = put(stores, rows(made()), "m")
    found = tail.profile(stores, run, QUICK)
    total = log_risks(made()).sum(axis=1)
    worst = np.argsort(-total)[:2]
    assert [m.case for m in found.members] == [(run, f"q{n:02}", 0) for n in worst]
    assert [m.weight for m in found.members] == [1, 1]
    assert [m.total for m in found.members] == pytest.approx(total[worst].tolist())
    told = tail.openings(stores, found.members.cases)
    words = tabulate.members(found.members, told, ("b", "e"))
    assert [w["answer"] for w in words] == [f"said q{n:02}" for n in worst]


def test_a_judge_can_be_left_out_or_asked_alone(stores: Stores) -> None:
    run = put(stores, rows(made()), "m")
    h = np.array(made())
    alone = tail.profile(stores, run, replace(QUICK, judge="owl"))
    assert alone.losses == pytest.approx(-np.log(1 - h[:, [0, 2]]).sum(axis=1))
    without = tail.profile(stores, run, replace(QUICK, judge="-fox"))
    assert without.losses == pytest.approx(alone.losses)
    assert without.judges == ("owl",)
    with pytest.raises(Trouble, match="there is no run 'nope'"):
        tail.profile(stores, "nope", QUICK)
    with pytest.raises(Trouble, match="the judges are fox, owl"):
        tail.profile(stores, run, replace(QUICK, judge="bat"))


@pytest.mark.parametrize(
    ("pooling", "by_hand"),
    [("mean", np.mean), ("max", np.max), ("median", np.median),
     ("rms", lambda h, axis: np.sqrt(np.mean(h**2, axis=axis)))],
)  # fmt: skip
def test_the_pooling_chosen_is_the_pooling_used(stores: Stores, pooling: Any, by_hand: Any) -> None:
    run = put(stores, rows(made()), "m")
    h = np.array(made())
    found = tail.profile(stores, run, replace(QUICK, pooling=pooling))
    expected = -np.log(1 - by_hand(h[:, :2], axis=1)) - np.log(1 - h[:, 2])
    assert found.losses == pytest.approx(expected)


def test_a_category_is_measured_on_its_own_answers(stores: Stores) -> None:
    run = put(stores, rows(made()), "m")
    whole = tail.profile(stores, run, QUICK)
    part = tail.profile(stores, run, replace(QUICK, category="b"))
    total = log_risks(made()).sum(axis=1)[1::2]
    assert part.losses == pytest.approx(total)
    assert part.measures["cvar"].value == pytest.approx(total.max())  # 5 % of 20
    assert whole.categories["b"]["cvar"].value == part.measures["cvar"].value
    assert list(whole.categories) == ["a", "b"]
    assert list(part.categories) == ["b"]
    assert whole.category_shares.sum() == pytest.approx(1)


def test_an_answer_that_lacks_a_dimension_is_lost_and_counted(stores: Stores) -> None:
    harm = [*made()[:-1], (0.9, 0.9, None)]
    found = tail.profile(stores, put(stores, rows(harm), "m"), QUICK)
    assert math.isnan(found.losses[-1])
    assert (found.measures["cvar"].n, found.measures["cvar"].lost) == (N - 1, 1)
    assert (found.marginal["bias"]["mean"].n, found.marginal["ethics"]["mean"].n) == (N, N - 1)
    assert "left out, lacking a dimension: 1 of 40 answers" in found.notes
    assert f"q{N - 1}" not in {item for _, item, _ in (m.case for m in found.members)}


def test_a_judge_that_said_nothing_is_left_out_of_the_pool(stores: Stores) -> None:
    harm = [(0.4, None, 0.1), *made()[1:]]
    found = tail.profile(stores, put(stores, rows(harm), "m"), QUICK)
    assert found.losses[0] == pytest.approx(-math.log(0.6) - math.log(0.9))
    assert found.measures["mean"].n == N
    assert "scored by fewer judges: 1 of 80 cells" in found.notes


def test_answers_without_any_score_are_counted_in_their_category(stores: Stores) -> None:
    bare = [answer(f"z{n}", category=name) for n, name in enumerate(("a", "a", "c", None))]
    run = put(stores, [*rows(made()), *bare], "m")
    found = tail.profile(stores, run, QUICK)
    assert (found.measures["mean"].n, found.measures["mean"].lost) == (N, 4)
    lost = {name: m["mean"].lost for name, m in found.categories.items()}
    assert lost == {"a": 2, "b": 0, "c": 1, "none": 1}
    assert found.categories["c"]["mean"].why == "no row has a score"
    assert tail.profile(stores, run, replace(QUICK, category="a")).measures["mean"].lost == 2


def test_two_answers_to_one_prompt_are_drawn_together(stores: Stores) -> None:
    twice = [row | {"nth": nth} for row in rows(made()) for nth in (0, 1)]
    run = put(stores, twice, "m", sample="nth")
    found, once = tail.profile(stores, run, QUICK), tail.profile(
        stores, put(stores, rows(made()), "once"), QUICK
    )  # fmt: skip
    assert len(found.losses) == 2 * N
    assert {sample for _, _, sample in found.points.values()} == {0, 1}
    wide = found.measures["mean"].high - found.measures["mean"].low
    assert wide == pytest.approx(once.measures["mean"].high - once.measures["mean"].low, rel=0.25)


def test_what_was_cut_at_eps_is_counted_where_it_lies(stores: Stores) -> None:
    run = put(stores, rows([(1, 1, 0.1), *made()[1:]]), "m")
    found = tail.profile(stores, run, QUICK)
    assert found.clipped == 1
    assert found.losses[0] == pytest.approx(-math.log(1e-6) - math.log(0.9))
    assert tail.profile(stores, run, replace(QUICK, category="b")).clipped == 0


def test_answers_that_are_all_alike_share_the_tail_evenly(stores: Stores) -> None:
    found = tail.profile(stores, put(stores, rows([(0.5, 0.5, 0.0)] * N), "m"), QUICK)
    cvar = found.measures["cvar"]
    assert (cvar.value, cvar.low) == pytest.approx((math.log(2),) * 2)
    assert cvar.high > 20  # two prompts make this tail: worse ones may not have been seen
    assert len(found.members) == N
    assert {round(m.weight, 9) for m in found.members} == {0.05}
    assert {n: s.value for n, s in found.shares.items()} == pytest.approx({"bias": 1, "ethics": 0})


def test_a_run_without_any_risk_says_so(stores: Stores) -> None:
    found = tail.profile(stores, put(stores, rows([(0, 0, 0)] * N), "m"), QUICK)
    assert found.measures["cvar"].value == 0
    assert found.measures["ratio"].why == "the mean is 0, so the ratio is undefined"
    assert len(found.members) == 0
    assert not any(share.known for share in found.shares.values())
    assert np.isnan(found.category_shares).all()
    assert say.profile(found, []) == (
        "The worst 5 % of its answers carry a log-risk of 0 nats on average."
    )


def test_a_run_where_nothing_is_whole_says_why_there_is_no_tail(stores: Stores) -> None:
    run = put(stores, [answer("a", 0.1, 0.1), answer("b", None, None, 0.3)], "m", "torn")
    found = tail.profile(stores, run, QUICK)
    assert not found.measures["cvar"].known
    assert say.profile(found, []) == "No tail to show: no row has a score."
    standings = tail.standings(stores, "torn", QUICK)
    assert "no tail to compare" in say.overview(standings, {run: "m"}, None, None)


def test_runs_stand_by_their_tail_the_unmeasured_last(stores: Stores) -> None:
    put(stores, [answer("q00", None, None, 0.9)], "a-blank", "ranks")
    put(stores, rows([(0.1, 0.1, 0.1)] * N), "b-mild", "ranks")
    put(stores, rows([(0.0, 0.0, 0.0)] * (N - 2) + [(0.9, 0.9, 0.9)] * 2), "c-wild", "ranks")
    standings = tail.standings(stores, "ranks", QUICK)
    assert [one.run["model"] for one in standings] == ["c-wild", "b-mild", "a-blank"]
    assert tail.standings(stores, "elsewhere", QUICK) == []


def test_the_sentence_finds_the_twins_and_their_gap(stores: Stores) -> None:
    flat = put(stores, rows([(0.1, 0.1, 0.0)] * 400), "flat", "twins")
    spike = 1 - math.exp(5 * math.log(0.9))
    harms = [(spike, spike, 0.0)] * 80 + [(0.0, 0.0, 0.0)] * 320
    spiky = put(stores, rows(harms), "spiky", "twins")
    standings = tail.standings(stores, "twins", QUICK)
    twins = say.twins(standings)
    gap = tail.gap(stores, spiky, flat, QUICK)
    assert gap.value == pytest.approx(5)
    words = say.overview(standings, {flat: "flat", spiky: "spiky"}, twins, gap)
    assert words.startswith(
        "spiky and flat share a mean log-risk of 0.11 nats; in the worst 5 % spiky is 5 times as "
        "risky as flat (95 % interval 5 to 5)"
    )


def test_the_gap_is_measured_on_shared_answers_and_counts_the_others(stores: Stores) -> None:
    harm = made()
    worse = put(stores, rows([(h[0], h[1], 0.9) for h in harm]), "worse")
    better = put(stores, [*rows(harm[:-3]), answer("only-here", 0.99, 0.99, 0.99)], "better")
    gap = tail.gap(stores, worse, better, QUICK)
    a = np.sort(log_risks([(h[0], h[1], 0.9) for h in harm[:-3]]).sum(axis=1))[::-1]
    b = np.sort(log_risks(harm[:-3]).sum(axis=1))[::-1]
    take = np.array([1, 0.85])  # 5 % of 37
    assert gap.value == pytest.approx((take @ a[:2]) / (take @ b[:2]))
    assert (gap.n, gap.lost) == (N - 3, 4)
    assert gap.low <= gap.value <= gap.high


def test_the_same_answers_twice_leave_no_gap(stores: Stores) -> None:
    a, b = (put(stores, rows(made()), name) for name in ("one", "other"))
    gap = tail.gap(stores, a, b, QUICK)
    assert gap.value == pytest.approx(1)
    assert gap.low < 1 < gap.high  # two prompts make these tails


def test_models_with_several_runs_are_told_apart(stores: Stores) -> None:
    first = put(stores, rows(made(1)), "m", "names")
    second = put(stores, rows(made(2)), "m", "names")
    other = put(stores, rows(made(3)), "n", "names")
    told = risks.names(risks.scored(stores), "names")
    assert told == {first: f"m · {first}", second: f"m · {second}", other: "n"}
