"""A data set taken away is what the warehouse holds, row by row."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
import yaml
from markdown_it import MarkdownIt

from app.service.exports import export, recipe
from app.service.exports.recipe import Recipe
from app.service.outputs import settle
from app.service.stores import Stores
from data.tables import TABLES, Format, Rule
from data.write import cells
from db import labels, outputs
from tests.service.answers import answer, put
from tests.service.hard import EVIL, HARD, say
from tests.service.hard import hard as loaded

FORMATS: tuple[Format, ...] = ("parquet", "jsonl", "csv")


@pytest.fixture
def hard(stores: Stores) -> str:
    """A run of texts that break things, with options, tags and more of any kind."""
    return loaded(stores)


def wanted(**asked: Any) -> Recipe:
    return recipe.read(asked)


def read(folder: Path, table: str, format: Format) -> list[dict[str, Any]]:
    path = folder / "data" / f"{table}.{format}"
    if format == "parquet":
        return parquet.read_table(path).to_pylist()
    with path.open(encoding="utf-8", newline="" if format == "csv" else "\n") as file:
        if format == "csv":
            return [{k: cell(table, k, v) for k, v in row.items()} for row in csv.DictReader(file)]
        return [json.loads(line, parse_constant=pytest.fail) for line in file]


LISTS = ("option_logprobs", "tags", "annotations")


def cell(table: str, name: str, value: str) -> Any:
    """A cell as anybody would undo it by what the manifest says."""
    if value == "":
        return None
    kinds = {one.name: one.kind for one in TABLES[table]}
    if name in LISTS or name.startswith("soft_"):
        return json.loads(value)
    if kinds.get(name) in ("integer", "number"):
        return json.loads(value)
    return cells.restored(value)


@pytest.mark.parametrize("format", FORMATS)
def test_what_comes_back_is_what_the_warehouse_holds(
    stores: Stores, hard: str, tmp_path: Path, format: Format
) -> None:
    done = export.export(stores, wanted(format=format), tmp_path / "set")
    back = read(done.folder, "outputs", format)
    told = {name: n for name, n in done.rows.items() if n}
    assert told == {"outputs": len(HARD), "scores": 3 * len(HARD)}
    empty = outputs.one(stores.warehouse, hard, "empty", 0)
    assert empty is not None
    expected = HARD | {"empty": empty["response"]}
    assert {row["item_id"]: row["response"] for row in back} == expected
    for row in back:
        case = outputs.one(stores.warehouse, hard, row["item_id"], 0)
        assert case is not None
        same = ("prompt", "response", "category", "finish", "n_tokens", "model", "dataset")
        assert {k: row[k] for k in same} == {k: case[k] for k in same}
        assert (json.loads(row["meta"]) if row["meta"] else {}) == case["meta"]
        assert json.loads(row["choices"]) == json.loads(case["choices"]) == ["yes", "no"]
        assert row["tags"] == [{"name": "kind", "value": "t|g"}]
        assert case["option_logprobs"] == {"A": 0, "B": -math.inf}
        assert row["option_logprobs"] == [
            {"option": "A", "logprob": 0}, {"option": "B", "logprob": None},
        ]  # fmt: skip
        assert row["probability"] == 1
    scores = [row for row in read(done.folder, "scores", format) if row["item_id"] == "nul"]
    said = {(row["dimension"], row["scorer"]): row["value"] for row in scores}
    assert said == {("bias", "owl"): 0.5, ("bias", "fox"): None, ("ethics", "owl"): 0.25}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("rule", ["settled", "majority", "dawid_skene", "soft", "raw"])
def test_labels_come_to_one_value_by_the_rule_with_every_raw_one_beside(
    stores: Stores, hard: str, tmp_path: Path, rule: Rule, format: Format
) -> None:
    for person in ("ann", "bo"):
        say(stores, hard, "lines", person, f"l-{person}", act="refused", severity="2")
    say(stores, hard, "lines", settle.ADJUDICATOR, "l-s", act="hedged", severity="3")
    say(stores, hard, "emoji", "ann", "e-ann", act="refused", severity="0")
    say(stores, hard, "emoji", "bo", "e-bo", act="answered", severity="0")
    say(stores, hard, "html", "ann", "h-ann", act="answered", severity="1")
    labels.undo(stores.ledger, "u", "c", "ann")
    done = export.export(stores, wanted(format=format, labels=rule), tmp_path / "set")
    back = {row["item_id"]: row for row in read(done.folder, "outputs", format)}
    acts = {name: row.get("label_act") for name, row in back.items() if row.get("label_act")}
    expected = {
        "settled": {"lines": "hedged"},
        "majority": {"lines": "refused"},
        # a tie is broken by who confuses less: the first of them, where they confuse alike
        "dawid_skene": {"lines": "refused", "emoji": "refused"},
    }
    assert acts == expected.get(rule, {})
    assert ("label_act" in back["lines"]) is (rule not in ("raw", "soft"))
    if rule == "soft":
        assert back["emoji"]["soft_act"] == [
            {"value": "answered", "share": 0.5}, {"value": "refused", "share": 0.5},
        ]  # fmt: skip
    beside = [(row["agreement_act"], row["people_act"]) for row in back.values()]
    assert [float(back[name]["agreement_act"]) for name in ("lines", "emoji")] == [1, 0]
    assert sum(people is not None for _, people in beside) == 2
    assert len([a for a in back["lines"]["annotations"] if a["field"] == "act"]) == 3
    raw = read(done.folder, "labels", format)
    assert [row["what"] for row in raw if row["item_id"] == "html"] == ["label", "label", "undo"]
    undone = next(row["undoes"] for row in raw if row["what"] == "undo")
    assert undone == next(row["event"] for row in raw if row["item_id"] == "html")
    assert done.rows["labels"] == len(raw) == 13
    holds = {str(row["holds"]).lower() for row in raw if row["item_id"] == "html"}
    assert holds == {"false"}


def test_annotators_bear_pseudonyms_that_hold_within_a_recipe_alone(
    stores: Stores, hard: str, tmp_path: Path
) -> None:
    for person in ("ann.lee@example.org", "bo"):
        say(stores, hard, "lines", person, f"l-{person}", act="refused")
    told = []
    for place, name in (("one", "a"), ("two", "a"), ("three", "b")):
        done = export.export(stores, wanted(format="jsonl"), tmp_path / place, name=name)
        text = "".join(path.read_text("utf-8") for path in done.folder.rglob("*") if path.is_file())
        assert "ann.lee" not in text
        told.append({row["person"] for row in read(done.folder, "labels", "jsonl")})
    assert told[0] == told[1]
    assert not told[0] & told[2]
    assert all(len(name) == len("annotator-") + 12 for name in told[0])


def test_only_what_was_chosen_is_exported(stores: Stores, hard: str, tmp_path: Path) -> None:
    put(stores, [answer("x", 0.1, 0.1, 0.1)], "other")
    say(stores, hard, "lines", "ann", "e", act="refused", severity="2")
    asked = wanted(where={"models": ["other"]}, format="jsonl")
    done = export.export(stores, asked, tmp_path / "set")
    assert (done.rows["outputs"], done.rows["scores"], done.rows["labels"]) == (1, 3, 0)
    assert {row["model"] for row in read(done.folder, "outputs", "jsonl")} == {"other"}
    assert "m\\|x" not in (done.folder / "README.md").read_text("utf-8")


@pytest.mark.parametrize("format", FORMATS)
def test_the_card_names_files_that_are_there_and_hostile_names_stay_text(
    stores: Stores, hard: str, tmp_path: Path, format: Format
) -> None:
    asked = wanted(format=format, title=f"# {EVIL}")
    done = export.export(stores, asked, tmp_path / "set")
    _, front, body = (done.folder / "README.md").read_text("utf-8").split("---\n", 2)
    told = yaml.safe_load(front)
    files = [file["path"] for one in told["configs"] for file in one["data_files"]]
    assert files == [f"data/outputs.{format}", f"data/scores.{format}"]
    assert all((done.folder / name).is_file() for name in files)
    splits = {file["split"] for one in told["configs"] for file in one["data_files"]}
    assert splits == {"train"}  # "all" is a word the readers of cards keep for themselves
    assert told["pretty_name"] == f"# {EVIL}"
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    inline = [child for token in tokens for child in token.children or ()]
    assert not {"image", "link_open", "html_inline"} & {token.type for token in inline}
    heads = [token for token in tokens if token.type == "heading_open"]
    assert len(heads) == 13  # none of a name's own


def test_a_section_a_person_wrote_stands_in_the_card(
    stores: Stores, hard: str, tmp_path: Path
) -> None:
    asked = wanted(card={"Content warning": "Read with care."}, license="cc-by-4.0")
    done = export.export(stores, asked, tmp_path / "set")
    text = (done.folder / "README.md").read_text("utf-8")
    assert "## Content warning\n\nRead with care.\n\n## What it is" in text
    assert "license: cc-by-4.0\n" in text
