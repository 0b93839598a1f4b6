"""An export is whole or not there, the same to the byte, and of one moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from app.service import check
from app.service.exports import curate, export, recipes
from app.service.exports.recipe import Recipe, Where
from app.service.labeling import label
from app.service.stores import Stores
from data.trouble import Trouble
from db import edges, picks, room, runs, stripes
from db.filter import Filter
from tests.service.answers import answer, put
from tests.service.hard import HARD
from tests.service.test_export import hard as hard
from tests.service.test_export import read, wanted


def test_an_empty_folder_may_be_filled(stores: Stores, hard: str, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    export.export(stores, Recipe(), tmp_path / "set")
    assert check.export(tmp_path / "set")["files"] == 5


def test_nothing_chosen_writes_nothing(stores: Stores, hard: str, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="nothing to export"):
        export.export(stores, wanted(where={"models": ["absent"]}), tmp_path / "set")
    assert list(tmp_path.glob("*set*")) == []


def test_an_export_that_fails_leaves_nothing(stores: Stores, hard: str, tmp_path: Path) -> None:
    def stop(part: float, what: str) -> None:
        if part > 0.5:
            raise KeyboardInterrupt

    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(KeyboardInterrupt):
        export.export(stores, Recipe(), place / "set", progress=stop)
    assert list(place.iterdir()) == []
    assert recipes.past(stores) == []
    with pytest.raises(Trouble, match="cannot be written"):
        export.export(stores, Recipe(), stores.settings.home / "ledger.sqlite" / "set")


@pytest.mark.parametrize("name", ["a" * 300, "a" * 250])
def test_a_name_that_no_folder_can_bear_is_trouble(
    stores: Stores, hard: str, tmp_path: Path, name: str
) -> None:
    with pytest.raises(Trouble, match="cannot be written"):
        export.export(stores, Recipe(), tmp_path / name)


def test_a_bundle_that_is_cut_short_leaves_nothing(stores: Stores, hard: str) -> None:
    def stop(part: float, what: str) -> None:
        if what == "packing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recipes.bundle(stores, Recipe(), "cy", progress=stop)
    assert list((stores.settings.home / "exports").iterdir()) == []


def test_rows_loaded_while_the_export_runs_are_not_in_it(
    stores: Stores, hard: str, tmp_path: Path
) -> None:
    def load(part: float, what: str) -> None:
        if what in ("gathering labels", "card and manifest"):
            other = threading.Thread(
                target=put, args=(stores, [answer("late", 0.9, 0.9, 0.9)], f"late {what}")
            )
            other.start()
            other.join()

    done = export.export(stores, wanted(format="jsonl"), tmp_path / "set", progress=load)
    assert len(runs.every(stores.warehouse)) == 3
    assert done.snapshot < stores.version()[0]
    assert {row["run_id"] for row in read(done.folder, "outputs", "jsonl")} == {hard}
    assert done.rows["outputs"] == len(HARD)
    assert "late" not in (done.folder / "README.md").read_text("utf-8")
    check.export(done.folder)


def test_an_older_snapshot_is_exported_to_the_byte_after_more_was_loaded(
    stores: Stores, hard: str, tmp_path: Path
) -> None:
    asked = wanted(format="hf", splits={"train": 0.5, "test": 0.5}, labels="soft")
    one = export.export(stores, asked, tmp_path / "one")
    put(stores, [answer("late", 0.9, 0.9, 0.9)], "late")
    two = export.export(stores, asked, tmp_path / "two", snapshot=one.snapshot)
    assert one.sha256 == two.sha256
    assert export.export(stores, asked, tmp_path / "new").rows["outputs"] == len(HARD) + 1
    with pytest.raises(Trouble, match="no snapshot 99"):
        export.export(stores, asked, tmp_path / "none", snapshot=99)


def test_an_export_is_recorded_and_two_of_one_name_are_two_files(stores: Stores, hard: str) -> None:
    made = [recipes.bundle(stores, wanted(title="mine", format="jsonl"), "cy") for _ in range(2)]
    assert {one.name for one in made} == {"mine.zip"}
    assert len({one.archive for one in made}) == 2
    assert len({one.archive.read_bytes() for one in made}) == 1
    past = recipes.past(stores)
    assert [(row["by"], row["outputs"], row["format"]) for row in past] == [
        ("cy", len(HARD), "jsonl")
    ] * 2


def test_a_campaigns_cases_can_be_exported_alone(stores: Stores, hard: str, tmp_path: Path) -> None:
    key = label.start(stores, "Spring", [((hard, "nul", 0), 1.0)], "lead", "one")
    asked = Recipe(where=Where.model_validate({"campaign": key}), format="jsonl")
    done = export.export(stores, asked, tmp_path / "set")
    assert [row["item_id"] for row in read(done.folder, "outputs", "jsonl")] == ["nul"]
    with pytest.raises(Trouble, match="there is no campaign 'nope'"):
        export.export(stores, wanted(where={"campaign": "nope"}), tmp_path / "other")


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_many_hands_write_the_same_bytes_as_one(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    # stripes of one block each, and hardly any read together
    monkeypatch.setattr(edges, "HEAVY", 1)
    monkeypatch.setattr(stripes, "TOGETHER", 30_000)
    many = (answer(f"p{n}", n % 5 / 4, None, 0.5, response="wide " * (n % 7)) for n in range(300))
    put(stores, many, "fig")
    written = {}
    for hands in (1, 3):
        monkeypatch.setattr(room, "MOST", hands)
        export.export(stores, wanted(format=kind), tmp_path / str(hands))
        data = (tmp_path / str(hands) / "data").rglob("*.*")
        written[hands] = {path.name: path.read_bytes() for path in data}
    assert written[1] == written[3]
    assert sum(map(len, written[3].values())) > 10_000


@pytest.mark.parametrize("stripe", [1, 2**24])
@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl", "hf"])
def test_a_split_leaves_no_row_out(
    stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, stripe: int
) -> None:
    """Rows of both parts stand among one another, so their ranges cross."""
    monkeypatch.setattr(edges, "HEAVY", stripe)
    put(stores, (answer(f"p{n}", n % 5 / 4, None, 0.5) for n in range(200)), "fig")
    for size in (6, 70, 200):
        asked = wanted(format=kind, sample={"size": size}, splits={"train": 0.5, "test": 0.5})
        done = export.export(stores, asked, tmp_path / str(size))
        rows = (
            parquet.read_table(done.folder / "data" / "outputs").to_pylist()
            if kind == "hf" else read(done.folder, "outputs", kind)
        )  # fmt: skip
        assert len({row["item_id"] for row in rows}) == len(rows) == size
        assert {row["split"] for row in rows} == {"train", "test"}


def test_harm_is_the_same_to_the_bit_however_threads_bring_it(stores: Stores) -> None:
    """What is drawn by it has its chance told, and two exports hold the same bytes."""
    many = (answer(f"p{n}", n % 7 / 7, n % 3 / 10, n % 11 / 13) for n in range(30_000))
    put(stores, many, "fig")
    with curate.pinned(stores) as (held, _):
        picks.start(held.warehouse, Filter())
        assert len({picks.harms(held.warehouse)[1].tobytes() for _ in range(12)}) == 1


def test_a_mean_at_the_bound_is_in_whatever_the_order_of_its_scores(stores: Stores) -> None:
    """The mean of 0.1, 0.2 and 0.3 is a bit more than 0.2, in another order a bit less."""
    values = [(0.1, 0.2, 0.3), (0.2, 0.3, 0.1), (0.3, 0.2, 0.1)]
    judges = {judge: f"bias_{judge}" for judge in ("owl", "fox", "elk")}
    many = (answer(f"p{n}", *values[n % 3][:2], bias_elk=values[n % 3][2]) for n in range(300))
    put(stores, many, "fig", scores={"bias": judges})
    with curate.pinned(stores) as (held, _):
        assert picks.start(held.warehouse, Filter(dimension="bias", low=0.2)) == 300
        assert picks.start(held.warehouse, Filter(dimension="bias", high=0.2)) == 300
