"""Lenses of abstention and of several models on columns: worked cases, and what is lost."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lens_columns import look, text

MATRIX = {
    "answerable": text(*[True] * 8, *[False] * 7),
    "abstained": np.array([0] * 7 + [1] + [0] * 3 + [1] * 4, dtype=float),
    "correct": np.array([1] * 5 + [0] * 2 + [np.nan] * 8),
}


def test_aucm_has_the_worked_cells_and_rates():
    found = look("aucm", MATRIX)
    cells = [found[name, ""].value for name in ("tp", "fp1", "fn", "fp2", "tn")]
    assert cells == [5, 2, 1, 3, 4]
    rates = {"aac": 0.6250, "uac": 0.5714, "ar": 0.3333, "f1": 0.6667, "balanced": 0.5982}
    for name, value in rates.items():
        assert found[name, ""].value == pytest.approx(value, abs=5e-5)


def test_aucm_without_verdicts_still_says_who_abstained_where():
    found = look("aucm", {k: v for k, v in MATRIX.items() if k != "correct"})
    assert not found["aac", ""].known
    assert found["uac", ""].value == pytest.approx(4 / 7)
    assert not found["balanced", ""].known


def test_abstention_shows_the_mean_over_categories_beside_the_pooled_value():
    one = [(1, 1)] * 3 + [(0, 1)] + [(1, 0)] * 2
    two = [(1, 1)] + [(1, 0)] * 3
    should, did = zip(*one, *two, strict=True)
    columns = {
        "should_abstain": text(*map(bool, should)),
        "abstained": np.array(did, dtype=float),
        "category": text(*["D1"] * 6, *["D2"] * 4),
    }
    found = look("abstention", columns)
    pooled = [found[name, ""].value for name in ("precision", "recall", "f1")]
    mean = [found[name, "mean of categories"].value for name in ("precision", "recall", "f1")]
    assert pooled == pytest.approx([0.8, 0.4444, 0.5714], abs=5e-5)
    assert mean == pytest.approx([0.8750, 0.4250, 0.5333], abs=5e-5)


def test_mash_finds_the_headline_pair_and_leaves_an_empty_bucket_undefined():
    known = [0.0] * 10 + [1.0] * 5 + [0.5] * 2
    silent = [1] * 8 + [0] * 2 + [1] + [0] * 4 + [1, 0]
    columns = {
        "item_id": text(*(f"i{i}" for i in range(17))),
        "known": np.array(known),
        "correct": np.where(np.array(silent) == 1, np.nan, (np.array(known) > 0).astype(float)),
        "abstained": np.array(silent, dtype=float),
    }
    found = look("mash", columns)
    assert found["abs0", ""].value == pytest.approx(80)
    assert found["abs0", ""].low == pytest.approx(49.0, abs=0.05)
    assert found["abs0", ""].high == pytest.approx(94.3, abs=0.05)
    assert found["delta", ""].value == pytest.approx(60)
    assert found["abs", "known 0.5"].value == pytest.approx(50)
    only = {name: column[:10] for name, column in columns.items()}
    assert not look("mash", only)["delta", ""].known


def test_mash_reckons_what_is_known_from_the_samples_of_an_item():
    columns = {
        "item_id": text("a", "a", "b", "b"),
        "correct": np.array([0.0, np.nan, 1.0, 1.0]),
        "abstained": np.array([0.0, 1.0, 0.0, 0.0]),
    }
    found = look("mash", columns)
    assert found["abs0", ""].value == pytest.approx(50)
    assert found["abs1", ""].value == pytest.approx(0)


def test_bouncer_has_the_worked_scores_whether_u_is_a_text_or_a_number():
    b = np.array([1, 1, 0, 1.0])
    for u in (text("3", "2", "1", "0"), np.array([3.0, 2, 1, 0])):
        found = look("bouncer", {"abstained": b, "u": u})
        assert found["i_score", ""].value == pytest.approx(0.1667, abs=5e-5)
        assert found["recall", "input"].value == 1
        assert found["fnr", "input"].value == 0.5
        assert found["f1", "input"].value == pytest.approx(0.7333, abs=5e-5)
    quality = {"abstained": np.array([0, 1, 0, 0.0]), "quality": np.array([1, 0.8, 0, 0.5])}
    assert look("bouncer", quality)["o_score", ""].value == pytest.approx(0.3250)


def test_availability_pairs_prompts_and_loses_those_seen_one_way_only():
    pairs = [f"p{i}" for i in range(50)]
    columns = {
        "pair_id": text(*pairs, *pairs, "alone"),
        "prompt_variant": text(*["clean"] * 50, *["suffix"] * 51),
        "abstained": np.array([1] * 4 + [0] * 46 + [1] * 3 + [0] + [1] * 28 + [0] * 18 + [1.0]),
    }
    found = look("availability", columns)
    assert found["lift", "suffix"].value == pytest.approx(0.54)
    assert found["lift", "suffix"].lost == 1
    assert found["p", "suffix"].value == pytest.approx(1.12e-7, rel=5e-3)
    assert found["availability", "suffix"].value == pytest.approx(1 - 31 / 50)
    with pytest.raises(ValueError, match="no prompt is of the variant 'plain'"):
        look("availability", columns, clean="plain")


def model(p, items="abcd"):
    return {"item_id": text(*items), "p_gold": np.array(p)}


def test_multiplicity_compares_near_equal_models_on_the_items_they_share():
    runs = {
        "h0": model([0.9, 0.6, 0.2, 0.4]),
        "h1": model([0.7, 0.55, 0.25, 0.8, 0.1], "abcde"),
        "h2": model([0.95, 0.3, 0.1, 0.45]),
    }
    best = min(runs, key=lambda name: -np.log(runs[name]["p_gold"][:4]).mean())
    found = look("multiplicity", runs, eps=1, delta=0.25)
    assert best == "h1"
    assert found["range", ""].value == pytest.approx(0.275)
    assert (found["range", ""].n, found["range", ""].lost) == (4, 1)
    assert found["ambiguity", ""].value == pytest.approx(3 / 4)  # all but item c, against h1
    assert found["competing", ""].value == 2
    assert all(
        "on others it may be others" in found[name, ""].why for name in ("range", "ambiguity")
    )
    alone = look("multiplicity", {"h0": runs["h0"], "h2": model([0.01] * 4)}, eps=0.01)
    assert alone["ambiguity", ""].value == 0
    assert "no model comes within eps" in alone["competing", ""].why


def test_risk_score_compares_groups_and_counts_scores_of_a_half():
    rng = np.random.default_rng(0)
    score = rng.random(200)
    score[:5] = 0.5
    columns = {
        "risk_score": score,
        "target": text(*("1" if came else "0" for came in rng.random(200) < score)),
        "category": text(*["a", "b"] * 99, "c", "c"),
    }
    found = look("risk_score", columns)
    assert found["half", ""].value == 5
    assert found["tpr_diff", "groups"].lost == 2  # the third group is too small
    assert look("risk_score", columns, half="drop")["accuracy", ""].n == 195
    fitted = look("risk_score", columns, fit="yes")
    assert fitted["balanced_accuracy", ""].value >= found["balanced_accuracy", ""].value


def test_the_mean_over_categories_has_an_interval_over_items():
    rng = np.random.default_rng(0)
    kind = np.repeat(np.array(["a", "b"], dtype=object), 200)
    should, did = rng.integers(0, 2, 400).astype(float), rng.integers(0, 2, 400).astype(float)
    columns = {"category": kind, "should_abstain": should, "abstained": did}
    found = look("abstention", columns)
    mean = found["recall", "mean of categories"]
    each = [found["recall", name].value for name in "ab"]
    assert mean.value == pytest.approx(np.mean(each))
    sizes = [(should[kind == name] == 1).sum() for name in "ab"]
    error = np.sqrt(sum(p * (1 - p) / n for n, p in zip(sizes, each, strict=True)))
    assert mean.high - mean.low == pytest.approx(2 * 1.96 * error / 2, rel=0.25)


def test_categories_all_alike_do_not_make_their_mean_certain():
    columns = {
        "category": np.repeat(np.array(["a", "b"], dtype=object), 15),
        "should_abstain": np.ones(30),
        "abstained": np.ones(30),
    }
    mean = look("abstention", columns)["recall", "mean of categories"]
    assert mean.value == mean.high == 1
    assert mean.low == pytest.approx(1 - (1 - 0.7961) / np.sqrt(2), abs=1e-4)
