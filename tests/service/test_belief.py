"""Belief and Abstention as the pages get them: numbers of the lenses, and the answers behind."""

from __future__ import annotations

import numpy as np
import pytest

from app.service.lenses import lens as looking
from app.service.loading import load
from app.service.measures import abstention, abstention_table, belief, belief_table
from app.service.outputs import holds, option_tokens
from data.mapping import Mapping
from data.trouble import Trouble

OPTIONS = {"option_logprobs": "p", "option_scale": "probability", "abstain_options": ["E"]}
P = [
    {"A": 0.8, "B": 0.1, "E": 0.1},
    {"A": 0.1, "B": 0.8, "E": 0.1},
    {"A": 0.3, "B": 0.1, "E": 0.6},
    {"A": 0.5, "B": 0.4, "E": 0.1},
]


@pytest.fixture
def asked(stores, put):
    """A run of eight questions, two of each belief, right answer A."""
    rows = [
        {"id": f"i{n}", "prompt": f"p{n}", "response": "A", "target": "A", "p": P[n % 4],
         "category": f"c{n % 2}"}
        for n in range(8)
    ]  # fmt: skip
    return _loaded(stores, put, rows, OPTIONS)


@pytest.fixture
def acted(stores, put):
    """A run of six acts, with a confidence and a verdict where an answer was given."""
    acts = ["answered", "answered", "abstained", "answered", "abstained", "refused"]
    rows = [
        {"id": f"i{n}", "prompt": f"p{n}", "response": "x", "answerable": n < 3, "did": did,
         "correct": [True, False, None, False, None, None][n], "confidence": 0.9 - n / 10}
        for n, did in enumerate(acts)
    ]  # fmt: skip
    return _loaded(stores, put, rows, {"labels": {"act": {"ann": "did"}}})


def _loaded(stores, put, rows, mapped):
    mapping = Mapping.model_validate({"fixed": {"model": "heron", "dataset": "made"}} | mapped)
    report = load.load(stores, put("heron.jsonl", rows), mapping=mapping)
    assert not report.refused, report.refused
    return report.loaded[0].run


def test_belief_is_what_the_lens_says(stores, asked):
    shown = belief.show(stores, asked, belief.Choices(l_w=2))
    lens = looking.look(stores, "dcs", given={"l_w": "2"})
    expected = {(row.measure, row.group): row.value for row in lens}
    assert shown.measures["mean", ""].value == expected["mean", ""]
    assert shown.score.tolist()[:4] == pytest.approx([0.54, -1.35, 0.04, -0.27])
    assert shown.threshold == pytest.approx(2 / 3)
    assert np.nanmean(shown.score) == pytest.approx(expected["mean", ""])


def test_the_bars_of_the_diagram_lead_to_their_own_answers(stores, asked):
    shown = belief.show(stores, asked, belief.Choices())
    assert shown.diagram.n.sum() == 6  # the two whose top option abstains are left out
    for place, n in enumerate(shown.diagram.n):
        rows, _ = belief_table.chosen(shown, ["bin", place])
        assert len(rows) == n
        assert all(shown.bin[at] == place for at in rows)
    found, words = belief_table.chosen(shown, ["score", -1.0, 0.0])
    assert {shown.cases[at][1] for at in found} == {"i1", "i5"}
    assert "−1.00 to 0.00" in words
    assert len(belief_table.chosen(shown, ["category", "c1"])[0]) == 4
    worst, _ = belief_table.chosen(shown, [])
    assert shown.score[worst[0]] == min(shown.score)


def test_a_category_alone_has_its_own_numbers(stores, asked):
    shown = belief.show(stores, asked, belief.Choices(category="c1"))
    assert len(shown.cases) == 4
    assert shown.by == {}
    assert belief_table.sentence(shown, "heron", {}).startswith("heron puts 30 %")


def test_a_run_without_options_has_reliability_and_no_score(stores, acted):
    shown = belief.show(stores, acted, belief.Choices())
    assert not shown.has_options
    assert shown.diagram.n.sum() == 3
    assert "on average" in belief_table.sentence(shown, "heron", {})
    rows, _ = belief_table.chosen(shown, [])
    assert shown.right[rows[0]] == 0  # sure and wrong first
    listed = belief_table.listed(shown, rows, [])
    assert "score" not in listed[0]


def test_every_cell_of_the_matrix_leads_to_its_own_answers(stores, acted):
    shown = abstention.show(stores, acted, abstention.Choices(bar=0.85))
    m = shown.matrix
    assert (m.tp, m.fp1, m.fn, m.fp2, m.tn, m.lost) == (1, 1, 1, 1, 1, 1)
    for row in abstention_table.cells(shown):
        found, _ = abstention_table.chosen(shown, ["cell", row["cell"]])
        assert len(found) == row["answers"]
    out_of_place, _ = abstention_table.chosen(shown, [])
    assert {shown.cases[at][1] for at in out_of_place} == {"i1", "i2", "i3"}
    assert [shown.cases[at][1] for at in abstention_table.chosen(shown, ["from", 0.75])[0]] == [
        "i1", "i0",
    ]  # fmt: skip
    assert shown.at["coverage"].value == pytest.approx(1 / 3)
    assert shown.at["risk"].value == 0


def test_every_rate_leads_to_the_answers_it_counts_and_those_it_counts_among(stores, acted):
    shown = abstention.show(stores, acted, abstention.Choices())
    for name, word in abstention_table.RATES.items():
        found, words = abstention_table.chosen(shown, ["rate", name])
        counted, rest = abstention_table.PARTS[name]
        told = [shown.cells[at] for at in found]
        assert words.startswith(word)
        assert set(told) <= {*counted, *rest}
        first = sum(cell in counted for cell in told)
        assert all(cell in counted for cell in told[:first])
        rate = shown.measures[name, ""]
        if name in ("aac", "uac", "ar", "precision", "over_abstention"):
            assert first / len(told) == pytest.approx(rate.value)


def test_log_probabilities_are_divided_by_tokens_where_a_file_counts_them(stores, put):
    rows = [
        {"id": f"i{n}", "prompt": "p", "response": "x", "target": "A", "A": 0.5, "B": 0.25,
         "C": 0.25, **({"option_tokens": {"A": 2, "B": 1, "C": 1}} if n else {})}
        for n in range(3)
    ]  # fmt: skip
    letters = {"options": {"A": "A", "B": "B", "C": "C"}, "option_scale": "probability"}
    run = _loaded(stores, put, rows, letters)
    assert option_tokens.there(stores, run)
    shown = belief.show(stores, run, belief.Choices(length="tokens"))
    root = 0.5**0.5  # the right option's two tokens halve its log-probability
    assert np.nanmax(shown.masses[:, 0]) == pytest.approx(root / (root + 0.5))
    assert np.isnan(shown.masses[:, 0]).sum() == 1  # the answer without counts is lost
    assert "tokens" in belief.divisors(counted=True)
    assert "tokens" not in belief.divisors(counted=False)


def test_an_abstention_never_stands_in_the_curve(stores, acted):
    shown = abstention.show(stores, acted, abstention.Choices())
    assert shown.curve is not None
    assert shown.curve.risk[-1] == pytest.approx(2 / 3)
    told = abstention.Choices()
    curves = {
        one["run_id"]: abstention.curve(stores, one["run_id"], told)
        for one in abstention.runs(stores)
        if one["dataset"] == "made"
    }
    assert list(curves) == [acted]
    assert "keeps silent on 50 %" in abstention_table.sentence(shown, "heron")


def test_what_runs_hold_is_told_without_reading_them_whole(stores, asked):
    assert {"options", "gold", "idk", "confidence", "abstained"} <= holds.kinds(stores)[asked]
    assert [run["run_id"] for run in belief.runs(stores)] == [asked]
    assert [run["run_id"] for run in abstention.runs(stores)] == [asked]
    with pytest.raises(Trouble, match="there is no run"):
        belief.show(stores, "nope", belief.Choices())


def test_samples_of_an_item_are_each_an_answer_or_one_average(stores, put):
    rows = [
        {"id": "i", "sample": n, "prompt": "p", "response": "x", "target": "A", "p": p}
        for n, p in enumerate(({"A": 0.9, "B": 0.1}, {"A": 0.3, "B": 0.7}))
    ] + [{"id": "j", "prompt": "q", "response": "x", "target": "B", "p": {"A": 0.2, "B": 0.8}}]
    _loaded(stores, put, rows, {"option_logprobs": "p", "option_scale": "probability"})

    def accuracy(**given):
        found = looking.look(stores, "calibration", given=given | {"draws": "100"})
        return next((row.value, row.n) for row in found if row.measure == "accuracy")

    assert accuracy() == (pytest.approx(2 / 3), 3)
    assert accuracy(samples="average") == (1.0, 2)
