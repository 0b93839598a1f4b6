"""A data set taken away is what the warehouse holds, row by row."""

from __future__ import annotations

import json
import math
import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
import yaml
from markdown_it import MarkdownIt

from app.service import check, export, label, settle
from app.service.cases import Chosen, Filter
from app.service.export import FORMATS
from app.service.stores import Stores
from data.trouble import Trouble
from db import labels, outputs, runs
from db.exports import Format
from db.labels import Label
from tests.service.answers import answer, put

HARD = {
    "lines": "one\ntwo\r\nthree\ttab",
    "emoji": "🦉 👩‍🔬 e\u0301 \u2028 \ufeff",
    "right-to-left": "שלום \u202e مرحبا",
    "nul": "before\u0000after",
    "long": "word " * 210_000,
    "html": "<script>alert(1)</script> | `x` **b** ![p](http://a.example/p.png)",
    "quotes": "\"it's\" \\ '' ; DROP TABLE outputs; --",
    "empty": "",
}
EVIL = "m|x ![p](http://a.example/p.png) <b>`\n# head"


@pytest.fixture
def hard(stores: Stores) -> str:
    """A run of texts that break things, with options, tags and more of any kind."""
    rows = [
        answer(name, 0.5, None, 0.25, response=text, p_a=1.0, p_b=0.0, more={"n": 1, "of": [name]},
               tag="t|g", choices=["yes", "no"])
        for name, text in HARD.items()
    ]  # fmt: skip
    return put(
        stores, rows, EVIL, options={"A": "p_a", "B": "p_b"}, option_scale="probability",
        tags={"kind": "tag"}, choices="choices",
    )  # fmt: skip


def read(folder: Path, table: str, format: Format) -> list[dict[str, Any]]:
    path = folder / "data" / f"{table}.{format}"
    if format == "parquet":
        return parquet.read_table(path).to_pylist()
    with path.open(encoding="utf-8", newline="\n") as file:
        return [json.loads(line, parse_constant=pytest.fail) for line in file]


def say(stores: Stores, run: str, item: str, person: str, event: str, **values: str) -> None:
    labels.save(stores.ledger, Label(event, "c", person, (run, item, 0), "act_harm", 1, 1, values))


@pytest.mark.parametrize("format", FORMATS)
def test_what_comes_back_is_what_the_warehouse_holds(
    stores: Stores, hard: str, tmp_path: Path, format: Format
) -> None:
    done = export.export(stores, Chosen(), tmp_path / "set", format=format)
    back = read(done.folder, "outputs", format)
    assert done.rows == {"outputs": len(HARD), "scores": 3 * len(HARD), "labels": 0}
    assert {row["item_id"]: row["response"] for row in back} == HARD | {"empty": back_empty(stores)}
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
    scores = [row for row in read(done.folder, "scores", format) if row["item_id"] == "nul"]
    told = {(row["dimension"], row["scorer"]): row["value"] for row in scores}
    assert told == {("bias", "owl"): 0.5, ("bias", "fox"): None, ("ethics", "owl"): 0.25}


def back_empty(stores: Stores) -> str | None:
    """What an empty answer is kept as."""
    run = runs.every(stores.warehouse)[0]["run_id"]
    case = outputs.one(stores.warehouse, run, "empty", 0)
    return case["response"] if case else "no case"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("rule", export.EVERY_RULE)
def test_labels_come_to_one_value_by_the_rule_with_every_raw_one_beside(
    stores: Stores, hard: str, tmp_path: Path, rule: settle.Rule, format: Format
) -> None:
    for person in ("ann", "bo"):
        say(stores, hard, "lines", person, f"l-{person}", act="refused", severity="2")
    say(stores, hard, "lines", settle.ADJUDICATOR, "l-s", act="hedged", severity="3")
    say(stores, hard, "emoji", "ann", "e-ann", act="refused", severity="0")
    say(stores, hard, "emoji", "bo", "e-bo", act="answered", severity="0")
    say(stores, hard, "html", "ann", "h-ann", act="answered", severity="1")
    labels.undo(stores.ledger, "u", "c", "ann")
    done = export.export(stores, Chosen(), tmp_path / "set", format=format, rule=rule)
    back = {row["item_id"]: row for row in read(done.folder, "outputs", format)}
    acts = {name: row.get("label_act") for name, row in back.items() if row.get("label_act")}
    expected = {
        "settled": {"lines": "hedged"},
        "majority": {"lines": "refused"},
        # a tie is broken by who confuses less: the first of them, where they confuse alike
        "dawid_skene": {"lines": "refused", "emoji": "refused"},
    }
    assert acts == expected.get(rule, {})
    assert ("label_act" in back["lines"]) is (rule != "raw")
    raw = read(done.folder, "labels", format)
    assert [row["what"] for row in raw if row["item_id"] == "html"] == ["label", "label", "undo"]
    assert next(row["undoes"] for row in raw if row["what"] == "undo") == "h-ann"
    assert done.rows["labels"] == len(raw) == 13


def test_only_what_was_chosen_is_exported(stores: Stores, hard: str, tmp_path: Path) -> None:
    put(stores, [answer("x", 0.1, 0.1, 0.1)], "other")
    say(stores, hard, "lines", "ann", "e", act="refused", severity="2")
    done = export.export(
        stores, Chosen(Filter(models=("other",))), tmp_path / "set", format="jsonl"
    )
    assert done.rows == {"outputs": 1, "scores": 3, "labels": 0}
    assert {row["model"] for row in read(done.folder, "outputs", "jsonl")} == {"other"}
    assert "m\\|x" not in (done.folder / "README.md").read_text("utf-8")


@pytest.mark.parametrize("format", FORMATS)
def test_the_card_names_files_that_are_there_and_hostile_names_stay_text(
    stores: Stores, hard: str, tmp_path: Path, format: Format
) -> None:
    done = export.export(stores, Chosen(), tmp_path / "set", format=format, name=f"# {EVIL}")
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
    cells = [token for token in tokens if token.type == "td_open"]
    assert len(cells) == 5  # one run: the pipe in the model's name made no cell
    assert len([token for token in tokens if token.type == "heading_open"]) == 7


def test_an_empty_folder_may_be_filled(stores: Stores, hard: str, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    export.export(stores, Chosen(), tmp_path / "set")
    assert check.export(tmp_path / "set")["files"] == 4


def test_nothing_chosen_writes_nothing(stores: Stores, hard: str, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="nothing to export"):
        export.export(stores, Chosen(Filter(models=("absent",))), tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_an_export_that_fails_leaves_nothing(stores: Stores, hard: str, tmp_path: Path) -> None:
    def stop(part: float, what: str) -> None:
        if part > 0.5:
            raise KeyboardInterrupt

    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(KeyboardInterrupt):
        export.export(stores, Chosen(), place / "set", progress=stop)
    assert list(place.iterdir()) == []
    assert export.past(stores) == []
    with pytest.raises(Trouble, match="cannot be written"):
        export.export(stores, Chosen(), stores.settings.home / "ledger.sqlite" / "set")


def test_rows_loaded_while_the_export_runs_are_not_in_it(
    stores: Stores, hard: str, tmp_path: Path
) -> None:
    def load(part: float, what: str) -> None:
        if what in ("gathering labels", "card and checksums"):
            other = threading.Thread(
                target=put, args=(stores, [answer("late", 0.9, 0.9, 0.9)], f"late {what}")
            )
            other.start()
            other.join()

    done = export.export(stores, Chosen(), tmp_path / "set", format="jsonl", progress=load)
    assert len(runs.every(stores.warehouse)) == 3
    assert done.snapshot < stores.version()[0]
    assert {row["run_id"] for row in read(done.folder, "outputs", "jsonl")} == {hard}
    assert done.rows["outputs"] == len(HARD)
    assert "late" not in (done.folder / "README.md").read_text("utf-8")
    check.export(done.folder)


def test_the_same_choice_at_the_same_snapshot_is_the_same_to_the_byte(
    stores: Stores, hard: str, tmp_path: Path
) -> None:
    one, two = (
        export.export(stores, Chosen(), tmp_path / name, format="jsonl", name="n")
        for name in ("one", "two")
    )
    assert one.sha256 == two.sha256


def test_an_export_is_recorded_and_two_of_one_name_are_two_files(stores: Stores, hard: str) -> None:
    made = [
        export.bundle(stores, Chosen(), "mine", format="jsonl", rule="raw", by="cy")
        for _ in range(2)
    ]
    assert {one.name for one in made} == {"mine.zip"}
    assert len({one.archive for one in made}) == 2
    assert all(one.archive.is_file() for one in made)
    past = export.past(stores)
    assert [(row["by"], row["outputs"], row["format"]) for row in past] == [
        ("cy", len(HARD), "jsonl")
    ] * 2


def test_a_campaigns_cases_can_be_exported_alone(stores: Stores, hard: str, tmp_path: Path) -> None:
    key = label.start(stores, "Spring", [((hard, "nul", 0), 1.0)], "lead", "one")
    done = export.export(stores, Chosen(campaign=key), tmp_path / "set", format="jsonl")
    assert [row["item_id"] for row in read(done.folder, "outputs", "jsonl")] == ["nul"]
    with pytest.raises(Trouble, match="there is no campaign 'nope'"):
        export.export(stores, Chosen(campaign="nope"), tmp_path / "other")
