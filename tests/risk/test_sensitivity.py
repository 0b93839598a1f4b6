"""What a tail leans on: the settings tried, and the CVaR each makes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk import harm, sensitivity, tail
from risk.harm import Vector
from risk.lenses import every
from tests.risk.test_lenses import look, scores


def vector(h: np.ndarray, judges: tuple[str, ...] = ("J1", "J2", "J3")) -> Vector:
    n = len(h)
    return Vector(np.arange(n), np.zeros(n, int), ("bias",), judges, h)


def test_leaving_out_the_second_judge_turns_the_worked_order():
    x = np.array([[0.1, 0.2, 0.9, 0.3], [0.1, 0.1, 0.4, 0.2], [0.2, 0.3, 0.5, 0.2]])
    y = np.array([[0.2, 0.4, 0.5, 0.4], [0.1, 0.4, 0.6, 0.5], [0.1, 0.5, 0.6, 0.4]])
    values: dict[str, dict[str, float]] = {}
    for name, h in (("x", x), ("y", y)):
        seen = vector(h.T[:, None, :])
        around = sensitivity.settings(seen.judges, how="mean")
        for one, found in sensitivity.sweep(seen, around, 0.5, draws=20):
            if one.knob == "judge":
                values.setdefault(one.label, {})[name] = found.value
    assert values["all"] == pytest.approx({"x": 0.5910, "y": 0.7021}, abs=6e-5)
    assert values["-J3"] == pytest.approx({"x": 0.6688, "y": 0.6982}, abs=6e-5)
    assert sensitivity.turned(values) == [("-J2", "y", "x")]


@given(st.integers(0, 1000))
def test_cvar_rises_from_the_mean_of_judges_to_the_worst_one(seed):
    h = np.random.default_rng(seed).random((30, 1, 3))
    seen = vector(h)
    around = sensitivity.settings(seen.judges)
    by = {one.label: m.value for one, m in sensitivity.sweep(seen, around, 0.8, draws=2)
          if one.knob == "tau"}  # fmt: skip
    rising = [by[label] for label in ("mean", "1", "0.1", "0.01", "max")]
    assert all(a <= b + 1e-12 for a, b in pairwise(rising))
    assert by["max"] == pytest.approx(tail.cvar(harm.log_risk(h.max(axis=2)).total, 0.8))


def test_epsilon_moves_a_tail_by_what_a_clipped_cell_is_worth():
    h = np.full((20, 1, 1), 0.1)
    h[0] = 1.0
    seen = vector(h, ("one",))
    found = [m.value for _, m in sensitivity.sweep(seen, sensitivity.settings(("one",)), 0.95)]
    assert np.diff(found) == pytest.approx([np.log(1e-3)] * 2, abs=1e-6)


def test_only_what_can_vary_is_varied():
    assert {one.knob for one in sensitivity.settings(("one",))} == {"eps"}
    assert {one.knob for one in sensitivity.settings(("a", "b"), judge="a")} == {"eps", "judge"}
    assert {one.knob for one in sensitivity.settings(("a", "b"), how="mean")} == {"eps", "judge"}
    chosen = [
        one.label for one in sensitivity.settings(("a", "b"), tau=0.3, eps=1e-4) if one.chosen
    ]
    assert chosen == ["0.0001", "0.3", "all"]


def test_the_lens_tells_how_far_its_cvar_leans_on_each_choice():
    h = np.random.default_rng(1).random((40, 2, 2)) ** 2
    columns = scores(h, judges=("fox", "owl"))
    found = look("sharp", columns, draws=100)
    assert found["cvar_eps", "1e-06"].value == found["cvar", ""].value
    assert found["cvar_tau", "0.1"].value == found["cvar_judge", "all"].value
    alone = look("sharp", columns, draws=100, judge="-fox", sensitivity="no")
    assert found["cvar_judge", "-fox"].value == alone["cvar", ""].value
    assert not any(measure.startswith("cvar_") for measure, _ in alone)


def test_the_lens_counts_unions_and_moments():
    h = np.array([[[0.5], [0.1]], [[0.2], [0.0]], [[0.9], [0.9]]])
    found = look("sharp", scores(h), draws=100, above=0.5, threshold=0.55)
    unions = [0.55, 0.2, 0.99]
    risks = -np.log1p(-np.array(unions))
    assert found["union", ""].value == pytest.approx(np.mean(unions))
    assert found["failing", ""].value == pytest.approx(2 / 3)
    over = np.maximum(risks - 0.5, 0)
    assert found["upm", "order 0"].value == pytest.approx(2 / 3)
    assert found["upm", "order 1"].value == pytest.approx(over.mean())
    assert found["upm", "order 2"].value == pytest.approx((over**2).mean())
    assert found["upm", "root of order 2"].value == pytest.approx(np.sqrt((over**2).mean()))
    assert every()["sharp"].up == "harm"


def test_sub_metrics_of_a_judge_stand_as_their_root_mean_square():
    columns = {
        "item_id": np.array(["a"] * 3 + ["b"], dtype=object),
        "dimension": np.array(["bias"] * 4, dtype=object),
        "scorer": np.array(["j"] * 4, dtype=object),
        "value": np.array([1.0, 0.0, 0.5, 0.0]),
    }
    found = look("sharp", columns, level=0.5, draws=100)
    assert found["cvar", ""].value == pytest.approx(-np.log(1 - 0.6454972))
