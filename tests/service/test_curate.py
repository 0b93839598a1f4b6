"""Each step of a recipe removes what it says, keeps its chances, and breaks no family."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from app.service.exports import asked, choosable, curate, export, recipe, recipes
from app.service.outputs import licensed
from app.service.stores import Stores
from data.trouble import Trouble
from db import labels
from tests.service.answers import answer, put
from tests.service.hard import say

WORDS = (
    "harbor", "storm", "tide", "gull", "rope", "anchor", "lantern", "pilot", "cargo", "mast",
)  # fmt: skip


def rows(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """Prompts of random words in uneven categories; every tenth twice but for its last word."""
    draw = random.Random(seed)
    found = []
    for k in range(n):
        text = " ".join(draw.choice(WORDS) for _ in range(25))
        more = {"category": "ab"[k % 4 == 0], "response": f"answer {k}"}
        found.append(answer(f"q{k}", draw.random(), 0.5, 0.5, **more) | {"prompt": text})
        if k % 10 == 0:
            twin = answer(f"t{k}", 0.5, 0.5, 0.5, **more) | {"prompt": f"{text} again"}
            found.append(twin)
    return found


@pytest.fixture
def loaded(stores: Stores) -> Stores:
    for model in ("owl", "fox"):
        put(stores, rows(60), model)
    return stores


def taken(stores: Stores, to: Path, **body: Any) -> list[dict[str, Any]]:
    done = export.export(stores, recipe.read(body), to)
    return parquet.read_table(done.folder / "data/outputs.parquet").to_pylist()


def test_near_duplicate_prompts_go_with_all_their_answers(loaded: Stores, tmp_path: Path) -> None:
    seen = curate.preview(loaded, recipe.read({"near": {"of": "prompt"}}).body())
    assert [(step.kept, step.removed) for step in seen.steps] == [(132, 0), (132, 0), (120, 12)]
    back = taken(loaded, tmp_path / "set", near={"of": "prompt"})
    assert not [row for row in back if row["item_id"].startswith("t")]
    assert len({row["model"] for row in back}) == 2


def test_balance_draws_the_same_of_every_category_with_its_chance(
    loaded: Stores, tmp_path: Path
) -> None:
    back = taken(loaded, tmp_path / "set", balance={"by": "category"})
    of = {c: [row["probability"] for row in back if row["category"] == c] for c in "ab"}
    assert len(of["a"]) == len(of["b"])
    assert set(of["b"]) == {1.0}
    assert sum(1 / p for p in of["a"]) + len(of["b"]) == pytest.approx(132)


@pytest.mark.parametrize("sample", [{"size": 30}, {"size": 30, "by": "model"},
                                    {"size": 30, "harm": True}])  # fmt: skip
def test_a_drawn_set_stands_for_the_whole_by_its_chances(
    loaded: Stores, tmp_path: Path, sample: dict[str, Any]
) -> None:
    back = taken(loaded, tmp_path / "set", sample=sample, seed=3)
    assert len(back) == 30
    if "harm" not in sample:  # by harm the sum holds on average alone
        assert sum(1 / row["probability"] for row in back) == pytest.approx(132)
    again = taken(loaded, tmp_path / "again", sample=sample, seed=3)
    assert [r["item_id"] for r in again] == [r["item_id"] for r in back]
    other = taken(loaded, tmp_path / "other", sample=sample, seed=4)
    assert [r["item_id"] for r in other] != [r["item_id"] for r in back]


def test_no_prompt_family_is_broken_by_a_split(stores: Stores, tmp_path: Path) -> None:
    base = rows(50)
    put(stores, base, "owl")
    put(stores, base[:30], "fox")
    put(stores, [row | {"prompt": f"typo {n}"} for n, row in enumerate(base[:20])], "owl",
        "made [typos]")  # fmt: skip
    paired = [
        answer(f"p{n}", 0.1, 0.1, 0.1, pair=f"pair {n // 2}")
        | {"prompt": " ".join(random.Random(n).choices(WORDS, k=20))}
        for n in range(40)
    ]
    put(stores, paired, "owl", "pairs", tags={"pair_id": "pair"})
    back = taken(stores, tmp_path / "set", splits={"train": 0.7, "test": 0.3})
    parts: dict[str, set[str]] = {}
    for row in back:
        tags = {tag["name"]: tag["value"] for tag in row["tags"] or ()}
        family = tags.get("pair_id") or row["item_id"].replace("t", "q")
        parts.setdefault(family, set()).add(row["split"])
    assert {len(part) for part in parts.values()} == {1}
    share = sum(row["split"] == "train" for row in back) / len(back)
    assert share == pytest.approx(0.7, abs=0.06)


def test_licenses_labels_and_lenses_choose_runs_and_answers(loaded: Stores, tmp_path: Path) -> None:
    put(loaded, rows(5, 9), "owl", "secret")
    licensed.state(loaded, "secret", "cc-by-nc-4.0", False, "lead")
    run = next(r["run_id"] for r in curate.runs.every(loaded.warehouse) if r["dataset"] == "made")
    for n in range(4):
        say(loaded, run, f"q{n}", "ann", f"a{n}", act="refused")
        say(loaded, run, f"q{n}", "bo", f"b{n}", act="refused" if n < 2 else "hedged")

    def chosen(*conditions: tuple[str, str]) -> int:
        return curate.preview(loaded, recipe.read({"where": asked.where(conditions)}).body()).rows

    assert chosen(("license", "cc-by-nc-4.0")) == 6
    assert chosen(("label:act", "refused")) == 2
    assert chosen(("people", "2")) == 4
    assert chosen(("agreement:act", "0.5..1")) == 2
    assert chosen(("source", "nowhere.csv")) == 0
    assert chosen(("lens:sharp.mean", "0..")) == 138
    with pytest.raises(Trouble, match="gives no 'nothing'"):
        chosen(("lens:sharp.nothing", "0.."))
    back = taken(loaded, tmp_path / "set", where={"datasets": ["secret"]})
    assert {row["response"] for row in back} == {None}
    assert {row["license"] for row in back} == {"cc-by-nc-4.0"}
    card = (tmp_path / "set" / "README.md").read_text("utf-8")
    assert "may not be passed on and are left out" in card


def test_a_recipe_is_kept_by_version_and_runs_again_to_the_byte(
    loaded: Stores, tmp_path: Path
) -> None:
    first = recipe.read({"sample": {"size": 10}, "splits": {"train": 0.5, "test": 0.5}})
    assert recipes.save(loaded, "My set", first, "lead") == 1
    assert recipes.save(loaded, "My set", first, "lead") == 1
    assert recipes.save(loaded, "My set", recipe.read({"sample": {"size": 11}}), "lead") == 2
    assert [(one.name, one.version) for one in recipes.every(loaded)] == [("my-set", 2)]
    old = recipes.named(loaded, "my-set@1")
    assert old.recipe == first
    made = [
        export.export(loaded, old.recipe, tmp_path / name, name="my-set", edition=1)
        for name in ("one", "two")
    ]
    assert made[0].sha256 == made[1].sha256
    with pytest.raises(Trouble, match="there is no recipe 'other'"):
        recipes.named(loaded, "other")


def test_personal_data_is_masked_with_its_count(stores: Stores, tmp_path: Path) -> None:
    text = "Write to ann@example.org, call +1 650 253 0000, password: hunter-hunter2"
    put(stores, [answer("q", 0.1, 0.1, 0.1, response=text)], "owl")
    done = export.export(
        stores, recipe.read({"mask": ["emails", "phones", "secrets"]}), tmp_path / "set"
    )
    back = parquet.read_table(done.folder / "data/outputs.parquet").to_pylist()
    assert back[0]["response"] == "Write to [email], call [phone], password: [secret]"
    assert done.masked == {"emails": 1, "phones": 1, "secrets": 1}
    assert "Masked: 1 emails, 1 phones, 1 secrets" in (done.folder / "README.md").read_text()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"splits": {"train": 0.5}}, "add to 0.5"),
        ({"splits": {"all": 1.0}}, "'all' cannot name a part"),
        ({"sample": {"size": 0}}, "sample.size"),
        ({"colour": 1}, "colour"),
        ({"mask": ["names"]}, "mask.0"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(body: dict[str, Any], why: str) -> None:
    with pytest.raises(Trouble, match=why):
        recipe.read(body)


@pytest.mark.parametrize("parts", [(0.8,), (0.6, 0.2), (1, 1, 1), (0.5, 0.7, 0.0), (0.3, 0.3, 0.3)])
def test_parts_that_do_not_add_to_one_are_refused_with_what_to_write(parts: tuple[float]) -> None:
    asked = {f"part_{n}": share for n, share in enumerate(parts)}
    with pytest.raises(Trouble, match=f"add to {sum(parts):g}, not 1") as found:
        recipe.read({"splits": asked})
    told = {name: float(share) for name, share in re.findall(r"(\w+)=(\d[.\d]*)", found.value.fix)}
    better = recipe.read({"splits": told}).splits
    whole = {name: share * sum(parts) for name, share in better.items()}
    assert whole == pytest.approx(asked, abs=0.003)
    assert ("name a part for the other" in found.value.fix) == (sum(parts) < 1)


def test_parts_of_nothing_are_refused_with_an_example() -> None:
    with pytest.raises(Trouble) as found:
        recipe.read({"splits": {"train": 0.0}})
    assert "train=0.9, test=0.1" in found.value.fix


def test_a_text_that_stands_in_many_answers_is_masked_and_counted_in_each(
    stores: Stores, tmp_path: Path
) -> None:
    rows = [answer(f"p{n}", 0.1, 0.1, 0.1, response="ask ann@example.org") for n in range(200)]
    put(stores, rows, "owl")
    done = export.export(stores, recipe.read({"mask": ["emails"]}), tmp_path / "set")
    assert done.masked == {"emails": 200}


def test_what_labels_come_to_is_masked_by_every_rule(stores: Stores, tmp_path: Path) -> None:
    run = put(stores, [answer("q", 0.1, 0.1, 0.1)], "owl")
    for person in ("ann", "bo"):
        say(stores, run, "q", person, f"l-{person}", comment="ask ann@example.org")
    for rule in ("settled", "soft", "raw"):
        asked = recipe.read({"mask": ["emails"], "labels": rule, "format": "jsonl"})
        done = export.export(stores, asked, tmp_path / rule)
        for path in done.folder.rglob("*"):
            assert path.is_dir() or "ann@example" not in path.read_text("utf-8"), path


def test_fields_and_values_to_choose_from_come_the_commonest_first(stores: Stores) -> None:
    run = put(stores, [answer(f"q{n}", 0.1, 0.1, 0.1) for n in range(3)], "owl")
    for n, act in enumerate(("hedged", "refused", "refused")):
        say(stores, run, f"q{n}", "ann", f"e{n}", act=act, severity="1")
    labels.undo(stores.ledger, "u", "c", "ann")
    assert choosable.fields(stores) == ["act", "severity"]
    assert choosable.values(stores, "act") == ["refused", "hedged"]
