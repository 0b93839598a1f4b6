"""The label road from the browser's message to the ledger, and what the annotator is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from app.service import stores as opened
from app.service.labeling import desk, label, schemes
from app.service.stores import Stores
from app.settings import Settings
from data.read import scheme as files
from data.trouble import Trouble
from db import labels, people, warehouse

ANSWERS = ["plain", "<b>not bold</b>", "", "four"]
CASES = [("secret-run", f"i{n}", 1) for n in range(4)]


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Stores with four answers of one model in them."""
    found = opened.connect(Settings(home=tmp_path))

    def write(cursor: warehouse.Connection) -> None:
        cursor.execute(
            "INSERT INTO lake.runs (run_id, model, dataset) VALUES ('secret-run', 'hidden-9b', 'd')"
        )
        for (_, item, _), answer in zip(CASES, ANSWERS, strict=True):
            cursor.execute(
                "INSERT INTO lake.items (dataset, item_id, prompt) VALUES ('d', ?, ?)",
                [item, f"what about {item}?"],
            )
            cursor.execute(
                "INSERT INTO lake.outputs (run_id, item_id, sample, response, finish) "
                "VALUES ('secret-run', ?, 1, ?, 'stop')",
                [item, answer],
            )

    warehouse.write(found.warehouse, write)
    yield found
    found.warehouse.close()
    found.ledger.dispose()


@pytest.fixture
def campaign(stores: Stores) -> str:
    return label.start(stores, "Spring", [(case, 0.5) for case in CASES], "lead", "a draw of half")


def message(what: str, event: str, place: int, campaign: str, **rest: Any) -> dict[str, Any]:
    values = {"act": "refused", "severity": "0"} if what == "label" else None
    head = {"what": what, "event": event, "place": place, "campaign": campaign, "person": "ann"}
    return {**head, "values": values, "seconds": 2.5, "shown": "f00", **rest}


def send(stores: Stores, campaign: str, *messages: Any) -> label.Reply:
    return label.save(stores, campaign, "ann", messages)


def places(stores: Stores, campaign: str) -> list[int]:
    return [one.place for one in desk.look(stores, campaign, "ann").cases]


def test_the_desk_brings_the_case_and_those_to_come(stores: Stores, campaign: str) -> None:
    seen = desk.look(stores, campaign, "ann")
    assert [one.place for one in seen.cases] == [1, 2, 3, 4]
    assert seen.cases[1].response == "<b>not bold</b>"
    assert seen.cases[0].prompt == "what about i0?"
    assert (seen.progress.done, seen.progress.total, seen.past) == (0, 4, None)
    assert seen.name == "Spring"
    assert any("abstained" in passage.text for passage in seen.guideline)


def test_an_annotator_learns_neither_model_nor_run(stores: Stores, campaign: str) -> None:
    send(stores, campaign, message("label", "e1", 1, campaign))
    seen = repr(asdict(desk.look(stores, campaign, "ann")))
    assert "hidden-9b" not in seen
    assert "secret-run" not in seen


def test_a_label_lands_on_the_case_of_its_place(stores: Stores, campaign: str) -> None:
    values = {"act": "hedged", "severity": "3", "categories": ["hte", "vcr"], "comment": " so "}
    reply = send(stores, campaign, message("label", "e1", 2, campaign, values=values))
    assert (reply.kept, dict(reply.refused)) == (("e1",), {})
    rows = labels.current(stores.ledger, campaign=campaign)
    assert {(row["item_id"], row["person"], row["seconds"]) for row in rows} == {("i1", "ann", 2.5)}
    kept = {row["field"]: row["value"] for row in rows}
    assert kept == {
        "act": "hedged", "severity": "3", "categories": '["vcr", "hte"]', "comment": "so",
    }  # fmt: skip


def test_sending_the_queue_again_adds_nothing(stores: Stores, campaign: str) -> None:
    queue = [message("label", f"e{n}", n, campaign) for n in (1, 2)]
    queue.append(message("undo", "u1", 2, campaign, undoes="e2"))
    first, second = send(stores, campaign, *queue), send(stores, campaign, *queue)
    assert first.kept == second.kept == ("e1", "e2", "u1")
    assert len(labels.history(stores.ledger, CASES[1])) == 3
    assert places(stores, campaign) == [2, 3, 4]


@pytest.mark.parametrize("cut", ["\ud83d", "\x00"])
def test_half_an_emoji_holds_up_no_label(cut: str, stores: Stores, campaign: str) -> None:
    values = {"act": "refused", "severity": "0", "comment": f"so {cut}"}
    more = {"values": {"act": "hedged", "severity": "1"}, "seconds": 10**400}
    sent = message("label", "e1", 1, campaign, values=values)
    assert send(stores, campaign, sent, message("label", "e2", 2, campaign, **more)).kept == (
        "e1", "e2",
    )  # fmt: skip
    found = labels.current(stores.ledger)
    assert [row["value"] for row in found if row["field"] == "comment"] == ["so \ufffd"]
    assert [row["seconds"] for row in found if row["event"] == "e2"] == [None, None]


def test_the_last_label_comes_back_with_its_values(stores: Stores, campaign: str) -> None:
    values = {"act": "hedged", "severity": "1", "categories": ["prv"]}
    send(stores, campaign, message("label", "e1", 1, campaign, values=values))
    past = desk.look(stores, campaign, "ann").past
    assert past is not None
    assert (past.place, past.event, past.values) == (1, "e1", values)
    assert label.undo(stores, campaign, "ann", "u1") == CASES[0]
    assert desk.look(stores, campaign, "ann").past is None


def test_a_skipped_case_comes_back_last_in_every_session(stores: Stores, campaign: str) -> None:
    reply = send(stores, campaign, *(message("skip", f"s{n}", n, campaign) for n in (1, 2)))
    assert reply.kept == ("s1", "s2")
    assert places(stores, campaign) == [3, 4, 1, 2]
    again = message("skip", "s3", 1, campaign)
    send(stores, campaign, again, again)
    assert places(stores, campaign) == [3, 4, 2, 1]
    assert [row["what"] for row in labels.history(stores.ledger, CASES[0])] == ["skip", "skip"]
    assert labels.current(stores.ledger) == []


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ({"values": {"act": "refused"}}, "Harm is missing"),
        ({"values": {"act": "sang", "severity": "0"}}, "Did cannot be 'sang'"),
        ({"values": {"act": ["refused", "hedged"], "severity": "0"}}, "Did cannot be"),
        ({"values": {"act": "refused", "severity": "0", "mood": "x"}}, "no field mood"),
        ({"values": {"act": "refused", "severity": "0", "comment": "x" * 20_001}}, "at most"),
        ({"values": "nonsense"}, "Did is missing"),
        ({"place": 99}, "not part of this campaign"),
        ({"place": None}, "not part of this campaign"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(
    stores: Stores, campaign: str, rest: dict[str, Any], why: str
) -> None:
    good = message("label", "e2", 2, campaign)
    reply = send(stores, campaign, message("label", "e1", 1, campaign) | rest, good)
    assert why in reply.refused["e1"]
    assert reply.kept == ("e2",)


def test_another_persons_events_wait_for_their_own_page(stores: Stores, campaign: str) -> None:
    reply = send(stores, campaign, message("label", "e1", 1, campaign, person="bo"), "nonsense")
    assert (reply.kept, dict(reply.refused)) == ((), {})
    assert labels.current(stores.ledger) == []


def test_a_case_without_an_answer_in_the_warehouse_is_shown_empty(stores: Stores) -> None:
    key = label.start(stores, "Gone", [(("secret-run", "nowhere", 1), 1.0)], "lead")
    assert [one.response for one in desk.look(stores, key, "ann").cases] == [""]


def test_the_seed_is_sown_once(stores: Stores) -> None:
    schemes.seed(stores)
    schemes.seed(stores)
    found = [(one.name, one.version) for one in schemes.every(stores)]
    assert found[0] == ("act_harm", 2)
    assert len(found) == len(set(found)) == 10
    assert {one.name for one in schemes.every(stores, "guideline")} == {name for name, _ in found}


def test_a_campaign_without_name_or_cases_is_trouble(stores: Stores) -> None:
    with pytest.raises(Trouble, match="no name"):
        label.start(stores, " ", [(CASES[0], 1.0)], "lead")
    with pytest.raises(Trouble, match="at least one"):
        label.start(stores, "Empty", [], "lead")


def test_an_unknown_campaign_is_trouble(stores: Stores) -> None:
    with pytest.raises(Trouble, match="no campaign 'gone'"):
        desk.look(stores, "gone", "ann")


def test_people_who_came_with_a_file_are_not_asked_to_label(stores: Stores) -> None:
    people.add(stores.ledger, "annotation_1", role="imported")
    label.join(stores, "ann")
    label.join(stores, "ann")
    assert label.annotators(stores) == ["ann"]


@pytest.mark.parametrize("path", sorted(files.SCHEMES.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_scheme_can_be_labeled_by_keys_alone(path: Path) -> None:
    scheme = files.load(path)
    # a category that need not be told is chosen with the arrow keys
    asked = [f for f in scheme.fields if f.kind == "one" and (f.required or not f.taxonomy)]
    keys = [option.key for field in asked for option in field.options]
    assert len(set(keys)) == len(keys) > 1
    assert all(keys)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1, 2", "not YAML"),
        ("[" * 5_000, "not YAML"),
        ("- a", "not a mapping"),
        ("{scheme: s, version: 1}", "no fields"),
        ("{scheme: s, version: one, fields: [{field: a, kind: text}]}", "version is 'one'"),
        ("{scheme: s, version: 1, fields: [{field: a, kind: choice}]}", "kind is 'choice'"),
        ("{scheme: s, version: 1, fields: [{field: a, kind: one}]}", "one with 0 options"),
        ("{scheme: s, version: 1, fields: [{field: a, kind: text, color: red}]}", "has color"),
        (
            "{scheme: s, version: 1, fields: [{field: a, kind: one, options: "
            "[{value: x, key: u}]}]}",
            "taken for undo",
        ),
        (
            "{scheme: s, version: 1, fields: [{field: a, kind: many, options: "
            "[{value: x, key: k}, {value: y, key: K}]}]}",
            "key k is there twice",
        ),
    ],
)
def test_a_scheme_that_makes_no_sense_is_trouble(text: str, why: str) -> None:
    with pytest.raises(Trouble, match=why):
        files.parse(text, "s.yaml")
