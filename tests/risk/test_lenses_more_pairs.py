"""Lenses of paired prompts: perturbation, responsiveness, personal, heads, leave_one_out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from risk.pairs import paired
from tests.lens_columns import look, text


def table(plain, of, before, **variants):
    """Prompts a, b, ... plain and under variants, with a score each."""
    n, many = len(before), len(variants)
    names = [f"p{i}" for i in range(n)]
    return {
        "pair_id": text(*names * (many + 1)),
        "prompt_variant": text(*np.repeat([plain, *variants], n)),
        of: np.array([*before, *(v for values in variants.values() for v in values)], dtype=float),
    }


ESSAYS = table(
    "plain", "score", (0.6, 0.7, 0.5, 0.9),
    preserving=(0.6, 0.2, 0.45, 0.9), changing=(0.58, 0.1, 0.5, 0.4),
)  # fmt: skip


def test_perturbation_has_the_worked_faults_and_shift():
    found = look("perturbation", ESSAYS)
    assert found["oversensitive", ""].value == 0.25
    assert found["overstable", ""].value == 0.5
    assert found["shift", "preserving"].value == pytest.approx(0.1375)


def test_perturbation_reads_what_a_variant_does_from_its_tag():
    named = table("plain", "score", (0.6, 0.7, 0.5, 0.9), typo=(0.6, 0.2, 0.45, 0.9))
    assert ("oversensitive", "") not in look("perturbation", named)
    kinds = named | {"variant_kind": text(*[None] * 4, *["preserving"] * 4)}
    found = look("perturbation", kinds)
    assert found["oversensitive", ""].value == 0.25
    assert ("overstable", "") not in found


def test_a_shift_of_exactly_delta_is_a_shift():
    columns = table("plain", "score", (0.3,), preserving=(0.2,))
    assert look("perturbation", columns)["oversensitive", ""].value == 1


def test_pairs_with_a_side_missing_are_lost():
    columns = table("plain", "score", (0.6, np.nan, 0.5), preserving=(0.6, 0.2, 0.1))
    columns = {name: column[:5] for name, column in columns.items()}  # p2 was never perturbed
    found = look("perturbation", columns)["oversensitive", ""]
    assert (found.n, found.lost) == (1, 2)


def test_a_table_without_plain_prompts_says_which_variants_there_are():
    with pytest.raises(ValueError, match="no prompt is of the variant 'clean'; there are changing"):
        look("perturbation", ESSAYS, plain="clean")
    only = {name: column[:4] for name, column in ESSAYS.items()}
    with pytest.raises(ValueError, match="every prompt is of the variant 'plain'"):
        look("perturbation", only)


@given(st.permutations(range(12)))
def test_the_order_of_rows_does_not_matter_to_pairs(order):
    at = np.array(order)
    shuffled = {name: column[at] for name, column in ESSAYS.items()}
    one = paired(ESSAYS, ESSAYS["score"], "plain")["changing"]
    two = paired(shuffled, shuffled["score"], "plain")["changing"]
    assert one.before.tolist() == two.before.tolist()
    assert one.after.tolist() == two.after.tolist()


def test_responsiveness_counts_flips_by_kind_of_edit_and_over_all():
    columns = table("plain", "decision", (1, 1, 0, 0), age=(1, 0, 0, 0), name=(0, 1, 1, np.nan))
    found = look("responsiveness", columns)
    assert found["flips", "age"].value == 0.25
    assert (found["flips", "name"].value, found["flips", "name"].lost) == (pytest.approx(2 / 3), 1)
    assert found["flips_off", "age"].value == 0.5
    assert (found["any_flip", ""].value, found["any_flip", ""].n) == (0.75, 4)


def test_an_edit_that_keeps_every_decision_flips_none():
    columns = table("plain", "decision", (1, 0, 1), same=(1, 0, 1))
    found = look("responsiveness", columns)
    assert found["flips", "same"].value == 0
    assert ("any_flip", "") not in found


CONTEXT = table("context-free", "score", (0.5,) * 6, rich=(1.0, 0.75, 0.5, 0.25, 1.0, 1.0))


def test_personal_has_the_worked_gain():
    found = look("personal", CONTEXT)
    assert found["gain", ""].value == pytest.approx(0.25)
    assert found["relative", ""].value == pytest.approx(0.5)
    assert found["gain", ""].low < 0.25 < found["gain", ""].high
    assert found["p", ""].why == "1 zero difference dropped"


def test_personal_p_is_that_of_scipy_without_ties():
    before, after = np.zeros(7), np.array([0.1, -0.2, 0.3, 0.4, 0.5, -0.6, 0.7])
    found = look("personal", table("context-free", "score", before, rich=after))
    assert found["p", ""].value == pytest.approx(stats.wilcoxon(after, before).pvalue)
    assert found["relative", ""].why == "the mean without context is 0"


def test_heads_has_the_worked_shift_of_refusals():
    acts = ["refused"] * 46 + ["answered"] * 4 + ["refused"] * 35 + ["answered"] * 15
    columns = {
        "pair_id": text(*[f"p{i}" for i in range(50)] * 2),
        "prompt_variant": text(*["whole"] * 50, *["head 3"] * 50),
        "act": text(*acts),
    }
    found = look("heads", columns)
    assert found["whole", "head 3"].value == pytest.approx(0.92)
    assert found["shift", "head 3"].value == pytest.approx(-0.22)
    assert found["shift", "head 3"].high < 0


def test_heads_loses_answers_that_could_not_act():
    columns = table("whole", "refusal", (1, 1), cut=(0, 1)) | {
        "act": text("refused", "refused", "could_not_act", "refused")
    }
    found = look("heads", columns)["shift", "cut"]
    assert (found.value, found.n, found.lost) == (0, 1, 1)
    assert look("heads", columns, score="refusal")["shift", "cut"].value == -0.5


def test_leave_one_out_has_the_worked_contribution_and_says_what_drives_a_case():
    columns = table("all", "score", (0.8, 0.6), note=(0.35, 0.6), page=(0.8, 0.9))
    found = look("leave_one_out", columns)
    assert found["contribution", "note"].value == pytest.approx((0.45 + 0) / 2)
    assert found["contribution", "page"].value == pytest.approx(-0.15)
    assert (found["drives", "note"].value, found["drives", "page"].value) == (1, 1)


def test_a_segment_that_moves_nothing_drives_nothing():
    found = look("leave_one_out", table("all", "score", (0.8,), idle=(0.8,)))
    assert (found["drives", "idle"].value, found["drives", "idle"].n) == (0, 0)
