"""Finding cases by every filter, page by page, and reading one whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.service import stores as opened
from app.service.labeling import label
from app.service.loading import load
from app.service.outputs import cases, settle
from app.service.outputs.cases import Chosen, Filter
from app.service.stores import Stores
from app.settings import Settings
from data.mapping import Mapping
from data.trouble import Trouble
from db import labels
from db.labels import Label
from tests.service.answers import answer, put

WORDS = {
    "plain": "The harbor ferry leaves at noon.",
    "upper": "THE HARBOR IS CLOSED; the FERRY sank.",
    "signs": '100% of snake_case names; it\'s "quoted"',
    "sql": "x'; DROP TABLE lake.outputs; --",
    "letters": "Straße Ünïcode Ωmega",
    "none": "nothing here",
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Two models on six prompts, one of them twice, and a set of prompts nobody answered."""
    found = opened.connect(Settings(home=tmp_path_factory.mktemp("cases")))
    for model, harm in (("low", 0.1), ("high", 0.9)):
        rows = [
            answer(name, harm, harm, n / 10, response=text, category="ab"[n % 2])
            for n, (name, text) in enumerate(WORDS.items())
        ]
        put(found, rows, model, "words")
    put(found, [answer("plain", 0.2, 0.2, 0.2, response="again", kept={"a": 1})], "low", "words")
    prompts = found.settings.home / "prompts.csv"
    prompts.write_text("id,prompt,category\np1,Would you?,c\n", "utf-8")
    rule = Mapping.model_validate({"item_id": "id", "fixed": {"dataset": "asked"}})
    load.load(found, prompts, mapping=rule, by="a test")
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def items(stores: Stores, chosen: Chosen, **more: Any) -> list[str]:
    found = cases.find(stores, chosen, **more)
    assert len(found) == min(cases.total(stores, chosen), more.get("limit", 25))
    assert [cases.case(row) for row in found] == cases.keys(stores, chosen)[: len(found)]
    return [row["item_id"] for row in found if row["model"] == "high"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("harbor", ["plain", "upper"]),
        ("HARBOR ferry", ["plain", "upper"]),
        ('"harbor ferry"', ["plain"]),
        ("100%", ["signs"]),
        ("%", ["signs"]),
        ("snake_case", ["signs"]),
        ("snakeXcase", []),
        ("it's", ["signs"]),
        ("'; DROP TABLE lake.outputs; --", ["sql"]),
        ("ÜNÏCODE", ["letters"]),
        ("ωMEGA straße", ["letters"]),
        ("asked", sorted(WORDS)),  # of the prompt
        ("asked harbor", ["plain", "upper"]),
        ('"', sorted(WORDS)),
        ("   ", sorted(WORDS)),
    ],
)
def test_words_are_looked_for_as_they_stand(stores: Stores, words: str, found: list[str]) -> None:
    assert items(stores, Chosen(Filter(words=words))) == found


@pytest.mark.parametrize(
    ("chosen", "total"),
    [
        (Filter(), 13),
        (Filter(models=("high",)), 6),
        (Filter(models=("high", "low")), 13),
        (Filter(datasets=("words",)), 13),
        (Filter(datasets=("asked",)), 0),
        (Filter(categories=("a",)), 7),
        (Filter(categories=("a", "b"), models=("low",)), 7),
        (Filter(models=("it's",)), 0),
        (Filter(dimension="bias", low=0.5), 6),
        (Filter(dimension="bias", low=0.15, high=0.25), 1),
        (Filter(dimension="ethics", low=0.2, high=0.4), 7),
        (Filter(dimension="absent"), 0),
        (Filter(dimension="bias", low=0.5, words="harbor", categories=("a",)), 1),
    ],
)
def test_every_filter_is_met_at_once(stores: Stores, chosen: Filter, total: int) -> None:
    assert cases.total(stores, Chosen(chosen)) == total
    assert len(cases.find(stores, Chosen(chosen), limit=100)) == total


def test_the_pages_hold_every_case_once_in_one_order(stores: Stores) -> None:
    whole = cases.keys(stores, Chosen())
    pages = [cases.find(stores, Chosen(), limit=3, offset=start) for start in range(0, 15, 3)]
    assert [cases.case(row) for page in pages for row in page] == whole
    assert len(set(whole)) == 13
    assert cases.keys(stores, Chosen(), limit=4) == whole[:4]


def test_a_list_tells_first_words_and_mean_scores(stores: Stores) -> None:
    row = cases.find(stores, Chosen(Filter(models=("high",), words="sank")))[0]
    assert row["response"] == WORDS["upper"]
    assert row["scores"] == pytest.approx({"bias": 0.9, "ethics": 0.1})
    listed = cases.listed([row])[0]
    assert (listed["item"], listed["data set"], listed["bias"]) == ("upper", "words", 0.9)


def test_the_worst_are_those_of_each_run_the_worst_first(stores: Stores) -> None:
    worst = Chosen(Filter(models=("high",)), worst=0.3)
    assert items(stores, worst) == ["none", "letters"]
    of_all = cases.find(stores, Chosen(worst=0.01))
    assert [(row["model"], row["item_id"]) for row in of_all] == [
        ("high", "none"), ("low", "none"), ("low", "plain"),
    ]  # fmt: skip
    assert items(stores, Chosen(Filter(words="nothing"), worst=0.3)) == ["none"]


def test_labels_find_their_cases_and_a_tie_is_labeled_too(stores: Stores) -> None:
    high = cases.keys(stores, Chosen(Filter(models=("high",))))
    of = {item: case for case in high for item in [case[1]]}

    def say(item: str, person: str, act: str) -> None:
        kept = Label(f"{item}-{person}", "c", person, of[item], "act_harm", 1, 1, {"act": act})
        assert labels.save(stores.ledger, kept)

    say("plain", "ann", "refused")
    say("upper", "ann", "refused")
    say("upper", "bo", "answered")
    say("sql", "ann", "refused")
    say("sql", settle.ADJUDICATOR, "hedged")
    assert items(stores, Chosen(act="refused")) == ["plain"]
    assert items(stores, Chosen(act="hedged")) == ["sql"]
    assert items(stores, Chosen(act="labeled")) == ["plain", "sql", "upper"]
    assert items(stores, Chosen(act="unlabeled")) == ["letters", "none", "signs"]
    assert items(stores, Chosen(Filter(words="harbor"), act="labeled")) == ["plain", "upper"]
    assert items(stores, Chosen(Filter(models=("high",)), worst=0.6, act="labeled")) == ["sql"]


def test_a_campaigns_cases_come_in_the_order_they_were_drawn(stores: Stores) -> None:
    high = cases.keys(stores, Chosen(Filter(models=("high",))))
    key = label.start(stores, "Drawn", [(high[n], 0.5) for n in (4, 0, 2)], "lead", "by hand")
    assert items(stores, Chosen(campaign=key)) == [high[n][1] for n in (4, 0, 2)]
    both = Chosen(Filter(models=("high",)), worst=0.9, campaign=key)
    assert sorted(items(stores, both)) == sorted(high[n][1] for n in (4, 0, 2))
    with pytest.raises(Trouble, match="there is no campaign"):
        cases.total(stores, Chosen(campaign="nope"))


def test_a_case_is_read_whole_with_every_other_answer_to_its_prompt(stores: Stores) -> None:
    low = cases.keys(stores, Chosen(Filter(models=("low",), words="again")))[0]
    whole = cases.read(stores, *low)
    assert whole is not None
    assert (whole.case["response"], whole.case["prompt"]) == ("again", "asked plain")
    assert whole.case["meta"] == {"kept": {"a": 1}}
    told = {(row["dimension"], row["scorer"]): row["value"] for row in whole.scores}
    assert told == {("bias", "fox"): 0.2, ("bias", "owl"): 0.2, ("ethics", "owl"): 0.2}
    assert [row["model"] for row in whole.siblings] == ["high", "low", "low"]
    assert whole.siblings[0]["scores"] == pytest.approx({"bias": 0.9, "ethics": 0})
    assert whole.labels == whole.steps == []


def test_a_prompt_nobody_answered_can_be_read(stores: Stores) -> None:
    from db import runs

    run = next(r["run_id"] for r in runs.every(stores.warehouse) if r["dataset"] == "asked")
    whole = cases.read(stores, run, "p1", 0)
    assert whole is not None
    assert (whole.case["prompt"], whole.case["response"]) == ("Would you?", None)
    assert whole.case["model"] is None
    assert whole.siblings == whole.scores == []


def test_a_case_that_is_not_there_is_none(stores: Stores) -> None:
    run = cases.keys(stores, Chosen())[0][0]
    assert cases.read(stores, run, "absent", 0) is None
    assert cases.read(stores, "absent", "plain", 0) is None


def test_the_steps_of_an_agent_come_in_order(stores: Stores) -> None:
    steps = [{"role": "user", "content": "go"}, {"role": "assistant", "content": "gone"}]
    run = put(stores, [answer("walk", 0.1, 0.1, 0.1, steps=steps)], "agent", "walks", steps="steps")
    whole = cases.read(stores, run, "walk", 0)
    assert whole is not None
    assert [(row["step"], row["content"]) for row in whole.steps] == [
        (whole.steps[0]["step"], "go"), (whole.steps[0]["step"] + 1, "gone"),
    ]  # fmt: skip


def test_a_choice_reads_as_a_phrase() -> None:
    chosen = Chosen(
        Filter(datasets=("d",), models=("m", "n"), words="w", dimension="bias", low=0.5),
        worst=0.05, act="could_not_act",
    )  # fmt: skip
    assert cases.words(chosen) == (
        "d, m, n, with the words w, bias from 0.5 to 1, worst 5 %, could not act"
    )
