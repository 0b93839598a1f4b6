"""The checksums of an export notice any change, and no export is written over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.service import check
from app.service.exports import export
from app.service.exports.export import Exported
from app.service.exports.recipe import Recipe
from app.service.stores import Stores
from data.trouble import Trouble
from tests.service.answers import answer, put


@pytest.fixture
def taken(stores: Stores, tmp_path: Path) -> Exported:
    put(stores, [answer(f"q{n}", 0.1, 0.2, 0.3) for n in range(5)], "m")
    return export.export(stores, Recipe(), tmp_path / "set")


def test_an_untouched_export_checks_out(taken: Exported) -> None:
    told = check.export(taken.folder)
    assert (told["snapshot"], told["files"]) == (taken.snapshot, 5)
    assert told["rows"]["data/outputs.parquet"] == 5


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lambda f: (f / "README.md").write_text("other"), "README.md is not what was exported"),
        (lambda f: (f / "data/scores.parquet").unlink(), "scores.parquet is missing"),
        (lambda f: (f / "data/more.parquet").write_text("x"), "not part of the export"),
        (lambda f: (f / "manifest.json").unlink(), "holds no manifest.json"),
        (lambda f: (f / "manifest.json").write_text("{"), "is damaged"),
        (lambda f: (f / "manifest.json").write_text('{"files": [{"path": 1}]}'), "is damaged"),
    ],
)
def test_the_check_finds_what_was_changed(taken: Exported, harm: Any, why: str) -> None:
    harm(taken.folder)
    with pytest.raises(Trouble, match=why):
        check.export(taken.folder)


def test_a_manifest_that_points_outside_its_folder_is_not_followed(taken: Exported) -> None:
    path = taken.folder / "manifest.json"
    told = json.loads(path.read_text("utf-8"))
    told["files"][0]["path"] = "../elsewhere"
    path.write_text(json.dumps(told), "utf-8")
    with pytest.raises(Trouble, match="outside its folder"):
        check.export(taken.folder)


def test_a_folder_that_is_taken_is_left_alone(taken: Exported, stores: Stores) -> None:
    before = sorted(taken.folder.rglob("*"))
    with pytest.raises(Trouble, match="is there already"):
        export.export(stores, Recipe(), taken.folder)
    with pytest.raises(Trouble, match="is there already"):
        export.export(stores, Recipe(), taken.folder / "README.md")
    assert sorted(taken.folder.rglob("*")) == before
