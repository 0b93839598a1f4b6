"""Aggregation: majority in loops, Dawid and Skene by a plain EM, and by labels that were made."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk.aggregate import adjudicated, dawid_skene, majority
from risk.ratings import Labels

NAN = np.nan
SPARSE = arrays(float, (10, 4), elements=st.sampled_from([0.0, 1.0, 2.0, NAN]))


@given(SPARSE)
def test_the_majority_is_the_one_counted_and_a_tie_is_nothing(ratings):
    for row, found in zip(ratings, majority(ratings), strict=True):
        votes = Counter(row[~np.isnan(row)].tolist()).most_common(2)
        tied = not votes or (len(votes) == 2 and votes[0][1] == votes[1][1])
        assert np.isnan(found) if tied else found == votes[0][0]


def test_the_adjudicated_label_wins():
    ratings = [[1, 1, 1], [1, 2, NAN], [NAN] * 3]
    assert adjudicated(ratings, [2, 2, 0]).tolist() == [2, 2, 0]
    assert adjudicated(ratings, [NAN] * 3)[:1].tolist() == [1]


def plain(ratings, rounds, smooth):
    """The EM of Dawid and Skene, cell by cell."""
    classes = sorted({v for row in ratings for v in row if v == v})
    n, people, k = len(ratings), len(ratings[0]), len(classes)
    chance = [[row.count(c) / sum(v == v for v in row) for c in classes] for row in ratings]
    for _ in range(rounds):
        share = [sum(chance[i][c] for i in range(n)) + smooth for c in range(k)]
        share = [s / sum(share) for s in share]
        confusion = []
        for p in range(people):
            told = [[smooth] * k for _ in range(k)]
            for i, row in enumerate(ratings):
                if row[p] == row[p]:
                    for c in range(k):
                        told[c][classes.index(row[p])] += chance[i][c]
            confusion.append([[v / sum(line) for v in line] for line in told])
        for i, row in enumerate(ratings):
            joint = []
            for c in range(k):
                value = share[c]
                for p in range(people):
                    if row[p] == row[p]:
                        value *= confusion[p][c][classes.index(row[p])]
                joint.append(value)
            chance[i] = [j / sum(joint) for j in joint]
    return np.array(chance)


@settings(max_examples=25)
@given(SPARSE.filter(lambda r: (~np.isnan(r)).any(axis=1).all()))
def test_the_model_is_the_one_of_a_plain_em(ratings):
    model = dawid_skene(ratings, rounds=7, tolerance=-np.inf)
    assert model.chance == pytest.approx(plain(ratings.tolist(), 7, 0.01), abs=1e-9)


@given(SPARSE)
def test_every_round_fits_better_and_chances_add_to_one(ratings):
    model = dawid_skene(ratings)
    assert (np.diff(model.steps) > -1e-8).all()
    told = ~np.isnan(ratings).all(axis=1)
    assert model.chance[told].sum(axis=1) == pytest.approx(1.0)
    assert np.isnan(model.chance[~told]).all()


@given(SPARSE, st.permutations(range(10)), st.permutations(range(4)))
def test_people_and_items_in_another_order_change_nothing(ratings, items, people):
    here = dawid_skene(ratings, rounds=30)
    there = dawid_skene(ratings[items][:, people], rounds=30)
    assert there.chance == pytest.approx(here.chance[items], abs=1e-6, nan_ok=True)


def made(seed=0, n=600):
    """Labels of two careful people and three who mostly call class 1 a 0."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < 0.4).astype(int)
    right = np.array([[0.95, 0.95], [0.93, 0.92], [0.9, 0.35], [0.9, 0.35], [0.88, 0.4]])
    said = np.where(rng.random((n, 5)) < right.T[truth], truth[:, None], 1 - truth[:, None])
    said = said.astype(float)
    said[rng.random((n, 5)) < 0.15] = NAN
    return truth, said, right


def test_the_model_beats_the_majority_where_some_people_are_careless():
    truth, said, right = made()
    model = dawid_skene(said)
    assert model.converged
    wrong = np.mean(model.label != truth)
    assert wrong < np.mean(majority(said) != truth) / 2
    found = np.stack([model.confusion[:, 0, 0], model.confusion[:, 1, 1]], axis=1)
    assert found == pytest.approx(right, abs=0.09)
    assert model.share[1] == pytest.approx(truth.mean(), abs=0.04)


def test_two_classes_that_are_level_come_to_nothing():
    model = dawid_skene([[0, 1], [1, 0]])
    assert np.isnan(model.label).all()


def test_one_person_alone_is_believed():
    assert dawid_skene([[1], [0], [0], [1]]).label.tolist() == [1, 0, 0, 1]


def test_nobody_labeling_anything_is_no_model():
    model = dawid_skene([[NAN, NAN]])
    assert np.isnan(model.label).all()
    assert model.converged


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="1 axes"):
        dawid_skene([1.0, 2.0])
    with pytest.raises(ValueError, match="smooth 0"):
        dawid_skene([[1.0, 2.0]], smooth=0)


@given(SPARSE)
def test_labels_one_by_one_make_the_model_of_their_table(ratings):
    item, person = np.nonzero(~np.isnan(ratings))
    order = np.random.default_rng(0).permutation(len(item))
    said = Labels(item[order], person[order], ratings[item, person][order], *ratings.shape)
    assert dawid_skene(said, rounds=9).chance == pytest.approx(
        dawid_skene(ratings, rounds=9).chance, nan_ok=True
    )


def test_whoever_waits_is_asked_before_every_round():
    asked = []
    model = dawid_skene([[1, 1, 2], [2, 2, 2], [1, 2, 1]], each=lambda: asked.append(1))
    assert len(asked) == len(model.steps)
