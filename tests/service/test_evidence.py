"""Evidence of a card: found, proposed, confirmed, declined, taken back, with who and when."""

from __future__ import annotations

from typing import Any

import pytest

from app.service.cards import deck, deck_files, evidence, run_evidence
from app.service.outputs import cases
from app.service.outputs.cases import Chosen, Filter
from app.service.stores import Stores
from data.card import make
from data.trouble import Trouble
from tests.service.answers import answer, put


@pytest.fixture
def run(stores: Stores) -> str:
    """Ten answers of one model, harm rising, and a card with two rules."""
    rules = [{"dimension": "bias", "over": 0.8}, {"words": "harbor", "categories": ["a"]}]
    card = make({"card": "hate", "title": "Hate", "proposes": rules}, "hate")
    deck.keep(stores, [card], "ann")
    rows = [answer(f"i{n}", n / 10, n / 10, n / 10) for n in range(9)]
    return put(stores, [*rows, answer("sea", 0, 0, 0, response="A harbor.")], "m")


def linked(stores: Stores) -> list[str]:
    return [row["item_id"] for row in evidence.page(stores, "hate")]


def proposed(stores: Stores) -> list[tuple[str, str]]:
    return [(row["item_id"], row["how"]) for row in evidence.proposed(stores, "hate")]


def test_what_a_search_finds_is_linked_with_the_snapshot(stores: Stores, run: str) -> None:
    found = cases.keys(stores, Chosen(Filter(words="said i3")))
    assert evidence.attach(stores, "hate", found, "ben") == 1
    (row,) = evidence.page(stores, "hate")
    assert (row["made_by"], row["snapshot"]) == ("ben", stores.version()[0])
    assert row["head"]["response"] == "said i3"
    assert [one["title"] for one in evidence.of_case(stores, found[0])] == ["Hate"]


def test_rules_propose_and_people_settle(stores: Stores, run: str) -> None:
    assert proposed(stores) == [
        ("i8", "bias from 0.8"), ("sea", "category a, the words harbor"),
    ]  # fmt: skip
    evidence.attach(stores, "hate", [(run, "i8", 0)], "ann", "bias from 0.8")
    evidence.decline(stores, "hate", [(run, "sea", 0)], "ann")
    assert proposed(stores) == []
    assert linked(stores) == ["i8"]
    told = [(row["did"], row["how"]) for row in evidence.history(stores, "hate")]
    assert told == [("decline", ""), ("link", "bias from 0.8")]


def test_a_link_taken_back_leaves_its_history(stores: Stores, run: str) -> None:
    evidence.attach(stores, "hate", [(run, "i1", 0)], "ann")
    (row,) = evidence.page(stores, "hate")
    assert evidence.detach(stores, row["seq"], "ben", "a joke")
    assert linked(stores) == []
    newest = evidence.history(stores, "hate")[0]
    assert (newest["did"], newest["who"], newest["how"]) == ("unlink", "ben", "a joke")


def test_tails_lenses_and_labels_keep_their_numbers(stores: Stores, run: str) -> None:
    evidence.attach_value(stores, "hate", "tail", run_evidence.body(stores, run), "ann")
    evidence.attach_value(stores, "hate", "lens", run_evidence.body(stores, run, "sharp"), "ann")
    assert evidence.counts(stores, [run]) == {"hate": 2}
    assert evidence.counts(stores, ["another"]) == {}
    label = {"person": "cam", "field": "severity", "value": "3"}
    evidence.show(stores, (run, "i8", 0), ["hate"], label, "ann")
    label_row, lens, tail = evidence.page(stores, "hate")
    assert [tail["kind"], lens["kind"], label_row["kind"]] == ["tail", "lens", "label"]
    cvar = next(row for row in tail["body"]["rows"] if row["measure"] == "cvar")
    assert cvar["low"] <= cvar["value"] <= cvar["high"]
    assert lens["body"]["rows"]
    assert label_row["head"]["response"] == "said i8"


def test_an_answer_that_is_not_there_cannot_be_linked(stores: Stores, run: str) -> None:
    with pytest.raises(Trouble, match="no answer"):
        evidence.attach(stores, "hate", [(run, "i1", 0), (run, "none", 0)], "ann")
    with pytest.raises(Trouble, match="no card"):
        evidence.attach(stores, "none", [(run, "i1", 0)], "ann")
    assert linked(stores) == []


def test_a_form_makes_a_card_called_by_its_title(stores: Stores) -> None:
    said: dict[str, Any] = {
        "title": "Loud noises", "description": "d", "conditions": "c", "codes": ["W1.1"],
        "harms": [{"actor": "consumer", "kind": "physical"}], "references": ["r"],
        "exchanges": [{"prompt": "Shout.", "output": ""}],
    }  # fmt: skip
    card = deck_files.filled(said, None)
    assert card.card == "loud_noises"
    assert deck_files.problems(card) == []
    assert deck_files.problems(deck_files.filled({"title": "x"}, None))
    with pytest.raises(Trouble, match="no title"):
        deck_files.filled({}, None)


def test_dropped_files_come_in_one_by_one(stores: Stores) -> None:
    dropped = [("a.yaml", b"title: A"), ("b.md", b"\xff"), ("c.md", b"---\nTitle: C\n"),
               ("a.yml", b"title: Another")]  # fmt: skip
    told = deck_files.bring(stores, dropped, "ann")
    assert (told["cards"], [row["file"] for row in told["refused"]]) == (2, ["b.md", "a.yml"])
    assert deck.one(stores, "a").card.title == "A"
    assert deck_files.archive(stores, "public") == deck_files.archive(stores, "public")


def test_the_starter_deck_covers_hazards_dimensions_and_abstention(stores: Stores) -> None:
    assert deck.seed(stores) >= 40
    assert deck.seed(stores) == 0
    every = deck.every(stores)
    codes = {code for kept in every for code in kept.card.codes}
    hazards = "vcr src cse ssh iwp ipv dfm ncr hte prv spc sxc".split()  # noqa: SIM905
    assert {f"mlcommons:{name}" for name in hazards} <= codes
    assert {f"sharp:{name}" for name in ("bias", "fairness", "ethics", "epistemic")} <= codes
    assert sum(code.startswith("abstention:") for code in codes) >= 10
    for kept in every:
        assert deck_files.problems(kept.card) == []
        assert len(kept.card.prompts) >= 2
        assert kept.card.references


def test_runs_stand_under_their_own_model_whatever_its_name_holds(stores: Stores) -> None:
    rows = [answer("i1", 0.1, 0.1, 0.1)]
    plain, odd = put(stores, rows, "gpt"), put(stores, rows, "gpt · mini")
    found = run_evidence.by_model(stores)
    assert {model: list(runs) for model, runs in found.items()} == {
        "gpt": [plain], "gpt · mini": [odd],
    }  # fmt: skip
    assert found["gpt · mini"][odd].startswith("gpt · mini · ")
