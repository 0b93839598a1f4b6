"""Models compared on what they share: alignment, direction, pairs, and what drives a gap."""

from __future__ import annotations

import numpy as np
import pytest

from app.service.measures import compare, compare_said
from app.service.outputs import losses
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.trouble import Trouble
from tests.service.answers import answer, put

CHOICES = Choices(level=0.8, draws=200)
MANY = ((1, False, "calm"), (2, True, "wild"))


def rows(seed: int, n: int = 40, wild: bool = False) -> list[dict[str, object]]:
    rng = np.random.default_rng(seed)
    calm = rng.uniform(0.2, 0.3, n)
    harms = np.where(np.arange(n) % 5 == 0, 0.6, rng.uniform(0.0, 0.05, n)) if wild else calm
    return [answer(f"i{k:02}", h, h, h / 2, category="ab"[k % 2]) for k, h in enumerate(harms)]


@pytest.fixture
def three(stores: Stores) -> tuple[str, str, str]:
    """A calm model, one that is better at the mean and wilder, and one that lacks ten prompts."""
    return (
        put(stores, rows(1), "calm"),
        put(stores, rows(2, wild=True), "wild"),
        put(stores, rows(3)[10:], "few"),
    )


def test_only_answers_that_all_share_are_compared(
    stores: Stores, three: tuple[str, str, str]
) -> None:
    found = compare.of(stores, three, losses.LOG_RISK, CHOICES)
    assert (found.shared.n, found.apart, found.absent) == (30, 10, ())
    assert found.items.tolist() == [f"i{k:02}" for k in range(10, 40)]
    two = compare.of(stores, three[:2], losses.LOG_RISK, CHOICES)
    assert (two.shared.n, two.apart) == (40, 0)
    assert set(two.categories) == {"a", "b"}
    assert "needs three" in two.ranks.why


def test_the_pair_that_flips_is_told(stores: Stores) -> None:
    calm, wild = (put(stores, rows(s, 300, w), n, "many") for s, w, n in MANY)
    found = compare.of(stores, (calm, wild), losses.LOG_RISK, CHOICES)
    names = losses.models(stores, "many")
    (flip,) = found.flips
    assert (found.runs[flip.a], found.runs[flip.b]) == (wild, calm)
    assert flip.sure
    assert compare.focus(found) == (wild, calm)
    said = compare_said.sentence(found, names)
    assert "1 of 1 pairs flip: wild is better than calm at the mean and worse in the" in said
    table = compare_said.flips(found, names)
    assert [row["measure"] for row in table] == ["mean", "cvar"]
    assert table[0]["value"] < 0 < table[1]["value"]


def test_every_pair_has_its_differences_and_tests(
    stores: Stores, three: tuple[str, str, str]
) -> None:
    found = compare.of(stores, three, losses.LOG_RISK, CHOICES)
    assert len(found.pairs) == 3
    for pair in found.pairs:
        a, b = found.runs[pair.a], found.runs[pair.b]
        assert found.gap(a, b, "cvar").value == pytest.approx(pair.gaps["cvar"].value)
        assert found.gap(b, a, "mean").value == pytest.approx(-pair.gaps["mean"].value)
        assert pair.p["mean"][0] <= pair.p["mean"][1] <= 1
        assert pair.signed.p <= pair.holm
    told = compare_said.pairs(found, losses.models(stores, "made"))
    assert len(told) == 3 * 4
    assert {row["measure"] for row in told} == {"mean", "var", "cvar", "Wilcoxon, rank-biserial"}


def test_what_drives_the_gap_adds_up_to_it(stores: Stores, three: tuple[str, str, str]) -> None:
    found = compare.of(stores, three[:2], losses.LOG_RISK, CHOICES)
    wild, calm = three[1], three[0]
    told = compare.drivers(found, wild, calm)
    gaps = [found.gap(wild, calm, name).value for name in ("mean", "cvar")]
    assert [sum(d.mean for d in told), sum(d.tail for d in told)] == pytest.approx(gaps)
    assert abs(told[0].tail) == max(abs(d.tail) for d in told)
    (opened,) = compare.openings(stores, (told[0],))
    assert (opened["run_id"], opened["item_id"], opened["sample"]) == told[0].case
    (line,) = compare_said.driven((told[0],), [opened], "wild", "calm")
    assert line["prompt"] == f"asked {told[0].case[1]}"
    between = compare_said.beyond(told, 1.0)
    assert 0 < len(between) < len(told)
    assert all((d.a > 1.0) != (d.b > 1.0) for d in between)


def test_dominance_is_told_for_both_orders(stores: Stores, three: tuple[str, str, str]) -> None:
    found = compare.of(stores, three[:2], losses.LOG_RISK, CHOICES)
    first, second = compare.dominance(found, three[1], three[0])
    assert (first.order, second.order) == (1, 2)
    assert "cross" in compare_said.dominates(first, "wild", "calm")
    assert len(compare_said.curve(second)) == second.at.size


def test_a_dimension_is_compared_by_its_direction(stores: Stores) -> None:
    runs = [
        put(
            stores,
            [
                {"id": f"i{k}", "prompt": "p", "response": "r", "acc": float(k % 4 < right)}
                for k in range(20)
            ],
            model,
            scores={"acc": {"file": "acc"}},
            scales={"acc": {"low": 0, "high": 1, "up": "good"}},
            category="",
        )
        for model, right in (("good", 3), ("bad", 1))
    ]  # fmt: skip
    assert losses.subjects(stores, "made") == {"acc": "good"}
    assert losses.datasets(stores) == ["made"]
    found = compare.of(stores, tuple(runs), "acc", CHOICES)
    assert found.shared.value["mean"].tolist() == [0.25, 0.75]
    assert compare_said.title(found) == "1 − acc"
    assert "acc is good" in compare_said.footing(found, losses.models(stores, "made"))


def test_what_is_neither_good_nor_bad_is_higher_and_not_worse(stores: Stores) -> None:
    runs = [
        put(
            stores,
            [
                {"id": f"i{k}", "prompt": "p", "response": "r", "refusal": (k % 5 < part) / 1}
                for k in range(25)
            ],
            model,
            scores={"refusal": {"file": "refusal"}},
            scales={"refusal": {"low": 0, "high": 1, "up": "neither"}},
            category="",
        )
        for model, part in (("shy", 4), ("bold", 1))
    ]
    found = compare.of(stores, tuple(runs), "refusal", Choices(level=0.5, draws=100))
    said = compare_said.sentence(found, losses.models(stores, "made"))
    assert "shy is the highest in the upper 50 %" in said
    first, _ = compare.dominance(found, *runs)
    told = compare_said.dominates(first, "shy", "bold", compare_said.more(found))
    assert told.startswith("shy is higher than bold at every threshold")


def test_two_models_of_one_tail_share_their_place(stores: Stores) -> None:
    runs = tuple(put(stores, rows(1), name) for name in ("one", "two"))
    found = compare.of(stores, runs, losses.LOG_RISK, CHOICES)
    names = losses.models(stores, "made")
    assert "one and two share the riskiest worst 20 %" in compare_said.sentence(found, names)
    assert "Wilcoxon p = 1.000" in compare_said.footing(found, names)


def test_runs_that_disagree_which_way_is_up_are_not_compared(stores: Stores) -> None:
    runs = [
        put(
            stores, [{"id": f"i{k}", "prompt": "p", "response": "r", "s": 0.5} for k in range(5)],
            up, scores={"s": {"file": "s"}}, scales={"s": {"low": 0, "high": 1, "up": up}},
            category="",
        )
        for up in ("good", "harm")
    ]  # fmt: skip
    with pytest.raises(Trouble, match="up means good and harm"):
        compare.of(stores, tuple(runs), "s", CHOICES)


def test_a_judge_can_be_chosen_or_left_out_for_a_dimension(
    stores: Stores, three: tuple[str, str, str]
) -> None:
    every = losses.subjects(stores, "made")
    assert list(every) == [losses.LOG_RISK, "bias", "ethics"]
    for judge in ("all", "owl", "-owl"):
        one = losses.of_run(stores, three[0], "bias", Choices(judge=judge))
        assert len(one.loss) == 40
    with pytest.raises(Trouble, match="has no score 'ethics'"):
        losses.of_run(stores, three[0], "ethics", Choices(judge="fox"))
    part = losses.of_run(stores, three[0], "bias", Choices(category="a"))
    assert set(part.categories) == {"a"}


def test_a_pick_names_the_pair_to_look_into(stores: Stores, three: tuple[str, str, str]) -> None:
    found = compare.of(stores, three, losses.LOG_RISK, CHOICES)
    calm, wild, few = three
    assert compare.picked(found, "", (calm, wild)) == (calm, wild)
    assert compare.picked(found, few, (calm, wild)) == (calm, few)
    first = found.flips[0]
    pair = (found.runs[first.a], found.runs[first.b])
    assert compare.picked(found, compare.on_flips(found, 0), (few, calm)) == pair
    assert compare.picked(found, "nonsense here", (calm, wild)) == (calm, wild)
    assert compare.picked(found, calm, (calm, wild)) == (calm, wild)


def test_several_answers_to_a_prompt_are_one_prompt(stores: Stores) -> None:
    def twice(seed: int) -> list[dict[str, object]]:
        return [row | {"sample": s} for s in (0, 1) for row in rows(seed, 20)]

    runs = [put(stores, twice(seed), f"m{seed}", sample="sample") for seed in (1, 2)]
    found = compare.of(stores, tuple(runs), losses.LOG_RISK, CHOICES)
    assert found.shared.n == 40
    assert found.shared.clusters is not None
    assert len(set(found.shared.clusters.tolist())) == 20
    assert found.pairs[0].signed.n == 20


def test_models_that_share_nothing_cannot_be_compared(
    stores: Stores, three: tuple[str, str, str]
) -> None:
    alone = put(stores, [answer("elsewhere", 0.1, 0.1, 0.1)], "alone")
    with pytest.raises(Trouble, match="share 0 scored prompts"):
        compare.of(stores, (three[0], alone), losses.LOG_RISK, CHOICES)
    with pytest.raises(Trouble, match="1 of 1 runs have"):
        compare.of(stores, (three[0],), losses.LOG_RISK, CHOICES)
    with pytest.raises(Trouble, match="0 of 2 runs have 'nothing'"):
        compare.of(stores, three[:2], "nothing", CHOICES)
