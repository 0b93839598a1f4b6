"""Fields of labels whose names are nearly the same stay apart, in the data and in other tools."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import get_args

import pyarrow.parquet as parquet
import pytest

from app.service.exports import export
from app.service.exports.recipe import read
from app.service.stores import Stores
from data.tables import Rule
from tests.service.answers import answer, put
from tests.service.hard import say

LONG = "x" * 300


@pytest.fixture
def labeled(stores: Stores) -> Stores:
    run = put(stores, [answer(f"q{n}", 0.1, 0.1, 0.1) for n in range(2)], "m")
    for person in ("ann", "bo"):
        say(stores, run, "q0", person, f"0-{person}", act="refused", Act="capital", prompt="clear")
        say(stores, run, "q1", person, f"1-{person}", act="answered", **{"harm level": "2"})
        say(stores, run, "q1", f"{person}-2", f"2-{person}", harm_level="3", ACT=LONG)
    return stores


@pytest.mark.parametrize("rule", get_args(Rule))
def test_fields_that_differ_in_case_alone_keep_their_labels(
    labeled: Stores, tmp_path: Path, rule: Rule
) -> None:
    folder = export.export(labeled, read({"labels": rule}), tmp_path / "set").folder
    rows = parquet.read_table(folder / "data/outputs.parquet").to_pylist()
    found = {row["item_id"]: row for row in rows}
    assert [found["q0"][f"people_{name}"] for name in ("act", "Act", "ACT")] == [2, 2, 0]
    assert [found["q1"][f"people_{name}"] for name in ("act", "Act", "ACT")] == [2, 0, 2]
    told = [(found[item], field) for item in ("q0", "q1") for field in ("act", "Act", "ACT")]
    wanted = ["refused", "capital", None, "answered", None, LONG]
    if rule == "soft":
        shares = [[{"value": one, "share": 1.0}] if one else [] for one in wanted]
        assert [row[f"soft_{field}"] or [] for row, field in told] == shares
    elif rule != "raw":
        assert [row[f"label_{field}"] for row, field in told] == wanted


def test_croissant_describes_a_field_whose_name_holds_a_blank(
    labeled: Stores, tmp_path: Path
) -> None:
    folder = export.export(labeled, read({}), tmp_path / "set").folder
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries' own making
        import mlcroissant  # type: ignore[import-untyped]

        held = mlcroissant.Dataset(str(folder / "croissant.json"))  # raises where it is not sound
        rows = list(held.records(record_set="outputs"))
    found = {row["outputs/item_id"]: row["outputs/label_harm~20level"] for row in rows}
    assert found[b"q1"] == b"2"


def test_other_tools_get_a_name_of_its_own_for_every_field(labeled: Stores, tmp_path: Path) -> None:
    folder = export.export(labeled, read({"format": "argilla"}), tmp_path / "set").folder / "import"
    settings = json.loads((folder / ".argilla" / "settings.json").read_text("utf-8"))
    names = [one["name"] for one in settings["questions"]]
    assert len(set(names)) == len(names)
    assert not {"prompt", "response"} & set(names)
    records = {row["metadata"]["item_id"]: row["responses"] for row in json.loads(
        (folder / "records.json").read_text("utf-8"))}  # fmt: skip
    fields = {one["title"]: one["name"] for one in settings["questions"]}
    values = [records["q0"][fields[title]] for title in ("Act", "prompt")]
    assert [[one["value"] for one in several] for several in values] == [["capital"] * 2,
                                                                         ["clear"] * 2]  # fmt: skip
    choices = [one["settings"] for one in settings["questions"] if "options" in one["settings"]]
    assert all(len(one["options"]) >= 2 for one in choices)
    assert all(len(option["value"]) <= 200 for one in choices for option in one["options"])
