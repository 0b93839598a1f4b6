"""What other tools import: Argilla, Label Studio, Every Eval Ever, and edits of Inspect scores."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.service import stores as opened
from app.service.exports import export, recipe
from app.service.labeling import labels as bringing
from app.service.loading import load
from app.service.stores import Stores
from app.settings import Settings
from data.write import inspect_edits
from data.write.inspect_edits import Edit
from db import labels
from tests.data import inspect_logs
from tests.service.answers import answer, put
from tests.service.hard import HARD, hard, say


def made(stores: Stores, to: Path, format: str) -> Path:
    return export.export(stores, recipe.read({"format": format}), to / format).folder / "import"


def test_argilla_and_label_studio_get_questions_labels_and_texts(
    stores: Stores, tmp_path: Path
) -> None:
    run = hard(stores)
    for person in ("ann", "bo"):
        say(stores, run, "nul", person, f"l-{person}", act="refused", severity="2")
    folder = made(stores, tmp_path, "argilla")
    settings = json.loads((folder / ".argilla" / "settings.json").read_text("utf-8"))
    assert {"act", "severity"} <= {one["name"] for one in settings["questions"]}
    records = {row["metadata"]["item_id"]: row for row in json.loads(
        (folder / "records.json").read_text("utf-8"))}  # fmt: skip
    assert records["nul"]["fields"]["response"] == HARD["nul"]
    assert [one["value"] for one in records["nul"]["responses"]["act"]] == ["refused"] * 2
    assert records["nul"]["suggestions"]["act"]["value"] == "refused"
    folder = made(stores, tmp_path, "label-studio")
    tasks = json.loads((folder / "tasks.json").read_text("utf-8"))
    task = next(one for one in tasks if one["data"]["item_id"] == "nul")
    names = {one.get("name") for one in ElementTree.parse(folder / "label_config.xml").iter()}
    results = [one for annotation in task["annotations"] for one in annotation["result"]]
    assert {one["from_name"] for one in results} <= names
    assert len(task["annotations"]) == 2
    assert {row["data"]["response"] for row in tasks} == set(HARD.values())


@pytest.mark.parametrize("file", ["argilla/records.json", "label-studio/tasks.json"])
def test_labels_a_tool_got_come_back_each_with_its_annotator(
    stores: Stores, tmp_path: Path, file: str
) -> None:
    run = hard(stores)
    for person, act in (("ann", "refused"), ("bo", "answered")):
        say(stores, run, "nul", person, f"l-{person}", act=act, categories='["vcr", "ncr"]')
    format, _, name = file.partition("/")
    told = bringing.load(stores, made(stores, tmp_path, format) / name, bringing.Asked())
    back = [one for one in labels.current(stores.ledger) if one["what"] == "import"]
    assert (told["new"], told["refused"]) == (4, [])
    assert {one["item_id"] for one in back} == {"nul"}
    acts = {one["person"]: one["value"] for one in back if one["field"] == "act"}
    assert (len(acts), sorted(acts.values())) == (2, ["answered", "refused"])
    many = [one["value"] for one in back if one["field"] == "categories"]
    assert [json.loads(one) for one in many] == [["vcr", "ncr"]] * 2


TOKEN = "-".join(
    ["[0-9a-f]{8}", "[0-9a-f]{4}", "4[0-9a-f]{3}", "[89ab][0-9a-f]{3}", "[0-9a-f]{12}"]
)
EEE = rf"data(/[^/]+){{3}}/{TOKEN}_samples\.jsonl"
"""Where the format's own JSON Schema, 0.3.0, has the file of the instances lie."""


def test_our_reader_of_every_eval_ever_takes_every_scored_answer(
    stores: Stores, tmp_path: Path
) -> None:
    hard(stores)
    folder = made(stores, tmp_path, "every-eval-ever")
    (samples,) = folder.rglob("*_samples.jsonl")
    lines = samples.read_bytes().splitlines()
    assert len(lines) == 2 * len(HARD)  # one judge of three gave no score
    whole = samples.with_name(samples.name.replace("_samples.jsonl", ".json"))
    told = json.loads(whole.read_bytes())
    assert re.fullmatch(EEE, told["detailed_evaluation_results"]["file_path"])
    assert told["model_info"]["additional_details"].keys() >= {"deployment_type",
                                                               "model_availability"}  # fmt: skip
    other = opened.connect(Settings(home=tmp_path / "other"))
    report = load.load(other, whole)
    back = other.warehouse.cursor().execute("SELECT item_id, response FROM lake.outputs").fetchall()
    other.warehouse.close()
    other.ledger.dispose()
    assert (report.loaded[0].outputs, report.refused) == (len(HARD), [])
    assert {key: text or "" for key, text in back} == HARD


def test_an_answer_that_is_no_step_of_its_own_comes_back_from_every_eval_ever(
    stores: Stores, tmp_path: Path
) -> None:
    steps = [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "thinking"}]
    said = {"q0": "It is 4.", "q1": "thinking", "q2": "Again."}
    rows = [answer(item, 0.5, 0.5, 0.5, response=text, steps=steps) for item, text in said.items()]
    put(stores, rows, "m", steps="steps")
    (whole,) = made(stores, tmp_path, "every-eval-ever").glob("data/*/*/*/*.json")
    other = opened.connect(Settings(home=tmp_path / "other"))
    load.load(other, whole)
    back = other.warehouse.execute("SELECT item_id, response FROM lake.outputs").fetchall()
    turns = other.warehouse.execute("SELECT item_id, count(*) FROM lake.steps GROUP BY 1")
    assert (dict(back), dict(turns.fetchall())) == (said, {"q0": 3, "q1": 2, "q2": 3})
    other.warehouse.close()
    other.ledger.dispose()


def test_an_edit_stands_in_the_history_after_the_first_value() -> None:
    edit = Edit("correct", "incorrect", "annotator-1", "2026-01-01T00:00:00+00:00", "why", {})
    before = {"match": {"value": "C", "answer": "x"}}
    after = inspect_edits.edited(before, [edit])
    assert after["match"]["value"] == "I"
    assert [one["value"] for one in after["match"]["history"]] == ["C", "I"]
    assert after["match"]["history"][1]["provenance"]["author"] == "annotator-1"
    assert before == {"match": {"value": "C", "answer": "x"}}
    new = inspect_edits.edited({}, [edit._replace(field="severity", value="3")])
    assert new["severity"]["value"] == 3


@pytest.mark.parametrize("kind", ["eval", "json"])
def test_a_log_with_labels_written_back_reads_again_with_the_labels_as_its_scores(
    stores: Stores, tmp_path: Path, kind: str
) -> None:
    log = tmp_path / f"log.{kind}"
    top = inspect_logs.head()
    log.write_bytes(
        inspect_logs.packed(inspect_logs.members(top, inspect_logs.SAMPLES)) if kind == "eval"
        else inspect_logs.written(top, inspect_logs.SAMPLES)
    )  # fmt: skip
    before = log.read_bytes()
    run = load.load(stores, log).loaded[0].run
    for person in ("ann", "bo"):
        say(stores, run, "1", person, f"l-{person}", severity="3", match="incorrect")
    made = export.export(stores, recipe.read({"format": "inspect"}), tmp_path / "set", logs=[log])
    assert log.read_bytes() == before
    other = opened.connect(Settings(home=tmp_path / "other"))
    report = load.load(other, made.folder / "import" / log.name)
    query = "SELECT item_id, dimension, value FROM lake.scores ORDER BY ALL"
    told = {(item, name): value for item, name, value in other.warehouse.execute(query).fetchall()}
    answers = "SELECT item_id, response FROM lake.outputs ORDER BY ALL"
    same = [s.warehouse.cursor().execute(answers).fetchall() for s in (stores, other)]
    other.warehouse.close()
    other.ledger.dispose()
    assert (report.loaded[0].outputs, report.refused) == (2, [])
    assert same[0] == same[1]
    assert told == {("1", "correct"): 0, ("1", "severity"): 3, ("2", "correct"): 0}
