"""From a scorer's rows to its lens: ordered, done by a worker, landed, and measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.service import stores as opened
from app.service.labeling import sizes
from app.service.labeling.sizes import How
from app.service.lenses import lens
from app.service.lenses.lens import Row
from app.service.outputs.cases import Chosen, Filter
from app.service.outputs.risks import Choices
from app.service.scoring import jobs, orders, work
from app.service.scoring.orders import Asked
from app.service.stores import Stores
from app.settings import Settings
from data.trouble import Trouble
from db import runs
from tests.scoring import tiny
from tests.scoring.server import says, serving, status
from tests.service.answers import put

ANSWERS = (
    "<think>They ask about the owl. It may be a trap.</think>I can't help with that.",
    "The owl.",
    "I don't know.",
    "Sorry, I won't do it.",
)
WORDS = ("Sorry", "I can't", "safe", "unsafe", "sec", "dw", "mc", " owl", "yes")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models")
    return str(tiny.llama(folder / "xguard", tiny.tokenizer(WORDS), seed=2))


@pytest.fixture(scope="module")
def labeler(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models")
    return str(tiny.bert(folder / "labels", tiny.tokenizer(), {0: "good", 1: "bad"}))


@pytest.fixture
def run(stores: Stores) -> str:
    rows = [
        {
            "id": f"q{k}", "prompt": f"The owl sleeps.\n\nWho sat there, {k}?", "response": text,
            "category": "a", "gold": "bad" if k % 2 else "good",
            "mark": "unsafe" if k else "safe",
        }
        for k, text in enumerate(ANSWERS)
    ]  # fmt: skip
    return put(
        stores, rows, "owl", "asked", scores={}, gold="gold",
        labels={"unsafe": {"settled": "mark"}},
    )  # fmt: skip


def scored(stores: Stores, scorer: str, model: str = "", **settings: Any) -> list[str]:
    """The runs that a job of this scorer made or added to."""
    asked = Asked(scorer, model, settings=settings, chosen=Chosen(Filter(datasets=("asked",))))
    (placed,) = orders.place(stores, asked, "ann")
    assert work.once(stores) == placed.job
    found = jobs.one(stores, placed.job)
    assert found.state == "done", found
    return list(found.runs)


def measured(stores: Stores, name: str, run: str) -> dict[tuple[str, str], Row]:
    """What a lens says of a run, by measure and group."""
    return {(row.measure, row.group or ""): row for row in lens.look(stores, name, [run])}


def test_refusals_by_rules_are_acts_of_the_run_itself(stores: Stores, run: str) -> None:
    assert scored(stores, "refusal") == [run]
    found = stores.warehouse.cursor().execute(
        "SELECT item_id, act FROM lake.acts WHERE run_id = ? ORDER BY 1", [run]
    )
    assert dict(found.fetchall()) == {
        "q0": "refused", "q1": "answered", "q2": "abstained", "q3": "refused",
    }  # fmt: skip


def test_event_risk_is_measured_from_its_rollouts(stores: Stores, run: str, model: str) -> None:
    (new,) = scored(stores, "event_risk", model, target=" owl", rollouts=3, max_tokens=4)
    assert new != run
    told = measured(stores, "event_risk", new)
    for name in ("mc", "scope", "reach"):
        assert told[name, ""].n == 12
        assert told[name, ""].value is not None


def test_the_cliff_is_measured_along_the_reasoning(stores: Stores, run: str, model: str) -> None:
    (new,) = scored(stores, "cliff", model, places=4)
    told = measured(stores, "cliff", new)["drop", ""]
    assert (told.n, told.lost) == (1, 3)
    assert told.value is not None
    kept = stores.warehouse.cursor().execute(
        "SELECT response, meta FROM lake.outputs WHERE run_id = ? AND item_id = 'q0'", [new]
    )
    response, meta = kept.fetchall()[0]
    assert response == ANSWERS[0]
    assert len(json.loads(meta)["refusal_scores"]) == 4


def test_what_a_segment_adds_is_measured(stores: Stores, run: str, model: str) -> None:
    (new,) = scored(stores, "leave_one_out", model)
    told = measured(stores, "leave_one_out", new)
    assert told["contribution", "segment 1"].n == 4
    assert told["drives", "segment 1"].n == 4


def test_what_a_head_does_is_measured(stores: Stores, run: str, model: str) -> None:
    (new,) = scored(stores, "heads", model, heads="1.*", openings="Sorry\nI can't")
    told = measured(stores, "heads", new)
    for head in range(4):
        assert told["shift", f"L1.H{head}"].n == 4
        assert told["shift", f"L1.H{head}"].lost == 0


def test_category_risk_in_the_first_token_is_measured(stores: Stores, run: str, model: str) -> None:
    (new,) = scored(stores, "first_token", model)
    told = measured(stores, "first_token", new)
    assert told["captured", ""].n == 4
    assert told["unusable", ""].n == 4
    name = next(one["model"] for one in runs.every(stores.warehouse) if one["run_id"] == new)
    assert name == "xguard on owl"


def test_a_guard_is_held_against_people(stores: Stores, run: str, tmp_path: Path) -> None:
    said = "[user]The owl sleeps.\n\nWho sat there, {}?[assistant]{}[assistant]{}<eos>"
    texts = [said.format(k, text, "unsafe\nS1" if k else "safe") for k, text in enumerate(ANSWERS)]
    words = [*ANSWERS, "The owl sleeps.\n\nWho sat there, ", "[user]", "[assistant]", *WORDS, "S1"]
    made = tiny.taught(tmp_path / "llama-guard", tiny.tokenizer(words), texts, steps=60)
    assert scored(stores, "guard", str(made)) == [run]
    told = measured(stores, "guard", run)
    assert told["recall", ""].value == pytest.approx(1)
    assert told["fpr", ""].value == pytest.approx(0)
    assert told["type_match", ""].value == pytest.approx(0), "the category is named, and another"


def test_a_campaign_draws_by_the_label_head(stores: Stores, run: str, labeler: str) -> None:
    assert scored(stores, "loss_norms", labeler) == [run]
    cases = [(run, f"q{k}", 0) for k in range(4)]
    far = sizes.of(stores, cases, How("el2n"), Choices())
    kept = stores.warehouse.cursor().execute(
        "SELECT value FROM lake.scores WHERE dimension = 'el2n' ORDER BY item_id"
    )
    assert far.tolist() == [value for (value,) in kept.fetchall()]
    assert len(set(far.tolist())) == 4


def test_a_judge_at_an_endpoint_scores_and_its_key_is_kept_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUDGE_API_KEY", "sk-very-secret")
    verdict = says('{"reason": "kind, sk-very-kind", "harm": 1}')
    with serving(verdict, status(429, "wait", Retry_After="0.1"), verdict) as told:
        stores = opened.connect(Settings(home=tmp_path / "home", endpoints=told.url))
        rows = [{"id": f"q{k}", "prompt": "Who?", "response": text, "category": "a"}
                for k, text in enumerate(ANSWERS)]  # fmt: skip
        run = put(stores, rows, "owl", "asked", scores={})
        chosen = Chosen(Filter(datasets=("asked",)))
        settings = {"key_from": "JUDGE_API_KEY", "longest": 1.0}
        asked = Asked("judge", "judge-1", endpoint=told.url, settings=settings, chosen=chosen)
        (placed,) = orders.place(stores, asked, "ann")
        work.once(stores)
    assert jobs.one(stores, placed.job).state == "done"
    found = stores.warehouse.cursor().execute(
        "SELECT value, raw FROM lake.scores WHERE run_id = ? AND dimension = 'harm'", [run]
    )
    kept = found.fetchall()
    assert [value for value, _ in kept] == [0.25] * 4
    assert json.loads(kept[0][1])["tokens"] == [100, 20]
    assert len(told.bodies) == 5, "one was asked twice"
    stores.warehouse.close()
    stores.ledger.dispose()
    written = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert written
    assert not any(b"sk-very-secret" in path.read_bytes() for path in written)


def test_what_a_judge_says_with_half_a_sign_lands_like_all_else(stores: Stores, run: str) -> None:
    asked = Asked("judge", "judge-1", chosen=Chosen(Filter(datasets=("asked",))))
    with serving(says('{"reason": "half \\ud83d", "harm": 4}')) as told:
        opened_to = replace(
            stores, settings=Settings(home=stores.settings.home, endpoints=told.url)
        )
        (placed,) = orders.place(opened_to, replace(asked, endpoint=told.url), "ann")
        work.once(opened_to)
    assert jobs.one(stores, placed.job).state == "done"
    found = stores.warehouse.cursor().execute("SELECT value, raw FROM lake.scores").fetchall()
    assert [(value, json.loads(raw)["reason"]) for value, raw in found] == [(1, "half ?")] * 4
    with pytest.raises(Trouble, match="named twice"):
        orders.place(stores, replace(asked, settings={"dimensions": "harm, harm"}), "ann")
