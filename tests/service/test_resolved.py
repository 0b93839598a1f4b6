"""What labels come to in an export, held against plain loops over the labels that hold."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.service import stores as opened
from app.service.exports import curate, export, recipe
from app.service.outputs import settle
from app.service.outputs.settle import ADJUDICATOR
from app.service.stores import Stores
from app.settings import Settings
from data.tables import Rule
from db import imports, labels
from db.labels import Label
from tests.service.answers import answer, put
from tests.service.test_export import read

PEOPLE = ("ann", "bo", "cy", ADJUDICATOR)
Said = dict[str, dict[str, dict[str, str]]]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Stores that the tests share."""
    found = opened.connect(Settings(home=tmp_path_factory.mktemp("labeled")))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


@pytest.fixture(scope="module")
def run(stores: Stores) -> str:
    """Thirty answers labeled by chance: twice, in two campaigns, undone, imported, left out."""
    key = put(stores, [answer(f"q{n}", 0.1, 0.2, 0.3) for n in range(30)], "owl")
    draw = random.Random(3)
    for n in range(100):
        case = (key, f"q{draw.randrange(25)}", 0)
        said = {"act": draw.choice("abc"), "Severity'\"": draw.choice("0123")}
        if draw.random() < 0.3:
            said.pop("act")
        person, campaign = draw.choice(PEOPLE), draw.choice(("one", "two"))
        labels.save(stores.ledger, Label(f"e{n}", campaign, person, case, "s", 1, 1, said))
        if draw.random() < 0.2:
            labels.undo(stores.ledger, f"u{n}", campaign, person)
    rows = [(key, f"q{n}", 0, "dee", "act", draw.choice("ab")) for n in range(20)]
    imports.add_many(stores.ledger, rows, scheme="s", campaign="one")
    return key


def said(stores: Stores) -> Said:
    """Item -> field -> person -> what they said last."""
    found: Said = defaultdict(lambda: defaultdict(dict))
    for row in labels.current(stores.ledger):
        found[row["item_id"]][row["field"]][row["person"]] = row["value"]
    return found


def expected(of: dict[str, dict[str, str]], field: str, rule: Rule) -> dict[str, Any]:
    people = {p: v for p, v in of.get(field, {}).items() if p != ADJUDICATOR}
    votes = Counter(people.values())
    n = votes.total()
    alike = sum(a == b for p, a in people.items() for q, b in people.items() if p != q)
    told: dict[str, Any] = {
        f"people_{field}": n, f"agreement_{field}": alike / (n * (n - 1)) if n > 1 else None,
    }  # fmt: skip
    first = votes.most_common(2)
    most = None if not first or (len(first) > 1 and first[0][1] == first[1][1]) else first[0][0]
    if rule == "soft":
        told[f"soft_{field}"] = [{"value": v, "share": votes[v] / n} for v in sorted(votes)]
    elif rule != "raw":
        ruled = of.get(field, {}).get(ADJUDICATOR)
        told[f"label_{field}"] = ruled if ruled and rule == "settled" else most
    return told


@pytest.mark.parametrize("rule", ["settled", "majority", "soft", "raw"])
def test_labels_come_to_what_plain_loops_make_of_them(
    stores: Stores, run: str, tmp_path: Path, rule: Rule
) -> None:
    asked = recipe.read({"labels": rule, "format": "jsonl"})
    done = export.export(stores, asked, tmp_path / "set")
    back = read(done.folder, "outputs", "jsonl")
    of = said(stores)
    for row in back:
        mine = of.get(row["item_id"])
        if mine is None:
            assert row["people_act"] is row["annotations"] is None
            continue
        for field in ("act", "Severity'\""):
            told = expected(mine, field, rule)
            assert {name: row[name] for name in told} == told
        every = sorted((field, v) for field, people in mine.items() for v in people.values())
        assert sorted((one["field"], one["value"]) for one in row["annotations"]) == every


def test_a_model_of_reliability_is_the_one_of_the_labels_of_all_chosen_runs(
    stores: Stores, run: str, tmp_path: Path
) -> None:
    model = settle.values(stores, "act", [run], "dawid_skene")
    asked = {"labels": "dawid_skene", "format": "jsonl", "sample": {"size": 12}}
    done = export.export(stores, recipe.read(asked), tmp_path / "set")
    back = read(done.folder, "outputs", "jsonl")
    told = {row["item_id"]: row["label_act"] for row in back}
    assert told == {item: model.get((run, item, 0)) for item in told}
    assert len(set(told.values())) > 2


def test_outputs_are_chosen_by_what_their_labels_come_to(stores: Stores, run: str) -> None:
    of = said(stores)

    def kept(**where: Any) -> int:
        return curate.preview(stores, recipe.read({"where": where}).body()).rows

    field = "Severity'\""
    fits = [item for item, mine in of.items()
            if expected(mine, "act", "settled")["label_act"] in ("a", "c")
            and expected(mine, field, "settled")[f"label_{field}"] == "1"]  # fmt: skip
    assert kept(labels=[("act", "a"), ("act", "c"), (field, "1")]) == len(fits) > 0
    agree = [item for item, mine in of.items()
             if len({p for people in mine.values() for p in people} - {ADJUDICATOR}) >= 3
             and (expected(mine, "act", "raw")["agreement_act"] or 0) >= 0.3]  # fmt: skip
    assert kept(people=3, agreement=("act", 0.3, 1.0)) == len(agree) > 0


def test_whoever_stops_while_labels_are_worked_on_finds_nothing(
    stores: Stores, run: str, tmp_path: Path
) -> None:
    heard: list[str] = []
    asked = recipe.read({"labels": "dawid_skene", "mask": ["emails"]})
    export.export(stores, asked, tmp_path / "whole", progress=lambda _, what: heard.append(what))
    phases = {what.translate({ord(d): None for d in "0123456789"}): what for what in heard}
    told = [what for what in phases.values() if what.startswith("labels: ")]
    assert len(told) >= 9  # gathered, masked, held, agreed, modeled, ordered, resolved
    place = tmp_path / "place"
    place.mkdir()
    for stop in ("labels: masking", "labels: agreement on act", told[-1]):

        def tell(_: float, what: str, stop: str = stop) -> None:
            if what == stop:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            export.export(stores, asked, place / "set", progress=tell)
        assert list(place.iterdir()) == []


def test_a_masked_label_counts_once_an_event_of_what_is_exported(
    stores: Stores, run: str, tmp_path: Path
) -> None:
    for item, person in (("q26", "ann"), ("q26", "bo"), ("q27", "ann")):
        case = (run, item, 0)
        label = Label(f"m{item}{person}", "c", person, case, "s", 1, 1, {"note": "a@example.org"})
        labels.save(stores.ledger, label)
    asked = {"mask": ["emails"], "where": {"words": '"said q26"'}, "format": "jsonl"}
    done = export.export(stores, recipe.read(asked), tmp_path / "set")
    assert done.masked == {"emails": 2}
    (row,) = read(done.folder, "outputs", "jsonl")
    assert row["label_note"] == "[email]"
