"""The conformal panel of a loaded run: its numbers, its cases, and what is said without any."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from app.service.lenses import lens as looking
from app.service.loading import load as loading
from app.service.measures import conformal
from app.service.measures.conformal import Choices
from data.mapping import Mapping
from data.trouble import Trouble
from db import runs as held
from tests.asked import made

MAPPING = Mapping(
    options={key: f"p_{key}" for key in "ABCD"}, option_scale="probability",
    category="topic", target="right",
)  # fmt: skip
ASKED = made(80, seed=4)
FEW = Choices(splits=50)


def rows():
    return [
        {"id": name, "topic": f"t{i % 2}", "right": "ABCD"[gold], "question": f"Question {i}?"}
        | {f"p_{key}": float(p) for key, p in zip("ABCD", share, strict=True)}
        for i, (name, share, gold) in enumerate(zip(ASKED.items, ASKED.p, ASKED.gold, strict=True))
    ]


@pytest.fixture
def run(stores, put):
    done = loading.load(
        stores, put("owl.jsonl", rows()), mapping=MAPPING, named={"model": "owl-7b"}, by="test"
    )
    return done.loaded[0].run


def test_the_panel_shows_the_numbers_of_the_lens(stores, run):
    shown = conformal.panel(stores, run, FEW)
    assert (shown.prompts, shown.lost) == (80, 0)
    for method, one in shown.outcomes.items():
        given = {"method": method, "splits": 50}
        told = {(r.measure, r.group): r for r in looking.look(stores, "conformal", given=given)}
        for name, m in one.measures.items():
            assert told[name, ""].value == pytest.approx(m.value, nan_ok=True), (method, name)
        assert one.coverage.mean() == pytest.approx(told["coverage", ""].value)
        assert one.size.mean() == pytest.approx(told["set_size", ""].value)
        assert {f"size {k}" for k in one.sizes} == {group for _, group in told if group}


@pytest.mark.parametrize("method", ["lac", "aps", "raps"])
def test_every_question_stands_behind_exactly_one_size(stores, run, method):
    every = conformal.cases(stores, run, FEW, method)
    assert sorted(one.case for one in every) == sorted((run, name, 0) for name in ASKED.items)
    for size in range(5):
        some = conformal.cases(stores, run, FEW, method, size)
        assert some == [one for one in every if len(one.options) == size]


def test_a_member_tells_its_set_from_the_likeliest_on(stores, run):
    by = {one.case[1]: one for one in conformal.cases(stores, run, FEW, "lac")}
    for name, p, gold in zip(ASKED.items, ASKED.p, ASKED.gold, strict=True):
        one = by[name]
        ranked = ["ABCD"[k] for k in np.argsort(-p)]
        assert list(one.options) == ranked[: len(one.options)]
        assert one.covered == (one.gold in one.options)
        assert (one.gold, one.p_gold) == ("ABCD"[gold], pytest.approx(p[gold], abs=1e-6))


def test_missed_questions_come_first(stores, run):
    covered = [one.covered for one in conformal.cases(stores, run, Choices(0.3, 50), "lac")]
    assert covered == sorted(covered)
    assert not covered[0]


def test_a_category_is_measured_on_its_own_questions(stores, run):
    assert conformal.categories(stores, run) == ["t0", "t1"]
    part = Choices(splits=50, category="t1")
    assert conformal.panel(stores, run, part).prompts == 40
    assert {one.category for one in conformal.cases(stores, run, part, "lac")} == {"t1"}


def test_the_sentence_is_made_of_the_numbers(stores, run):
    shown = conformal.panel(stores, run, FEW)
    least = min(one.measures["set_size"].value for one in shown.outcomes.values())
    said = conformal.sentence(shown)
    assert f"{least:.2f} options on average" in said
    assert "held-out questions (promised: 90 %)" in said


def test_the_table_twin_has_every_number(stores, run):
    shown = conformal.panel(stores, run, FEW)
    rows = conformal.table(shown)
    assert len(rows) == sum(7 + 3 * len(one.sizes) for one in shown.outcomes.values())


def test_only_runs_with_probabilities_of_options_are_able(stores, run, put):
    plain = [{"id": f"i{n}", "prompt": f"p{n}", "response": "r"} for n in range(3)]
    other = loading.load(stores, put("no.jsonl", plain), named={"model": "hen"}, by="test")
    every = [one["run_id"] for one in held.every(stores.warehouse)]
    assert [one for one in every if conformal.fits(stores, one)] == [run]
    with pytest.raises(Trouble, match="no option_logprobs, gold") as caught:
        conformal.panel(stores, other.loaded[0].run, FEW)
    assert "map the probability" in caught.value.fix
    with pytest.raises(Trouble, match="no run 'egret'"):
        conformal.panel(stores, "egret", FEW)


def test_too_few_questions_to_split_say_what_to_do(stores, put):
    done = loading.load(stores, put("one.jsonl", rows()[:1]), mapping=MAPPING, by="test")
    with pytest.raises(Trouble, match="to calibrate on") as caught:
        conformal.panel(stores, done.loaded[0].run, FEW)
    assert "load more" in caught.value.fix


# The shipped mapping


def sheet():
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(
        ["subject", "prompt_idx", "question_idx", *(f"p_{k}" for k in "ABCD"), "target_idx"]
    )
    for subject in ("owls", "hens"):
        for prompt in (0, 1):
            for question, (p, gold) in enumerate(zip(ASKED.p, ASKED.gold, strict=True)):
                sheet.writerow([subject, prompt, question, *p.tolist(), gold])
    return out.getvalue()


def test_option_probabilities_of_several_prompts_are_samples_of_one_question(stores, put, ask):
    (done,) = loading.load(stores, put("owl7_mmlu_option_probs.csv", sheet()), by="test").loaded
    assert (done.format, done.model) == ("ConformalLLM option probabilities", "owl7")
    assert (done.items, done.outputs, done.refused) == (160, 320, 0)
    assert ask(stores, "SELECT count(DISTINCT item_id), max(sample) FROM lake.outputs") == [
        (160, 1)
    ]
    found = looking.look(stores, "conformal", given={"splits": 20}, by="category")
    assert {r.group for r in found if r.measure == "uacc"} == {"hens", "owls"}
    for measure in ("coverage", "set_size"):
        a, b = (r.value for r in found if r.measure == measure and r.group in ("hens", "owls"))
        assert a == pytest.approx(b)


@pytest.mark.real
def test_the_real_file_gives_the_printed_coverage_by_subject(stores, real):
    path = real / "conformal_llm" / "llama13b_mmlu_option_probs.csv"
    (done,) = loading.load(stores, path, by="test").loaded
    assert (done.items, done.outputs, done.refused) == (2_886, 28_860, 0)
    given = {"quantile": "higher", "evaluate": "all"}
    found = looking.look(stores, "conformal", given=given, by="category")
    told = {(r.group, r.measure): r for r in found}
    for subject, cover, size in (
        ("computer_security", 94, 2.8), ("marketing", 91, 2.4), ("formal_logic", 92, 3.7),
    ):  # fmt: skip
        assert 100 * told[subject, "coverage"].value == pytest.approx(cover, abs=1.05)
        assert told[subject, "set_size"].value == pytest.approx(size, abs=0.065)
