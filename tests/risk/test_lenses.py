"""Three lenses on columns: SHARP's tail, XSTest's refusals, attack success by judge."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from risk.lenses import every


def text(*words):
    return np.array(words, dtype=object)


def look(name, columns, **settings):
    """What a lens finds, by measure and group."""
    lens = every()[name]
    found = lens.measures(columns, lens.settings(settings))
    return {(f.measure, f.group): f.found for f in found}


def scores(h, judges=("j",), dimensions=("bias", "fairness")):
    """Long score rows of h (N, D, J)."""
    at = np.argwhere(np.ones(h.shape, dtype=bool))
    return {
        "item_id": np.array([f"p{i:04}" for i in range(len(h))], dtype=object)[at[:, 0]],
        "dimension": text(*dimensions)[at[:, 1]],
        "scorer": text(*judges)[at[:, 2]],
        "value": h[tuple(at.T)],
    }


# Log-risks per prompt (bias, fairness), turned back into harms from 0 to 1.
R = np.array([[2.0, 0.5], [0.2, 1.8], [1.5, 0.5], [0.3, 0.2], [0.0, 0.1]])
WORKED = scores(-np.expm1(-R)[:, :, None])


def test_sharp_finds_the_worked_tail_its_shares_and_its_marginal_tails():
    found = look("sharp", WORKED, level=0.6, draws=200)
    assert found["cvar", ""].value == pytest.approx(2.25)
    assert found["var", ""].value == pytest.approx(2.0)
    assert found["share", "bias"].value == pytest.approx(0.6333, abs=5e-5)
    assert found["share", "fairness"].value == pytest.approx(0.3667, abs=5e-5)
    assert found["cvar", "bias"].value == pytest.approx(1.75)
    assert found["cvar", "fairness"].value == pytest.approx(1.15)
    assert found["mean", "bias"].value == pytest.approx(0.8)
    assert (found["clipped", ""].value, found["clipped", ""].n) == (0, 10)
    assert {measure for measure, group in found if not group} == {
        *("mean", "median", "sd", "var", "cvar", "gap", "ratio", "union", "failing", "clipped")
    }


def test_sharp_loses_an_answer_with_a_missing_dimension_and_never_reads_it_as_no_harm():
    h = np.random.default_rng(0).random((50, 2, 1))
    h[7, 1, 0] = np.nan
    found = look("sharp", scores(h), draws=100)
    assert (found["cvar", ""].n, found["cvar", ""].lost) == (49, 1)
    assert (found["cvar", "bias"].n, found["cvar", "fairness"].lost) == (50, 1)
    assert (found["clipped", ""].n, found["clipped", ""].lost) == (99, 1)


def test_sharp_counts_the_cells_that_eps_capped():
    h = np.full((30, 2, 1), 0.1)
    h[:2, 0, 0] = 1.0
    tails = []
    for eps in (1e-3, 1e-6):
        found = look("sharp", scores(h), eps=eps, draws=100)
        assert found["clipped", ""].value == 2
        tails.append(found["cvar", ""].value)
    assert tails[1] - tails[0] == pytest.approx(6.9078, abs=1e-3)


def test_leaving_one_judge_out_flips_the_order_of_the_two_models():
    x = np.array([[0.1, 0.2, 0.9, 0.3], [0.1, 0.1, 0.4, 0.2], [0.2, 0.3, 0.5, 0.2]])
    y = np.array([[0.2, 0.4, 0.5, 0.4], [0.1, 0.4, 0.6, 0.5], [0.1, 0.5, 0.6, 0.4]])
    expected = {
        "all": (0.5910, 0.7021),
        "-J1": (0.4105, 0.7571),
        "-J2": (0.7458, 0.6982),
        "-J3": (0.6688, 0.6982),
    }
    for judge, tails in expected.items():
        for model, tail in zip((x, y), tails, strict=True):
            columns = scores(model.T[:, None, :], ("J1", "J2", "J3"), ("bias",))
            found = look("sharp", columns, level=0.5, pooling="mean", judge=judge, draws=100)
            assert found["cvar", ""].value == pytest.approx(tail, abs=6e-5)


def test_sharp_resamples_prompts_when_there_are_several_answers_to_each():
    h = np.repeat(np.random.default_rng(1).random((80, 1, 1)), 5, axis=0)
    alone = scores(h, dimensions=("bias",))
    prompt = np.repeat(np.arange(80), 5)
    together = alone | {
        "item_id": np.array([f"p{i}" for i in prompt], dtype=object),
        "sample": np.tile(np.arange(5.0), 80),
    }
    wide, narrow = (look("sharp", c, level=0.8, draws=300)["mean", ""] for c in (together, alone))
    assert wide.value == pytest.approx(narrow.value)
    assert wide.high - wide.low > 1.6 * (narrow.high - narrow.low)


def test_xstest_keeps_full_and_partial_refusals_apart_and_counts_the_rest():
    acts = ["answered"] * 6 + ["refused"] * 2 + ["hedged", "abstained", "could_not_act", None]
    columns = {"act": text(*acts, "refused"), "prompt_is": text(*["safe"] * 12, None)}
    found = look("xstest", columns)
    rates = {measure: m.value for (measure, group), m in found.items() if group == "safe"}
    assert rates == pytest.approx(
        {
            "full_compliance": 6 / 11,
            "full_refusal": 2 / 11,
            "partial_refusal": 1 / 11,
            "other": 2 / 11,
        }
    )
    assert (found["other", "safe"].n, found["other", "safe"].lost) == (11, 1)
    assert not found["full_refusal", "unsafe"].known


def test_asr_keeps_all_behaviors_in_the_denominator_and_loses_missing_verdicts():
    verdicts = np.array([1.0] * 71 + [0.0] * 29)
    columns = scores(verdicts[:, None, None], ("one",), ("jailbreak",))
    assert look("asr", columns)["asr", "one"].value == 0.71
    columns["value"][[0, 99]] = np.nan
    found = look("asr", columns)["asr", "one"]
    assert (found.value, found.n, found.lost) == (70 / 98, 98, 2)


def test_asr_counts_a_behavior_once_however_many_attempts_or_dimensions_it_has():
    columns = {
        "item_id": text("a", "a", "b", "b", "c", "c", "d"),
        "scorer": text(*["one"] * 6, "two"),
        "dimension": text("x", "y", "x", "y", "x", "y", "x"),
        "value": np.array([0.2, 0.5, np.nan, 0.9, np.nan, 0.1, 0.0]),
    }
    found = look("asr", columns, dimension="any")
    # a and b are broken; c may be; d has no verdict of this judge.
    assert (found["asr", "one"].value, found["asr", "one"].lost) == (1.0, 2)
    assert (found["asr", "two"].value, found["asr", "two"].lost) == (0.0, 3)
    with pytest.raises(ValueError, match="there are x, y, or any"):
        look("asr", columns)


@pytest.mark.real
def test_xstest_on_the_published_labels(real):
    with (real / "xstest/xstest_v2_completions_gpt4.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    act = {
        "1_full_compliance": "answered",
        "2_full_refusal": "refused",
        "3_partial_refusal": "hedged",
    }
    unsafe = [row["type"].startswith("contrast_") for row in rows]
    found = look(
        "xstest",
        {
            "act": text(*(act[row["final_label"]] for row in rows)),
            "prompt_is": text(*("unsafe" if u else "safe" for u in unsafe)),
        },
    )
    assert found["full_refusal", "safe"].value == pytest.approx(16 / 250)
    assert found["partial_refusal", "safe"].value == pytest.approx(5 / 250)
    assert found["full_compliance", "unsafe"].value == pytest.approx(1 / 200)


@pytest.mark.real
@pytest.mark.parametrize(
    ("model", "rate"), [("gpt-3.5-turbo-1106", 0.71), ("vicuna-13b-v1.5", 0.69)]
)
def test_asr_on_the_published_attacks(real, model, rate):
    path = real / f"jailbreakbench_artifacts/PAIR/black_box/{model}.json"
    tries = json.loads(path.read_text(encoding="utf-8"))["jailbreaks"]
    columns = {
        "item_id": text(*(str(t["index"]) for t in tries)),
        "scorer": text(*["judge"] * len(tries)),
        "dimension": text(*["jailbreak"] * len(tries)),
        "value": np.array([float(t["jailbroken"]) for t in tries]),
    }
    found = look("asr", columns)["asr", "judge"]
    assert (found.value, found.n, found.lost) == (rate, 100, 0)
