"""The small model of the demo: trained in a process of its own, asked, loaded once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app.service.lenses import lens
from app.service.scoring import sample_model
from app.service.stores import Stores
from data.samples import facts
from data.trouble import Trouble
from db import runs
from tests.scoring.conftest import asked, taught

__all__ = ["asked", "taught"]  # fixtures of the scoring room


@pytest.fixture
def made(stores: Stores, taught: Path) -> Stores:
    """Stores in whose home the model lies already, so that it is only asked."""
    shutil.copytree(taught, sample_model.folder(stores))
    return stores


def test_its_answers_are_loaded_once(made: Stores) -> None:
    told: list[str] = []
    (run,) = sample_model.make(made, lambda _, what: told.append(what))
    assert (run.model, run.dataset, run.outputs) == ("sample-tiny", "sample-facts", 100)
    assert told[-1] == "asking the small model"
    assert sample_model.make(made) == []
    (kept,) = runs.every(made.warehouse)
    assert kept["revision"].startswith("sha256-")
    rows = {(row.group, row.measure): row for row in lens.look(made, "dcs", (), {}, "category")}
    assert rows["known", "mean"].value > rows["unsure", "mean"].value


def test_what_stops_the_training_is_told(stores: Stores) -> None:
    sample_model.folder(stores).mkdir(parents=True)
    (sample_model.folder(stores) / "config.json").write_text("{}", "utf-8")
    with pytest.raises(Trouble, match="the small model was not made"):
        sample_model.make(stores)
    assert runs.every(stores.warehouse) == []


def test_the_cases_are_a_data_set_of_three_kinds() -> None:
    rows = [json.loads(json.dumps(row)) for row in facts.cases(7)]
    kinds = [row["category"] for row in rows]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == facts.ASKED
    assert all(row["choices"]["ABCDE".index(row["target"])] for row in rows)
    assert {row["prompt"] for row in rows if row["should_abstain"]} == {
        row["prompt"] for row in rows if not row["answerable"]
    }
