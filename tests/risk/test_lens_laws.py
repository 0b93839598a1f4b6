"""Laws of lenses on few and messy answers: what an interval may hold, and what counts as one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, precision_score, recall_score, roc_auc_score

from risk import riskscore
from risk.calibration import ece_measure, parts_measures
from risk.error import spearman
from risk.interval import wilson
from risk.lenses.polar import binned
from risk.pairs import paired
from tests.lens_columns import look, options, text

FEW = np.array([0.0, 0.1, 0.9])
UNIT = (0.0, 1.0)


def spans():
    """Lenses on three answers, and the measures that can be no less and no more than so much."""
    score = np.array([0.2, 0.6, 0.9, 0.4])
    both = {"item_id": text("a", "a", "b", "b"), "decoding": text("x", "y", "x", "y")}
    logs = options([[0.1, 0.9, 0, 0, 0], [0.95, 0.05, 0, 0, 0], [0, 1, 0, 0, 0]], "AAA", ())
    mind = {"item_id": text(*"abc"), "correct": FEW, "abstained": np.zeros(3), "known": FEW}
    return {
        "cliff": ({"refusal_scores": text("[0, 1]", "[1, 0]", "[0, 0.9, 0.1]")},
                  {"drop": (-1, 1), "peak_at": UNIT}),
        "dcs": (logs, {"mean": (-1, 1), "weighted_accuracy": UNIT}),
        "best_of_n": ({"item_id": text(*"aaabb"), "unsafe": np.array([1.0, 0, 0, 0, 0])},
                      {"at_least_one": UNIT}),
        "leakage": (both | {"leak": np.array([1.0, 1, 0, 1])}, {"consistency": UNIT}),
        "pii_index": (dict.fromkeys(("sensitivity", "usability", "linkability", "permanency"), FEW),
                      {"index": UNIT, "factor": UNIT}),
        "mash": (mind | {"searches": np.array([0.0, 1, 5])}, {"productivity": UNIT}),
        "bouncer": ({"abstained": np.array([1.0, 0, 0]), "u": np.array([0.0, 0, 1])},
                    {"i_score": (-1, 1)}),
        "deference": ({"p_good": FEW}, {"value": (0, 0.5), "net": (0, 0.5), "alone": UNIT}),
        "risk_score": ({"risk_score": score, "target": text("0", "1", "1", "1")},
                       dict.fromkeys(("accuracy", "tpr", "brier_score_loss"), UNIT)),
        "refusal_quality": (
            {"act": text(*["refused"] * 3)} | dict.fromkeys(
                ("acknowledgment", "boundary", "transition", "redirection"), np.round(FEW)),
            {"quality": (0, 4)}),
    }  # fmt: skip


@pytest.mark.parametrize("name", spans())
def test_an_interval_ends_where_the_measure_does(name):
    columns, known = spans()[name]
    for (measure, group), found in look(name, columns).items():
        if measure in known and found.low == found.low:
            least, most = known[measure]
            assert least <= found.low <= found.value <= found.high <= most, (measure, group)


def test_a_scope_term_above_one_does_not_cut_its_interval_off():
    columns = {"p_target_sum": np.array([0.5, 1.0, 1.5, 2.0, 2.5])}
    found = look("event_risk", columns)["scope", ""]
    assert found.value == pytest.approx(1.5)
    assert found.high > 2


def test_a_number_that_is_not_defined_says_why():
    silent = {"answerable": text(True, False), "abstained": np.array([1.0, 1])}
    judged = {"correct": np.full(2, np.nan), "forced_correct": np.array([1.0, 1])}
    assert look("aucm", silent | judged)["reliable_accuracy", "forced"].why
    groups = {"risk_score": np.array([0.2, 0.9]), "target": text("0", "1")}
    told = look("risk_score", groups | {"category": text("a", "b")})
    assert all(found.why for found in told.values() if not found.known)
    steps = {"item_id": text(*"abab"), "step": np.array([0, 0, 1, 1])}
    states = steps | {"state": text(None, None, "violated", "calm")}
    within = look("drift", states)["within", ""]
    assert not within.known
    assert "no run begins in a state" in within.why
    nobody = {"confidence": np.array([np.nan, 0.5]), "correct": np.array([1.0, np.nan])}
    floor = look("failure_detection", nobody)["floor", ""]
    assert (floor.n, floor.lost) == (0, 2)
    assert floor.why


def test_a_number_without_an_interval_says_why():
    rated = {"item_id": text(*"aaa"), "self_rating": np.arange(3.0)}
    told = look("self_assessment", rated | {"human_score": np.array([0.0, 2, 1])})
    assert told["kappa", ""].why == told["alpha_ordinal", ""].why == "one item only"
    walk = {"item_id": text(*"aaa"), "step": np.arange(3), "state": text("calm", "calm", "bad")}
    assert look("drift", walk, states="calm, bad")["within", ""].why == "one item only"
    pairs = {"pair_id": text(*"pppp"), "prompt_variant": text("clean", "x", "clean", "x")}
    marks = {"sample": np.array([0.0, 0, 1, 1]), "abstained": np.array([0.0, 1, 1, 0])}
    assert look("availability", pairs | marks)["lift", "x"].why == "one item only"


TYPOS = {
    "pair_id": text(*"aaabb"),
    "prompt_variant": text("plain", "typo", "typo", "plain", "typo"),
    "score": np.array([0.5, 0.9, 0.1, 0.5, np.nan]),
}


def test_several_variants_of_one_name_in_a_pair_all_count():
    found = look("perturbation", TYPOS)["shift", "typo"]
    assert (found.value, found.n, found.lost) == (pytest.approx(0.4), 2, 1)
    order = [4, 2, 1, 3, 0]
    turned = paired({n: c[order] for n, c in TYPOS.items()}, TYPOS["score"][order], "plain")
    assert sorted(turned["typo"].after.tolist()) == [0.1, 0.9]


def test_a_column_that_names_no_pairs_is_refused():
    n = 500
    columns = {"pair_id": text(*["one"] * n), "prompt_variant": text(*["plain", "x"] * (n // 2))}
    with pytest.raises(ValueError, match="pair_id and sample make 62,500 pairs of 500 answers"):
        paired(columns, np.zeros(n), "plain")


def test_answers_that_share_their_gaps_make_the_share_of_gaps_no_surer():
    lists = ["[0.9, null, 0.8, 0.7]", "[0.9, 0.8]", "[null, null]", "[0.5]"] * 5
    once = {"item_id": text(*(f"i{i:02}" for i in range(20))), "segment_scores": text(*lists)}
    twice = {name: np.repeat(column, 2) for name, column in once.items()}
    one, two = (look("segments", c)["missing_segments", ""] for c in (once, twice))
    assert one.value == two.value == pytest.approx(3 / 9)
    assert two.high - two.low == pytest.approx(one.high - one.low, rel=0.02)


def test_labels_without_an_interval_leave_the_mean_of_them_without_one():
    rng = np.random.default_rng(0)
    label = np.array([1.0] * 12 + [2.0] * 4)
    columns = {"score": rng.random(16), "n_tokens": rng.random(16), "label_rating": label}
    within = look("length_bias", columns)["within", ""]
    assert within.known
    assert math.isnan(within.low)
    assert within.why


def test_it_takes_items_and_not_samples_to_tell_a_correlation():
    rng = np.random.default_rng(1)
    x, y, of = *rng.random((2, 20)), np.repeat(np.arange(5), 4)
    assert math.isnan(spearman(x, y, of, 100, 0).low)
    assert not math.isnan(spearman(x, y, None, 100, 0).low)


def test_rows_of_equal_risk_may_stand_in_any_order():
    rng = np.random.default_rng(2)
    z, wrong = rng.choice([0.1, 0.5, 0.8], 60), rng.integers(0, 2, 60).astype(float)
    turned = rng.permutation(60)
    assert binned(z[turned], wrong[turned]) == pytest.approx(binned(z, wrong), abs=1e-9)


def test_a_relative_gain_has_ends_though_some_resamples_have_no_base():
    columns = {
        "pair_id": text(*"abcabc"), "prompt_variant": text(*["context-free"] * 3, *["rich"] * 3),
        "score": np.array([0.0, 0.0, 0.5, 0.5, 0.25, 0.75]),
    }  # fmt: skip
    found = look("personal", columns)["relative", ""]
    assert found.value == pytest.approx(2)
    assert math.isfinite(found.low + found.high)


@pytest.mark.parametrize("kind", ["width", "mass"])
def test_the_interval_of_ece_holds_where_nearly_all_are_sure_and_right(kind):
    """The bins alone held it in 56 to 87 of 100 with equal numbers in each."""
    rng = np.random.default_rng(3)
    held = squares = 0
    for _ in range(100):
        p = rng.uniform(0.95, 1, 30)
        came = (rng.random(30) < p - 0.05).astype(float)
        found = ece_measure(p, came, 10, kind)
        held += found.low <= 0.05 <= found.high
        part = parts_measures(p, came, 10, kind)["reliability"]
        squares += part.low <= 0.05**2 <= part.high
    assert held >= 93
    assert squares >= 93


def test_samples_that_say_the_same_make_calibration_no_surer():
    rng = np.random.default_rng(4)
    p = rng.random(24)
    came = (p > 0.5).astype(float)
    of = np.repeat(np.arange(24), 6)
    for kind in ("width", "mass"):
        one = ece_measure(p, came, 10, kind)
        six = ece_measure(np.repeat(p, 6), np.repeat(came, 6), 10, kind, of)
        assert six.value == pytest.approx(one.value)
        assert six.high - six.low >= 0.97 * (one.high - one.low)


def test_risk_score_gives_the_numbers_of_scikit_learn_and_shares_their_intervals():
    rng = np.random.default_rng(5)
    y, s = rng.integers(0, 2, 80), rng.random(80).round(1)
    found = look("risk_score", {"risk_score": s, "target": text(*map(str, y))})
    said = s >= 0.5
    expected = {
        "accuracy": accuracy_score(y, said), "tpr": recall_score(y, said),
        "precision": precision_score(y, said), "roc_auc": roc_auc_score(y, s),
    }  # fmt: skip
    assert {name: found[name, ""].value for name in expected} == pytest.approx(expected)
    table = riskscore.table(y, s)
    for name in (*riskscore.RATES, *riskscore.LOSSES):
        assert found[name, ""].value == pytest.approx(float(table[name][0]))
    none = look("risk_score", {"risk_score": np.full(20, 0.1), "target": text(*["0"] * 20)})
    fpr = none["fpr", ""]
    assert (round(fpr.low, 4), round(fpr.high, 4)) == (0.0, 0.1611)


def test_overconfidence_leaves_room_where_all_are_sure_and_right():
    p = np.linspace(0.9, 1, 20)
    found = look("calibration", {"confidence": p, "correct": np.ones(20)})["overconfidence", ""]
    assert found.high == pytest.approx(p.mean() - wilson(20, 20)[0])


def test_the_interval_of_a_relative_gain_of_few_pairs_holds():
    """Percentiles held it in 85 of 100."""
    held = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        before = rng.beta(2, 3, 10)
        after = np.clip(before + rng.normal(0.1, 0.2, 10), 0, 1)
        pairs = {"pair_id": text(*"abcdefghij" * 2), "score": np.append(before, after)}
        kinds = text(*["context-free"] * 10, *["rich"] * 10)
        told = look("personal", pairs | {"prompt_variant": kinds})["relative", ""]
        held += told.low <= 0.248 <= told.high
    assert held >= 0.9 * 150


def test_a_word_that_tells_nothing_has_an_interval_too():
    columns = {"response": text("a a a b", "a a a b"), "act": text("refused", "answered")}
    found = look("label_words", columns)["log_odds", "a"]
    assert (found.value, found.high) == (0, pytest.approx(1.96 * 0.5**0.5, abs=1e-3))


def test_answers_of_one_word_set_nothing_apart():
    columns = {"response": text("no no no", "no no"), "act": text("refused", "answered")}
    assert {measure for measure, _ in look("label_words", columns)} == {"texts"}
