"""The checksums of an export notice any change, and no export is written over."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from app.service import check
from app.service.exports import export
from app.service.exports.export import Exported
from app.service.exports.recipe import Recipe
from app.service.stores import Stores
from app.settings import Settings
from data.trouble import Trouble
from tests.service.answers import answer, put


@pytest.fixture
def taken(stores: Stores, tmp_path: Path) -> Exported:
    put(stores, [answer(f"q{n}", 0.1, 0.2, 0.3) for n in range(5)], "m")
    return export.export(stores, Recipe(), tmp_path / "set")


def swapped(path: Path) -> None:
    """A link in the place of a file or a folder, to what it was."""
    path.symlink_to(path.rename(path.parent.parent / f"{path.name} elsewhere"))


def retold(folder: Path, **of_first: Any) -> None:
    """The manifest with another word about the first file."""
    told = json.loads((folder / "manifest.json").read_bytes())
    told["files"][0].update(of_first)
    (folder / "manifest.json").write_text(json.dumps(told))


def test_a_manifest_that_was_changed_is_none_that_was_exported_here(
    taken: Exported, stores: Stores, tmp_path: Path
) -> None:
    told = check.export(taken.folder, stores.settings)
    assert told["manifest_sha256"] == taken.sha256
    assert told["manifest"].startswith("as it was exported here at 20")
    retold(taken.folder, rows=9)
    told = check.export(taken.folder, stores.settings)
    assert told["manifest_sha256"] != taken.sha256
    assert told["manifest"].startswith("none that was exported here")
    assert check.export(taken.folder, Settings(home=tmp_path / "no"))["manifest"] == check.UNKNOWN
    assert not (tmp_path / "no").exists()


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
        (lambda f: swapped(f / "data/scores.parquet"), "is a link or no file"),
        (lambda f: (f / "data/more").symlink_to(f / "README.md"), "is a link or no file"),
        (lambda f: (f / "more").symlink_to("nowhere"), "is a link or no file"),
        (lambda f: (f / "more").symlink_to(f.parent), "is a link or no file"),
        (lambda f: swapped(f / "data"), "is a link or no file"),
        (lambda f: swapped(f / "manifest.json"), "holds no manifest.json"),
        (lambda f: os.mkfifo(f / "pipe"), "is a link or no file"),
        (lambda f: (f / "data/manifest.json").write_text("x"), "not part of the export"),
        (lambda f: retold(f, path="a\0b"), "is missing"),
        (lambda f: retold(f, path="a" * 5000), "is missing"),
        (lambda f: retold(f, path=str(f / "README.md")), "outside its folder"),
        (lambda f: retold(f, bytes=1), "is not what was exported"),
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
