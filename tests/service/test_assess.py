"""An assessment from its cards to its report: judged, measured, signed, compared, registered."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.service import stores as opened
from app.service.cards import assess, deck, likelihood, probe, register, report
from app.service.cards.assess import Kept
from app.service.cards.likelihood import Found
from app.service.stores import Stores
from app.settings import Settings
from data.card import make
from data.trouble import Trouble
from db import jobs
from tests.service.answers import answer, put

EVIL = "<script>alert(1)</script><img src=http://x.example/p.png> ![a](http://x.example) ``` \x07"
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Twenty scored answers of two models; every test has cards and an assessment of its own."""
    found = opened.connect(Settings(home=tmp_path_factory.mktemp("assess")))
    rows = [answer(f"i{n:02}", n / 20, n / 20, 0.1, response=f"{EVIL} {n}") for n in range(20)]
    put(found, rows, "owl")
    put(found, [answer(f"i{n:02}", 0.9, 0.9, 0.1) for n in range(20)], "fox")
    yield found
    found.warehouse.close()
    found.ledger.dispose()


@pytest.fixture
def started(stores: Stores, request: pytest.FixtureRequest) -> Kept:
    """An assessment by two cards, and a third that is left out."""
    own = f"n{next(NUMBERS)}"
    rules = [{"dimension": "bias", "over": 0.8, "categories": ["a"]}]
    harm = {"actor": "consumer", "kind": "psychological"}
    told: dict[str, dict[str, Any]] = {
        "bias": {"proposes": rules, "harms": [harm], "references": ["A paper"],
                 "exchanges": [{"prompt": f"Say {own}."}]},
        "quiet": {}, "out": {},
    }  # fmt: skip
    cards = [
        make({"card": f"{n}_{own}", "title": n.title(), **more}, n) for n, more in told.items()
    ]
    deck.keep(stores, cards, "ann")
    name = assess.start(stores, own, "owl", "ann", interface="API", setting=EVIL)
    bias, quiet, out = (card.card for card in cards)
    assess.choose(stores, assess.one(stores, name), [bias, quiet], {out: "no"}, "ann")
    return assess.one(stores, name)


def key(kept: Kept) -> str:
    return kept.assessment.assessment


def bias_of(kept: Kept) -> str:
    return kept.assessment.cards[0].card


def look(stores: Stores, kept: Kept) -> Found:
    return likelihood.card(stores, kept, bias_of(kept)).found


def judge(stores: Stores, kept: Kept, *verdicts: str) -> None:
    queue = likelihood.card(stores, kept, bias_of(kept), len(verdicts)).queue
    told = list(zip(queue, verdicts, strict=True))
    assess.judge(stores, kept.assessment.assessment, bias_of(kept), told, "ann")


def test_what_was_not_tested_is_told_as_not_tested(stores: Stores, started: Kept) -> None:
    found = likelihood.look(stores, started)
    assert [one.state for one in found] == ["judges only", "not tested", "left out"]
    assert not found[1].flagged.known
    assert not found[1].cvar.known
    active = [bias_of(started), "never", "chosen"]  # the other two are retired by now
    coverage = likelihood.coverage(found, active)
    assert (coverage["in the deck"], coverage["not tested"]) == (3, 1)
    assert coverage["not considered"] == 2


def test_the_rate_comes_from_scores_and_the_tail_from_the_cards_cases(
    stores: Stores, started: Kept
) -> None:
    bias = look(stores, started)
    assert (bias.flagged.value, bias.flagged.n, bias.flagged.lost) == (0.2, 20, 0)
    # the worst 5 % of twenty answers is one: a harm of 0.95, in nats
    assert bias.cvar.value == pytest.approx(-math.log(0.05), rel=1e-6)
    assert bias.cases == 20


def test_verdicts_make_a_tally_and_evidence(stores: Stores, started: Kept) -> None:
    judge(stores, started, "shows", "shows", "shows", *["clear"] * 16, "unsure")
    bias = look(stores, started)
    # 3 of 19, one that nobody could tell
    assert (bias.judged.n, bias.judged.lost, bias.state) == (19, 1, "shown")
    assert bias.judged.value == pytest.approx(3 / 19)
    assert bias.linked == 3
    assert likelihood.card(stores, started, bias_of(started)).queue == []


def test_a_verdict_can_be_taken_back(stores: Stores, started: Kept) -> None:
    judge(stores, started, "clear")
    (row,) = assess.judged(stores, key(started), bias_of(started))
    case = (row["run_id"], row["item_id"], row["sample"])
    assess.judge(stores, key(started), bias_of(started), [(case, "")], "ann")
    assert look(stores, started).state == "judges only"
    with pytest.raises(Trouble, match="verdict"):
        assess.judge(stores, key(started), bias_of(started), [(case, "perhaps")], "ann")


def test_a_signed_assessment_stays_as_it_is(stores: Stores, started: Kept) -> None:
    assess.sign(stores, started, "ann")
    signed = assess.one(stores, key(started))
    for change in (
        lambda: assess.say(stores, signed, bias_of(started), "ben", severity=2),
        lambda: judge(stores, signed, "shows"),
    ):
        with pytest.raises(Trouble, match="signed"):
            change()
    assess.unsign(stores, signed, "ann")
    assess.say(
        stores,
        assess.one(stores, key(started)),
        bias_of(started),
        "ben",
        severity=2,
    )
    with pytest.raises(Trouble, match="meanwhile"):
        assess.say(stores, started, bias_of(started), "cam", severity=3)


def test_a_cards_prompts_become_a_job_whose_answers_count(stores: Stores, started: Kept) -> None:
    (said,) = probe.order(stores, started, [bias_of(started)], probe.Ask("tiny/model"), "ann")
    assert "is ordered: 1 case" in said
    (job,) = jobs.every(stores.ledger)
    own = assess.probe_set(key(started))
    assert (job.order["scorer"], job.order["dataset"]) == ("generate", own)
    (asked,) = probe.prompts(stores, started, [bias_of(started)])
    rows = [answer(asked["item"], category=asked["card"], prompt=asked["prompt"])]
    put(stores, rows, "owl", own, scores={})
    judging = likelihood.card(stores, started, bias_of(started), 1)
    assert judging.left == 21
    assert judging.queue[0][1].startswith("bias_")
    with pytest.raises(Trouble, match="no prompts"):
        probe.order(
            stores, started, [started.assessment.cards[1].card], probe.Ask("tiny/model"), "ann"
        )


def test_the_report_is_whole_and_nothing_in_it_is_markup(
    stores: Stores, started: Kept, tmp_path: Path
) -> None:
    judge(stores, started, "shows", "clear")
    body = report.text(stores, key(started))
    assert "&lt;script&gt;alert(1)" in body
    assert not re.search(r"<(script|img|iframe|link|object|embed|a)\b|\son\w+=|@import|url\(", body)
    assert "default-src &#39;none&#39;" in body or "default-src 'none'" in body
    assert "<details><summary>" in body
    assert "<details open" not in body
    for words in ("not tested", "Quiet", "left out", "A paper", "snapshot", "sha256", "CVaR"):
        assert words in body
    assert report.text(stores, key(started)) == body
    digest = report.write(stores, key(started), tmp_path / "r.html")
    assert (tmp_path / "r.html").read_bytes() == body.encode()
    assert len(digest) == 64


@pytest.mark.parametrize("format", ["markdown", "model-card"])
def test_texts_in_markdown_stay_words(stores: Stores, started: Kept, format: str) -> None:
    judge(stores, started, "shows", "clear")
    body = report.text(stores, key(started), format)
    fenced = re.sub(r"(`{3,})text\n.*?\n\1\n", "", body, flags=re.DOTALL)
    assert "alert(1)" in body.replace("\\", "")
    assert "<script>" not in fenced
    assert "![a](" not in fenced


def test_two_assessments_are_compared_with_intervals(stores: Stores, started: Kept) -> None:
    assess.start(stores, "Other", "fox", "ann")
    assess.choose(stores, assess.one(stores, "other"), [bias_of(started)], {}, "ann")
    body = report.text(stores, key(started), "markdown", "other")
    assert "-80 (-91.9 to -53.1)" in body.replace("\\", "")


def test_overdue_reviews_stand_first(stores: Stores) -> None:
    day = register.today()
    for title, days in (("later", 9), ("late", -3), ("undated", None)):
        review = (day + timedelta(days=days)).isoformat() if days is not None else ""
        register.keep(stores, {"title": title, "review": review, "owner": "ann"}, "ann")
    found = register.every(stores)
    assert [one.risk.title for one in found] == ["late", "later", "undated"]
    assert register.row(found[0].risk, day)["due"] == "overdue by 3 days"
    assert register.sentence(found, day) == "3 risks: 1 review overdue."
    closed = found[0].risk.model_dump() | {"status": "closed"}
    register.keep(stores, closed, "ann", after=1)
    assert register.sentence(register.every(stores), day) == "3 risks, none overdue."
    assert [one.version for one in register.history(stores, "late")] == [1, 2]
    with pytest.raises(Trouble, match="no day"):
        register.keep(stores, {"title": "x", "review": "2026-02-30"}, "ann")
    assert isinstance(day, date)
