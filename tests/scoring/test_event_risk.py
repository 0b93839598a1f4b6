"""Event risk: rollouts against the exact chance over every short answer."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from risk.lenses import event_risk as lens
from scoring import forward
from scoring.event_risk import EventRisk, Rollout, dice, draw
from scoring.offers.event_risk import Settings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Output
from tests.scoring import tiny

HORIZON = 3
CASE = Case("q", "Who?")


@pytest.fixture(scope="module")
def small(models: Path) -> Model:
    """A model with few words, so that every answer of three tokens can be counted."""
    made = tiny.words("Who?", "owl", "cat", "fox", "yes", "no")
    return Model(name=str(tiny.llama(models / "words", made, seed=3)), device="cpu")


def rollouts(model: Model, **settings: Any) -> list[Output]:
    told = {"target": "owl", "spaced": False, "max_tokens": HORIZON, "rollouts": 256} | settings
    return [row for row in EventRisk(model, Settings(**told))([CASE]) if isinstance(row, Output)]


def chance(model: Model) -> float:
    """The exact chance that `owl` is among the first three tokens, by enumeration."""
    scorer = EventRisk(model, Settings(target="owl", max_tokens=HORIZON, rollouts=1))
    loaded, (owl,) = scorer.loaded, scorer.target
    start = forward.asked(loaded.tokenizer, CASE.prompt)
    size, hit, live = len(loaded.tokenizer), 0.0, {(): 1.0}
    for _ in range(HORIZON):
        grown = {}
        for answer, p in live.items():
            following = forward.following(loaded, [[*start, *answer]], range(size))[0].logp.exp()
            for token in range(size):
                one = p * float(following[token])
                if token == owl:
                    hit += one
                elif token not in scorer.ends:
                    grown[(*answer, token)] = one
        live = grown
    return hit


def mean(rows: list[Output], name: str) -> tuple[float, float]:
    x = np.array([row.meta[name] for row in rows if name in row.meta], dtype=float)
    return float(x.mean()), float(x.std(ddof=1) / math.sqrt(x.size))


def test_all_three_estimators_find_the_exact_chance(small: Model) -> None:
    exact, rows = chance(small), rollouts(small)
    assert 0.02 < exact < 0.98
    for name in ("hit", "p_target_sum", "p_target_reach"):
        found, error = mean(rows, name)
        assert abs(found - exact) < 4.5 * error, name


def test_suppressed_rollouts_never_show_the_target(small: Model) -> None:
    rows = rollouts(small, rollouts=64)
    held = [row for row in rows if row.meta["sampling"] == "suppressed"]
    assert len(held) == 64
    assert not any("owl" in (row.response or "") for row in held)
    assert not any("hit" in row.meta or "p_target_sum" in row.meta for row in held)


def test_the_terms_are_those_of_the_lens(small: Model) -> None:
    scorer = EventRisk(small, Settings(target="owl", max_tokens=HORIZON, rollouts=2, seed=5))
    made = [Rollout(k >= 2, dice(5, CASE, k)) for k in range(4)]
    scorer._grow(forward.asked(scorer.loaded.tokenizer, CASE.prompt), made)
    for one, row in zip(made, scorer([CASE]), strict=True):
        assert isinstance(row, Output)
        scope, reach = lens.terms(one.p)
        name, term = ("p_target_reach", reach) if one.suppressed else ("p_target_sum", scope)
        assert row.meta[name] == pytest.approx(term, abs=1e-8)


def test_the_chances_are_those_of_a_plain_pass(small: Model) -> None:
    scorer = EventRisk(small, Settings(target="owl", max_tokens=HORIZON, rollouts=3))
    start = forward.asked(scorer.loaded.tokenizer, CASE.prompt)
    made = [Rollout(k >= 3, dice(0, CASE, k)) for k in range(6)]
    scorer._grow(start, made)
    for one in made:
        for at, p in enumerate(one.p):
            (found,) = forward.following(scorer.loaded, [start + one.ids[:at]], scorer.target)
            assert p == pytest.approx(float(found.logp.exp().sum()), abs=1e-5)


def test_an_ordinary_rollout_stops_at_the_target(small: Model) -> None:
    for row in rollouts(small, rollouts=128, max_tokens=8):
        if row.meta.get("hit"):
            assert row.finish == "stop"
            assert (row.response or "").split()[-1] == "owl"


def test_rollouts_do_not_depend_on_the_batch(small: Model) -> None:
    scorer = EventRisk(small, Settings(target="owl", max_tokens=6, rollouts=4))
    cases = [Case(str(n), text) for n, text in enumerate(("Who?", "owl cat", "fox"))]
    together = scorer(cases)
    alone = [row for one in reversed(cases) for row in scorer([one])]
    key = lambda row: (row.item_id, row.sample)  # noqa: E731
    assert sorted(together, key=key) == sorted(alone, key=key)


def test_another_seed_is_another_draw(small: Model) -> None:
    assert [row.response for row in rollouts(small)] != [
        row.response for row in rollouts(small, seed=1)
    ]


def test_where_nothing_but_the_target_is_left_the_chance_is_one() -> None:
    chances, tokens = draw(torch.tensor([[0.0, 1.0, 0.0]]).double(), [True], [1], [0.5])
    assert (chances, tokens) == ([1.0], [-1])
    one = Rollout(True, dice(0, CASE, 0))
    one.take(chances[0], tokens[0], [1], set())
    assert (one.end, one.p, one.ids) == ("certain", [1.0], [])


def test_a_die_never_draws_what_has_no_probability() -> None:
    p = torch.tensor([[0.0, 0.3, 0.0, 0.7, 0.0]]).double()
    for die in (0.0, 0.29, 0.31, 0.999999, float(np.nextafter(1, 0))):
        _, (token,) = draw(p, [False], [0], [die])
        assert token == (1 if die < 0.3 else 3)


def test_a_target_of_several_tokens_is_refused(small: Model) -> None:
    with pytest.raises(Unfit, match="is not one token"):
        EventRisk(small, Settings(target="owl cat"))


def test_a_prompt_that_does_not_fit_has_rows_that_say_so(small: Model) -> None:
    rows = EventRisk(small, Settings(target="owl", rollouts=2))([Case("q", "owl " * 500)])
    assert len(rows) == 4
    assert all(isinstance(row, Output) and row.response is None for row in rows)
    assert all("the model reads 512" in row.meta["why"] for row in rows if isinstance(row, Output))


def test_every_step_of_the_die_is_taken_in_proportion() -> None:
    p = torch.tensor([[0.2, 0.5, 0.3]]).double().expand(4000, 3)
    dies = [float(dice(0, CASE, sample).random()) for sample in range(4000)]
    for held, wanted in ((False, [0.2, 0.5, 0.3]), (True, [0.4, 0.0, 0.6])):
        _, tokens = draw(p, [held] * 4000, [1], dies)
        seen = torch.bincount(torch.tensor(tokens), minlength=3) / 4000
        assert torch.allclose(seen, torch.tensor(wanted), atol=0.032)
