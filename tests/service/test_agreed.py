"""Agreement from every side: scopes, pairs, people, categories, contested cases, figures of old."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.service.labeling import labels as bringing
from app.service.loading import load as loading
from app.service.measures import agree, agreed, agreed_said
from app.service.outputs import settle
from app.service.stores import Stores
from data import mapping as maps
from data.trouble import Trouble
from db import labels
from db.labels import Label
from tests.service.answers import answer, put

DATASET = "dataset:made"


def say(stores: Stores, run: str, item: str, person: str, **values: str) -> None:
    case = (run, item, 0)
    kept = Label(f"{run}{item}{person}", "c", person, case, "s", 1, 2, values)
    assert labels.save(stores.ledger, kept)


@pytest.fixture
def run(stores: Stores) -> str:
    """Twelve answers in two categories: ann and bo agree on most, cy differs where he labels."""
    made = put(
        stores, [answer(f"i{k:02}", 0.1, 0.1, 0.1, category="ab"[k % 2]) for k in range(12)], "m"
    )
    for k in range(12):
        say(
            stores,
            made,
            f"i{k:02}",
            "ann",
            act="refused" if k % 3 else "hedged",
            severity=str(k % 4),
        )
        say(
            stores,
            made,
            f"i{k:02}",
            "bo",
            act="refused" if k % 4 else "hedged",
            severity=str(k % 4),
        )
        if k < 4:
            say(stores, made, f"i{k:02}", "cy", act="answered", severity="4", comment="odd")
    say(stores, made, "i00", settle.ADJUDICATOR, act="answered")
    return made


def test_a_scope_is_a_data_set_or_a_campaign_that_two_people_labeled(
    stores: Stores, run: str
) -> None:
    assert agreed.scopes(stores) == {DATASET: "data set · made"}
    assert agreed.fields(stores, DATASET) == ["act", "severity"]


def test_nothing_labeled_has_no_scope(stores: Stores) -> None:
    assert agreed.scopes(stores) == {}
    with pytest.raises(Trouble, match="no case has labels of 'act'"):
        agreed.look(stores, DATASET, "act")


def test_pairs_people_and_categories_are_measured_apart(stores: Stores, run: str) -> None:
    found = agreed.look(stores, DATASET, "act")
    assert (found.cases, found.guidelines, found.ordered) == (12, (2,), False)
    pairs = agreed_said.pairs(found)
    assert list(pairs) == ["ann × bo", "ann × cy", "bo × cy"]
    assert pairs["ann × bo"]["percent"].n == 12
    assert pairs["ann × cy"]["percent"].value == 0
    assert found.people["cy"].value == 0
    assert found.people["ann"].value == pytest.approx(7 / 16)
    assert set(found.groups) == {"a", "b"}
    assert found.groups["a"]["percent"].n == 6
    assert "pairs of labels agree" in agreed_said.sentence(found)
    assert "guideline version 2" in agreed_said.notes(found)


def test_ordered_labels_are_weighed_by_their_distance(stores: Stores, run: str) -> None:
    found = agreed.look(stores, DATASET, "severity")
    assert found.ordered
    assert (found.alpha, found.kappa) == ("alpha_ordinal", "Cohen's kappa, quadratic weights")
    assert found.pairs["ann", "bo"]["kappa"].value == 1
    assert agreed.alphas(found)["severity"] == found.fields["severity"]["alpha_ordinal"]
    assert agreed.alphas(found)["act"] == found.fields["act"]["alpha_nominal"]


def test_the_most_contested_cases_come_first_with_who_said_what(stores: Stores, run: str) -> None:
    found = agreed.look(stores, DATASET, "act")
    assert [one.apart for one in found.contested] == sorted(
        (one.apart for one in found.contested), reverse=True
    )
    first = found.contested[0]
    assert first.apart == 1
    assert len(set(first.said.values())) == len(first.said)
    assert settle.ADJUDICATOR not in first.said
    opened = agreed.openings(stores, [first.case])
    (line,) = agreed_said.contested([first], opened)
    assert line["prompt"] == f"asked {first.case[1]}"
    assert line["contested"] == 1


def test_a_pick_cuts_the_contested_cases(stores: Stores, run: str) -> None:
    found = agreed.look(stores, DATASET, "act")
    every = {"ann and bo", "ann and cy", "bo and cy", "ann", "bo", "cy", "in a", "in b"}
    every |= {f"on {name}" for name in found.fields} | {
        f"by {name}" for name in found.fields["act"]
    }
    assert set(agreed_said.picks(found)) == every
    assert agreed_said.within(found, "by ac1") == list(found.contested)
    assert [agreed_said.field(found, f"on {name}") for name in found.fields] == list(found.fields)
    assert agreed_said.field(found, "ann") == "act"
    apart = agreed_said.within(found, "ann and bo")
    assert all(one.said["ann"] != one.said["bo"] for one in apart)
    assert len(agreed_said.within(found, "cy")) == 4
    assert {one.category for one in agreed_said.within(found, "in a")} == {"a"}
    assert agreed_said.within(found, "nobody") == list(found.contested)


def test_unanimous_labels_are_explained(stores: Stores) -> None:
    run = put(stores, [answer(f"i{k}", 0.1, 0.1, 0.1) for k in range(4)], "m")
    for k in range(4):
        for person in ("ann", "bo"):
            say(stores, run, f"i{k}", person, act="answered")
    found = agreed.look(stores, DATASET, "act")
    assert "everyone gave the same label" in agreed_said.sentence(found)
    assert found.contested == ()
    assert any("everyone gave the same label" in note for note in agreed_said.notes(found))


def test_agreement_is_told_by_pair_category_and_data_set(stores: Stores, run: str) -> None:
    pairs = {row.group for row in agree.rows(stores, by="pair")}
    assert {"act · ann × bo", "severity · bo × cy"} <= pairs
    categories = {row.group for row in agree.rows(stores, by="category")}
    assert categories == {"act · a", "act · b", "severity · a", "severity · b"}
    more = put(stores, [answer("j", 0.1, 0.1, 0.1)], "other")
    for person in ("ann", "bo"):
        say(stores, more, "j", person, act="refused")
    one = [
        r for r in agree.rows(stores, by="dataset") if (r.group, r.measure) == ("act", "percent")
    ]
    assert [(r.run, r.dataset, r.n) for r in one] == [("", "made", 13)]


def test_careless_people_weigh_less_under_the_model(stores: Stores) -> None:
    run = put(stores, [answer(f"i{k:02}", 0.1, 0.1, 0.1) for k in range(30)], "m")
    for k in range(30):
        truth, other = ("refused", "answered")[:: 1 if k % 3 else -1]
        for person in ("ann", "bo"):
            say(stores, run, f"i{k:02}", person, act=truth)
        for person in ("cy", "di", "ed"):  # as many as always say the same
            say(
                stores,
                run,
                f"i{k:02}",
                person,
                act="answered" if person != "ed" or k % 2 else other,
            )
    model = settle.values(stores, "act", rule="dawid_skene")
    most = settle.values(stores, "act", rule="majority")
    truths = {(run, f"i{k:02}", 0): "refused" if k % 3 else "answered" for k in range(30)}
    assert model == truths
    assert most != truths


def test_free_text_and_single_labels_fall_back_on_the_majority(stores: Stores) -> None:
    run = put(stores, [answer(f"i{k:02}", 0.1, 0.1, 0.1) for k in range(60)], "m")
    for k in range(60):
        say(stores, run, f"i{k:02}", "ann", act="refused", note=f"words {k}")
        say(stores, run, f"i{k:02}", "bo", note=f"words {k}")
    for field in ("act", "note"):
        assert settle.values(stores, field, rule="dawid_skene") == settle.values(stores, field)


def test_prompts_nobody_answered_are_contested_too(stores: Stores, tmp_path: Path) -> None:
    rows = [
        {"id": f"p{k}", "q": f"asked {k}", "kind": "xy"[k % 2], "one": "a", "two": "ab"[k % 2]}
        for k in range(6)
    ]
    path = tmp_path / "asked.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    read(stores, path, """
item_id: id
prompt: q
category: kind
labels: {hate: {ann: one, bo: two}}
fixed: {dataset: asked}
""")  # fmt: skip
    found = agreed.look(stores, "dataset:asked", "hate")
    assert set(found.groups) == {"x", "y"}
    assert len(found.contested) == 3
    told = agreed.openings(stores, [one.case for one in found.contested])
    lines = agreed_said.contested(list(found.contested), told)
    assert {line["prompt"] for line in lines} == {"asked 1", "asked 3", "asked 5"}


def read(stores: Stores, path: Path, mapping: str, labels_of: Path | None = None) -> None:
    loading.load(stores, path, mapping=maps.parse(mapping, "m.yaml"), by="test")
    if labels_of is not None:
        second = maps.parse(mapping.replace("first", "second"), "m.yaml")
        bringing.load(stores, labels_of, bringing.Asked(second))


def told(stores: Stores, **how: Any) -> dict[tuple[str, str], float]:
    return {(row.group, row.measure): row.value for row in agree.rows(stores, **how)}


@pytest.mark.real
@pytest.mark.parametrize(("language", "truthful"), [("en", 0.740), ("ca", 0.796)])
def test_two_files_of_the_same_columns_are_two_people(
    stores: Stores, real: Path, language: str, truthful: float
) -> None:
    mapping = """
item_id: id
prompt: question
response: model_answer
labels: {truthfulness: {first: truthfulness}, informativeness: {first: informativeness}}
fixed: {model: several, dataset: truthfulqa}
"""
    folder = real / "truthfulqa_multi" / "manual_review"
    read(stores, folder / f"evaluated_{language}.csv", mapping, folder / f"iaa_{language}.csv")
    found = told(stores)
    assert found["truthfulness", "cohen_kappa"] == pytest.approx(truthful, abs=5e-4)
    assert found["informativeness", "cohen_kappa"] == pytest.approx(0.485, abs=6e-4)


@pytest.mark.real
def test_four_people_in_three_files_are_measured_as_one_data_set(
    stores: Stores, real: Path
) -> None:
    people = {f"Ann{n}": f"annotations.Ann{n}" for n in range(1, 5)}
    mapping = json.dumps({"fixed": {"dataset": "paraphrase"}, "labels": {"paraphrase": people}})
    for part in ("train", "dev", "test"):
        read(stores, real / "lewidi2025" / f"Paraphrase_{part}.json", mapping)
    found = told(stores, by="dataset")
    for metric, value in (("nominal", 0.1551), ("ordinal", 0.5258), ("interval", 0.4871)):
        assert found["paraphrase", f"alpha_{metric}"] == pytest.approx(value, abs=5e-5)
