"""Agreement: the figures that other people published, or that stand for their files."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from risk import agreement

NAN = np.nan
METRICS = ("nominal", "ordinal", "interval")


@pytest.mark.real
def test_ten_people_on_hatecheck(real):
    with (real / "hatecheck/all_annotations.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    code = {"hateful": 1.0, "non-hateful": 0.0, "": NAN}
    ratings = [[code[row[f"label_{i}"]] for i in range(1, 11)] for row in rows]
    found = agreement.summary(ratings, ordered=False)
    for name in ("fleiss_kappa", "alpha_nominal"):
        assert found[name].value == pytest.approx(0.9285, abs=5e-5)
        assert found[name].low < 0.9285 < found[name].high
        assert (found[name].n, found[name].lost) == (3901, 0)


@pytest.mark.real
def test_the_test_suite_of_hatecheck(real):
    with (real / "hatecheck/test_suite_annotations.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    code = {"hateful": 1.0, "non-hateful": 0.0, "": NAN}
    ratings = [[code[row[f"label_{i}"]] for i in range(1, 11)] for row in rows]
    assert agreement.fleiss_kappa(ratings).value == pytest.approx(0.9390, abs=5e-5)
    assert agreement.alpha(ratings).value == pytest.approx(0.9390, abs=5e-5)
    assert len(ratings) == 3728


@pytest.mark.real
@pytest.mark.parametrize(
    ("model", "kappa", "percent"),
    [("gpt4", 0.97, 98.4), ("llama2new", 0.93, 95.8), ("mistralinstruct", 0.92, 97.6)],
)
def test_two_people_on_xstest(real, model, kappa, percent):
    path = real / f"xstest/xstest_v2_completions_{model}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        ratings = [
            [float(row[f"annotation_{i}"][0]) for i in (1, 2)] for row in csv.DictReader(file)
        ]
    assert len(ratings) == 450
    assert agreement.fleiss_kappa(ratings).value == pytest.approx(kappa, abs=0.005)
    assert 100 * agreement.percent(ratings).value == pytest.approx(percent, abs=0.05)


@pytest.mark.real
@pytest.mark.parametrize(
    ("language", "field", "kappa", "percent"),
    [
        ("en", "truthfulness", 0.740, 0.88),
        ("en", "informativeness", 0.485, 0.96),
        ("ca", "truthfulness", 0.796, 0.90),
        ("ca", "informativeness", 0.485, 0.96),
    ],
)
def test_two_reviews_of_truthfulqa(real, language, field, kappa, percent):
    def review(name):
        path = real / f"truthfulqa_multi/manual_review/{name}_{language}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return {row["id"]: float(row[field] == "yes") for row in csv.DictReader(file)}

    first, second = review("evaluated"), review("iaa")
    ratings = [[first[item], second[item]] for item in second]
    assert len(ratings) == 50
    assert agreement.cohen_kappa(ratings).value == pytest.approx(kappa, abs=5e-4)
    assert agreement.percent(ratings).value == pytest.approx(percent)


@pytest.mark.real
def test_four_people_on_paraphrases(real):
    rows = []
    for part in ("train", "dev", "test"):
        path = real / f"lewidi2025/Paraphrase_{part}.json"
        rows += json.loads(path.read_text(encoding="utf-8")).values()
    people = sorted({who for row in rows for who in row["annotations"]})
    ratings = [[float(row["annotations"].get(who, NAN)) for who in people] for row in rows]
    assert len(ratings) == 500
    for metric, expected in zip(METRICS, (0.1551, 0.5258, 0.4871), strict=True):
        assert agreement.alpha(ratings, metric).value == pytest.approx(expected, abs=5e-5)
