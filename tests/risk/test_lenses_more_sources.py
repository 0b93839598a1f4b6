"""Lenses of several sources: polar, support, aegis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import check_grad
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors

from risk import hedge, near, sources
from risk.lenses.polar import zeta
from tests.lens_columns import look, text


def weak(n=400, seed=0):
    """Texts of two kinds, a model that labels them with errors, and two better weak sources."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.5
    words = np.where(truth, "steal the money now", "plant the garden today")
    given = truth ^ (rng.random(n) < 0.3)
    votes = {f"rule_{i}": (truth ^ (rng.random(n) < 0.1)).astype(float) for i in range(2)}
    said = {"label_unsafe": text(*np.where(truth, "yes", "no")), "prompt": text(*words)}
    return said | votes | {"given": given.astype(float)}


def test_polar_finds_the_labels_that_are_wrong():
    found = look("polar", weak())
    assert found["error", ""].value == pytest.approx(0.3, abs=0.06)
    assert found["risk", ""].value == pytest.approx(found["error", ""].value, abs=0.1)
    assert found["risk", ""].why == found["review", ""].why == ""
    assert found["r2", ""].value > 0.8
    assert found["sources", ""].value == 3


def test_polar_gives_no_score_where_the_model_gave_no_label():
    columns = weak()
    columns["given"] = np.where(np.arange(400) < 10, np.nan, columns["given"])
    found = look("polar", columns)["risk", ""]
    assert (found.n, found.lost) == (390, 10)
    with pytest.raises(ValueError, match="no source beside the model's own label"):
        look("polar", {name: columns[name] for name in ("given", "prompt")})
    with pytest.raises(ValueError, match="a source is from 0 to 1"):
        look("polar", columns | {"rule_0": np.full(400, 3.0)}, sources="rule_0")


def test_the_score_is_one_less_the_chance_of_the_label_given():
    x, given = np.zeros((4, 1)), np.array([1.0, 0, 1, 0])
    table = np.stack([given, np.full(4, 0.7)], axis=1)
    chosen = {"seed": 0, "own": 0.0, "joined": "linear", "ridge": 1.0}
    assert zeta(x, table, given, chosen) == pytest.approx([0.3, 0.7, 0.3, 0.7], abs=1e-4)


def test_one_source_joined_linearly_is_a_logistic_regression():
    x = np.random.default_rng(0).normal(size=(150, 2))
    y = (x[:, 0] > 0.2).astype(float)
    told = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(x, y)
    found = sources.fit(x, y[:, None], [1.0])
    assert found == pytest.approx([*told.intercept_, *told.coef_[0]], abs=2e-3)


@pytest.mark.parametrize("how", ["linear", "square", "norm", "max"])
def test_the_slopes_of_a_joined_loss_are_its_gradient(how):
    losses = np.random.default_rng(1).random(3) + 0.1
    weights = [1.0, 2.0, 3.0]

    def value(x):
        return float(sources.joined(x[None], weights, how)[0][0])

    def slope(x):
        return sources.joined(x[None], weights, how)[1][0]

    assert check_grad(value, slope, losses) < 1e-6


def test_support_says_which_answers_are_like_none_that_was_labeled():
    old = [f"the cat sat on mat number {'abcdefghij'[i % 10]}" for i in range(40)]
    odd = ["quantum flux capacitor overload"] * 5
    columns = {
        "response": text(*old, *odd, None),
        "act": text(*["answered"] * 30, *[None] * 16),
        "category": text(*["cats"] * 40, *["odd"] * 6),
    }
    found = look("support", columns, k=3)
    assert found["far", "odd"].value == 1
    assert found["percentile", "cats"].value == 0  # three like each are labeled
    assert (found["far", ""].n, found["far", ""].lost) == (15, 1)
    assert found["labeled", ""].value == 30


def test_support_in_scores_needs_scores():
    columns = {"response": text("a", "b"), "act": text("answered", None)}
    with pytest.raises(ValueError, match="there is no score to take a distance in"):
        look("support", columns, by="scores")


@given(st.integers(1, 6), st.integers(0, 99))
def test_distances_are_those_of_scikit_learn(k, seed):
    rng = np.random.default_rng(seed)
    x, base = rng.normal(size=(7, 3)), rng.normal(size=(9, 3))
    told = NearestNeighbors(n_neighbors=k).fit(base).kneighbors(x)[0].mean(axis=1)
    assert near.nearest(x, base, k) == pytest.approx(told)
    own = NearestNeighbors(n_neighbors=k).fit(base).kneighbors()[0].mean(axis=1)
    assert near.nearest(base, base, k, own=True) == pytest.approx(own)


def test_labeled_like_the_rest_put_five_in_a_hundred_far_out():
    rng = np.random.default_rng(0)
    columns = {
        "response": text(*["x"] * 2000),
        "act": text(*["answered"] * 1000, *[None] * 1000),
        "score": rng.normal(size=2000),
    }
    assert look("support", columns, by="scores")["far", ""].value == pytest.approx(0.05, abs=0.03)


def test_hedge_has_the_worked_weights():
    eta = hedge.rate(2, 8)
    assert eta == pytest.approx(0.8326, abs=5e-5)
    assert np.exp(-eta) == pytest.approx(0.4349, abs=5e-5)
    assert hedge.panel([[1.0, 0.0]], eta).last[0] == pytest.approx(0.3031, abs=5e-5)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_the_regret_stays_within_its_bound(losses):
    x = np.array(losses, dtype=float)
    eta = hedge.rate(3, len(x))
    found = hedge.panel(x, eta)
    assert found.weights.sum(axis=1) == pytest.approx(np.ones(len(x)))
    assert found.loss.sum() - x.sum(axis=0).min() <= np.sqrt(len(x) * np.log(3) / 2) + 1e-9


PANEL = {
    "label_unsafe": text(*["yes", "no"] * 20),
    "good": np.array([1.0, 0] * 20),
    "bad": np.array([0.0, 1] * 20),
}


def test_aegis_learns_which_judge_is_right():
    found = look("aegis", PANEL)
    assert found["weight", "good"].value > 0.99
    assert found["accuracy", "bad"].value == 0
    assert found["panel_accuracy", ""].value >= 0.95
    assert 0 < found["regret", ""].value <= np.sqrt(40 * np.log(2) / 2)
    assert np.isnan(found["regret", ""].low)
    assert "in the middle 95 % of orders of these items" in found["regret", ""].why


def test_a_judge_that_abstains_keeps_its_weight():
    still = PANEL | {"bad": np.full(40, np.nan), "new": np.array([0.0, 1] * 20)}
    still["bad"][0] = 0.0
    found = look("aegis", still, judges="good, bad")
    assert found["weight", "bad"].value == pytest.approx(1 / (1 + np.exp(hedge.rate(2, 40))))
    assert (found["accuracy", "bad"].n, found["accuracy", "bad"].lost) == (1, 39)
    with pytest.raises(ValueError, match="a panel needs two judges"):
        look("aegis", {"label_unsafe": PANEL["label_unsafe"], "good": PANEL["good"]})


@given(st.data(), st.integers(1, 30), st.integers(2, 4), st.floats(0.01, 3))
def test_the_regret_of_an_order_is_that_of_the_weights_item_by_item(data, items, judges, eta):
    cell = st.sampled_from([0.0, 1.0, np.nan])
    rows = st.lists(cell, min_size=judges, max_size=judges).filter(lambda r: 0 in r or 1 in r)
    wrong = np.array(data.draw(st.lists(rows, min_size=items, max_size=items)))
    order = np.array(data.draw(st.permutations(range(items))))
    told = []
    for x in (wrong, wrong[order]):
        loss = hedge.panel(x, eta).loss
        each = np.where(np.isnan(x), loss[:, None], x).sum(axis=0)
        told.append(loss.sum() - each.min())
    assert list(hedge.regrets(wrong, eta, [None, order])) == pytest.approx(told)
