"""Agreement: the worked cases, independent packages, other people's labels, undefined cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as their_fleiss

from risk import agreement
from risk.ratings import MANY, TOO_MANY, Labels

NAN = np.nan
SIX = [[0, 0, 0], [1, 1, NAN], [2, 3, NAN], [0, 1, 1], [3, 3, 3], [2, NAN, NAN]]
METRICS = ("nominal", "ordinal", "interval")
FULL = arrays(float, (12, 3), elements=st.integers(0, 3).map(float))
SPARSE = arrays(float, (12, 4), elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, NAN]))


def alpha_by_pairs(ratings, metric):
    """Krippendorff's alpha straight from the coincidence matrix, in loops."""
    units = [[v for v in row if not math.isnan(v)] for row in ratings]
    units = [unit for unit in units if len(unit) > 1]
    values = sorted({v for unit in units for v in unit})
    place = {v: k for k, v in enumerate(values)}
    o = np.zeros((len(values), len(values)))
    for unit in units:
        for i, a in enumerate(unit):
            for j, b in enumerate(unit):
                if i != j:
                    o[place[a], place[b]] += 1 / (len(unit) - 1)
    margin = o.sum(axis=1)

    def distance(c, k):
        if metric == "nominal":
            return float(c != k)
        if metric == "interval":
            return (values[c] - values[k]) ** 2
        low, high = min(c, k), max(c, k)
        return (margin[low : high + 1].sum() - (margin[c] + margin[k]) / 2) ** 2

    cells = [(c, k) for c in range(len(values)) for k in range(len(values))]
    seen = sum(o[c, k] * distance(c, k) for c, k in cells)
    chance = sum(margin[c] * margin[k] * distance(c, k) for c, k in cells)
    return 1 - (margin.sum() - 1) * seen / chance if chance else NAN


@pytest.mark.parametrize("metric", METRICS)
@given(ratings=SPARSE)
def test_alpha_is_the_one_of_the_coincidence_matrix(metric, ratings):
    expected = alpha_by_pairs(ratings, metric)
    found = agreement.alpha(ratings, metric)
    assert found.value == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert found.known or found.why


@given(FULL)
def test_fleiss_kappa_agrees_with_statsmodels(ratings):
    found = agreement.fleiss_kappa(ratings)
    if len(np.unique(ratings)) == 1:
        assert not found.known
        return
    assert found.value == pytest.approx(their_fleiss(aggregate_raters(ratings)[0]), abs=1e-9)


@given(arrays(float, (12, 2), elements=st.integers(0, 3).map(float)))
def test_cohen_kappa_agrees_with_scikit_learn(pair):
    found = agreement.cohen_kappa(pair)
    if len(np.unique(pair)) == 1:
        assert "everyone gave the same label" in found.why
        return
    assert found.value == pytest.approx(cohen_kappa_score(*pair.T), abs=1e-9)


@given(SPARSE, st.randoms())
def test_people_and_items_in_another_order_change_nothing(ratings, random):
    items, people = random.sample(range(12), 12), random.sample(range(4), 4)
    mixed = ratings[items][:, people]
    for name, m in agreement.summary(ratings, ordered=True, draws=0).items():
        other = agreement.summary(mixed, ordered=True, draws=0)[name]
        assert other.value == pytest.approx(m.value, nan_ok=True), name
        assert (other.n, other.lost) == (m.n, m.lost)


@given(FULL)
def test_no_agreement_is_above_one(ratings):
    for m in agreement.summary(ratings, ordered=True, draws=0).values():
        assert not m.known or m.value <= 1 + 1e-12


def test_order_alone_counts_for_the_ordinal_alpha():
    stretched = np.exp(np.array(SIX))
    ordinal = agreement.alpha(SIX, "ordinal").value
    assert agreement.alpha(stretched, "ordinal").value == pytest.approx(ordinal)
    assert agreement.alpha(stretched, "interval").value != pytest.approx(0.9032, abs=1e-3)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
@given(arrays(float, (12, 2), elements=st.integers(0, 3).map(float)))
def test_weighted_kappa_agrees_with_scikit_learn(weights, pair):
    found = agreement.weighted_kappa(pair, weights)
    if len(np.unique(pair)) == 1:
        assert "everyone gave the same label" in found.why
        return
    # every label once in all, so that its place is its value
    whole = cohen_kappa_score(*pair.T, labels=[0, 1, 2, 3], weights=weights)
    assert found.value == pytest.approx(whole, abs=1e-9)


def test_weights_are_for_ordered_labels_of_two_people():
    two = agreement.summary([[1, 2], [3, 3], [2, 2]], ordered=True, draws=20)
    assert two["cohen_linear"].value < two["cohen_quadratic"].value
    assert "cohen_linear" not in agreement.summary([[1, 2], [3, 3]], ordered=False, draws=0)
    assert "cohen_linear" not in agreement.summary(SIX, ordered=True, draws=0)
    with pytest.raises(ValueError, match="weights are 'cubic'"):
        agreement.weighted_kappa([[1, 2]], "cubic")
    assert "3 people" in agreement.weighted_kappa(SIX).why


def test_high_agreement_and_low_kappa_stand_side_by_side():
    found = agreement.summary([[1, 1]] * 48 + [[1, 0], [0, 1]], ordered=False, draws=200)
    assert found["percent"].value == 0.96
    assert found["cohen_kappa"].value == pytest.approx(-0.0204, abs=5e-5)
    assert found["ac1"].value == pytest.approx(0.9584, abs=5e-5)


def test_everyone_giving_one_label_is_undefined_and_says_so():
    found = agreement.summary([[1, 1]] * 5, ordered=True, draws=50)
    assert found["percent"].value == 1
    for name in set(found) - {"percent"}:
        assert not found[name].known
        assert "label" in found[name].why
        assert found[name].n == 5


def test_one_constant_person_makes_kappa_zero_and_is_explained():
    found = agreement.cohen_kappa([[1, 1], [1, 0], [1, 1], [1, 0]], draws=50)
    assert found.value == 0
    assert found.why == agreement.CONSTANT


def test_cohen_kappa_wants_exactly_two_people():
    assert "3 people labeled" in agreement.cohen_kappa([[1, 1, 1], [1, 2, 1]]).why
    idle = agreement.cohen_kappa([[1, NAN, 1], [2, NAN, 2], [1, NAN, NAN]])
    assert (idle.value, idle.n, idle.lost) == (1, 2, 1)


def test_fleiss_uses_the_items_with_the_most_common_number_of_labels():
    three = [[1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]]
    found = agreement.fleiss_kappa([*three, [1, 0, NAN], [1, NAN, NAN]])
    assert (round(found.value, 4), found.n, found.lost) == (0.3333, 4, 2)


@pytest.mark.parametrize("ratings", [[[NAN, 1], [2, NAN]], np.empty((0, 3)), [[1], [2]]])
def test_items_with_fewer_than_two_labels_make_nothing(ratings):
    for m in agreement.summary(ratings, ordered=True, draws=20).values():
        assert not m.known
        assert m.why
        assert (m.n, m.lost) == (0, len(ratings))


def test_what_is_no_table_is_refused():
    with pytest.raises(ValueError, match="1 axes"):
        agreement.percent([1.0, 2.0])
    with pytest.raises(ValueError, match="metric is 'ratio'"):
        agreement.alpha(SIX, "ratio")


def crowd(n, people, seed):
    """Labels 0 to 3 of n items by two of so many people each, as a table and one by one."""
    draw = np.random.default_rng(seed)
    who = np.argsort(draw.random((n, people)), axis=1)[:, :2]
    said = draw.integers(0, 4, (n, 2)) // draw.choice([1, 2], (n, 1))
    ratings = np.full((n, people), np.nan)
    np.put_along_axis(ratings, who, said.astype(float), axis=1)
    item = np.repeat(np.arange(n), 2)
    return ratings, Labels(item, who.ravel(), said.ravel().astype(float), n, people)


@pytest.mark.parametrize("people", [2, 5])
def test_labels_one_by_one_are_the_table_they_make(people):
    ratings, said = crowd(60, people, 3)
    assert repr(agreement.summary(ratings, True, 50)) == repr(agreement.summary(said, True, 50))


@pytest.mark.parametrize("people", [2, 7])
def test_many_items_agree_as_if_each_were_drawn_by_itself(people):
    ratings, said = crowd(MANY + 400, people, 5)
    found = agreement.summary(said, True, draws=400)
    draw = np.random.default_rng(1)
    rows = draw.integers(0, len(ratings), (60, len(ratings)))
    for name in ("percent", "alpha_ordinal", "ac1"):
        measure = {"percent": agreement.percent, "ac1": agreement.ac1,
                   "alpha_ordinal": lambda r: agreement.alpha(r, "ordinal")}[name]  # fmt: skip
        width = 1.96 * np.std([measure(ratings[one]).value for one in rows])
        assert found[name].high - found[name].low == pytest.approx(2 * width, rel=0.35)
        assert found[name].n == len(ratings)


def test_free_text_of_many_items_has_its_share_of_equal_pairs_and_says_why_no_more():
    n = 6_000
    item = np.repeat(np.arange(n), 2)
    said = Labels(item, np.tile([0, 1], n), np.repeat(np.arange(n), 2).astype(float), n, 2)
    found = agreement.summary(said, False, draws=5)
    assert (found["percent"].value, found["percent"].n) == (1, n)
    assert found["ac1"].why == found["cohen_kappa"].why == TOO_MANY


@pytest.mark.parametrize(
    ("measure", "way"), [(agreement.alpha, "ordinal"), (agreement.weighted_kappa, "quadratic")]
)
def test_items_of_one_group_count_together(measure, way):
    rng = np.random.default_rng(8)
    one = rng.integers(1, 5, (60, 2)).astype(float)
    one[:, 1] = np.where(rng.random(60) < 0.6, one[:, 0], one[:, 1])
    copied = np.repeat(one, 4, axis=0)
    once, alone = measure(one, way, 300), measure(copied, way, 300)
    often = measure(copied, way, 300, 0, np.repeat(np.arange(60), 4))
    assert often.value == pytest.approx(once.value, abs=0.01)
    assert often.high - often.low > 0.85 * (once.high - once.low)
    assert often.high - often.low > 1.5 * (alone.high - alone.low)
