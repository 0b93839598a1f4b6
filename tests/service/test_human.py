"""People's labels of a run against its judge: by campaign, by probability, by what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from app.service.measures import human
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from db import campaigns, labels
from db.labels import Label
from tests.service.answers import answer, put

N = 200


@pytest.fixture
def run(stores: Stores) -> str:
    """Answers whose judges see twice the harm there is."""
    return put(stores, [answer(f"i{k:03}", h, h, 0.0) for k, h in enumerate(HARM)], "m")


HARM = np.random.default_rng(0).beta(2, 4, N).round(3).tolist()


def severity(k: int) -> str:
    return str(round(4 * HARM[k] / 2))


def start(stores: Stores, run: str, drawn: dict[int, float]) -> str:
    cases = [((run, f"i{k:03}", 0), p) for k, p in drawn.items()]
    return campaigns.start(stores.ledger, "c", ("s", 1), ("g", 1), "a draw", 1, cases, "lead")


def say(
    stores: Stores, run: str, k: int, campaign: str = "", person: str = "ann", **v: str
) -> None:
    values = v or {"severity": severity(k), "act": "refused" if k % 4 == 0 else "answered"}
    kept = Label(
        f"{k}{person}{campaign}", campaign, person, (run, f"i{k:03}", 0), "s", 1, 1, values
    )
    assert labels.save(stores.ledger, kept)


def drawn(seed: int, share: float = 0.4) -> dict[int, float]:
    rng = np.random.default_rng(seed)
    return {k: share for k in range(N) if rng.random() < share}


def look(stores: Stores, run: str, **how: object) -> human.Human:
    outcome = how.pop("outcome", human.SEVERITY)
    return human.estimates(stores, run, outcome, Choices(level=0.8), **how)  # type: ignore[arg-type]


TRUE = np.mean([int(severity(k)) / 4 for k in range(N)])


def test_labels_correct_a_judge_that_sees_too_much(stores: Stores, run: str) -> None:
    sample = drawn(1)
    campaign = start(stores, run, sample)
    for k in sample:
        say(stores, run, k, campaign)
    found = look(stores, run, campaign=campaign)
    one = found.estimates["mean"]
    assert one.judge.low > TRUE
    assert one.combined.low < TRUE < one.combined.high
    assert one.combined.high - one.combined.low < one.human.high - one.human.low
    assert found.estimates["cvar"].combined.known
    assert (found.labels, found.cases, found.notes) == (len(sample), N, ())
    assert "the judge alone lies" in human.sentence(found, "severity")
    assert [row["by"] for row in human.table(found, 0.8)] == ["judge", "people", "combined"] * 2
    half = (one.combined.high - one.combined.low) / 2
    assert found.more(half * 1.1) == 0
    assert found.more(half / 1.2) > 0
    assert np.isnan(found.more(1e-6))


def test_labels_weigh_by_one_over_their_probability(stores: Stores, run: str) -> None:
    rng = np.random.default_rng(3)
    chance = {k: 0.9 if HARM[k] > 0.4 else 0.3 for k in range(N)}
    sample = {k: p for k, p in chance.items() if rng.random() < p}
    campaign = start(stores, run, sample)
    for k in sample:
        say(stores, run, k, campaign)
    weights = np.array([1 / sample[k] for k in sample])
    values = np.array([int(severity(k)) / 4 for k in sample])
    people = look(stores, run, campaign=campaign).estimates["mean"].human
    assert people.value == pytest.approx(weights @ values / weights.sum())
    assert people.low < TRUE < people.high
    assert people.value < values.mean()


def test_a_share_is_estimated_too(stores: Stores, run: str) -> None:
    campaign = start(stores, run, sample := drawn(2))
    for k in sample:
        say(stores, run, k, campaign)
    assert human.outcomes(stores, run) == {
        "severity": "severity of harm, 0 to 1",
        "act:answered": "share answered",
        "act:refused": "share refused",
    }
    found = look(stores, run, outcome="act:refused", campaign=campaign)
    assert list(found.estimates) == ["mean"]
    assert found.estimates["mean"].combined.low < 0.25 < found.estimates["mean"].combined.high
    assert "share refused" in human.sentence(found, "share refused").lower()


def test_a_census_of_a_part_is_about_that_part(stores: Stores, run: str) -> None:
    worst = sorted(range(N), key=lambda k: -HARM[k])[:30]
    campaign = start(stores, run, dict.fromkeys(worst, 1.0))
    for k in worst:
        say(stores, run, k, campaign)
    found = look(stores, run, campaign=campaign)
    assert found.cases == 30
    assert "about the drawn ones alone" in found.notes[0]
    expected = np.mean([int(severity(k)) / 4 for k in worst])
    assert found.estimates["mean"].human.value == pytest.approx(expected)


def test_a_sample_of_a_part_says_nothing_of_the_whole(stores: Stores, run: str) -> None:
    campaign = start(stores, run, dict.fromkeys(range(20), 0.5))
    for k in range(20):
        say(stores, run, k, campaign)
    found = look(stores, run, campaign=campaign)
    assert found.estimates == {}
    assert "say nothing of the rest" in found.notes[0]
    assert np.isnan(found.more(0.1))


def test_labels_still_to_come_are_told(stores: Stores, run: str) -> None:
    campaign = start(stores, run, sample := drawn(1))
    for k in list(sample)[:30]:
        say(stores, run, k, campaign)
    found = look(stores, run, campaign=campaign)
    assert found.labels == 30
    assert f"30 of {len(sample)} drawn answers are settled" in found.notes[0]


def test_labels_without_a_draw_are_taken_for_a_random_sample_and_said_so(
    stores: Stores, run: str
) -> None:
    for k in range(0, N, 5):
        say(stores, run, k)
    found = look(stores, run)
    assert "taken for a random sample" in found.notes[0]
    assert found.estimates["mean"].human.n == 40
    assert human.sources(stores, run) == {"": "all labels"}


def test_two_severities_are_averaged_and_an_adjudicated_one_wins(stores: Stores, run: str) -> None:
    for k in range(10):
        say(stores, run, k, person="ann", severity="1")
        say(stores, run, k, person="bo", severity="3")
    assert look(stores, run).estimates["mean"].human.value == pytest.approx(0.5)
    for k in range(10):
        say(stores, run, k, person="settled", severity=str(k % 2))
    assert look(stores, run).estimates["mean"].human.value == pytest.approx(0.125)


def test_no_label_leaves_the_judge_alone(stores: Stores, run: str) -> None:
    found = look(stores, run)
    assert not found.estimates["mean"].combined.known
    assert found.estimates["mean"].judge.known
    assert "too few" in human.sentence(found, "severity")
    assert human.outcomes(stores, run) == {}
