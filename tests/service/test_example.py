"""A made-up file for every lens: it loads with its mapping, and the lens finds numbers in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.service.lenses import example, lens_needs, lens_said
from app.service.lenses import lens as looking
from app.service.loading import load
from app.service.outputs.known import Known
from app.service.stores import Stores
from data import mapping
from data.mapping import Mapping
from data.samples import signals
from data.trouble import Trouble
from risk import lenses

OWN = (
    "segments", "trend", "feasible", "first_token", "propensity", "instrumental",
    "selective_judge", "event_risk", "cliff", "heads", "leave_one_out", "medval",
)  # fmt: skip
"""Lenses on columns that no log of a common tool fills."""


def put(stores: Stores, name: str, folder: Path) -> list[str]:
    rows, how = example.write(name, folder)
    report = load.load(stores, rows, mapping=mapping.load(how), by="a test")
    assert not report.refused
    return [one.run for one in report.loaded]


@pytest.mark.parametrize("name", OWN)
def test_the_made_up_file_of_a_lens_feeds_it(stores: Stores, tmp_path: Path, name: str) -> None:
    runs = put(stores, name, tmp_path)
    found = looking.look(stores, name, runs)
    assert {row.run for row in found if row.run} == set(runs)
    assert sum(row.value == row.value for row in found) > len(found) / 2


def test_one_made_up_set_feeds_every_lens_that_follows_no_revisions(
    stores: Stores, tmp_path: Path
) -> None:
    rule = Mapping.model_validate(signals.mapping(next(signals.rows("a", 1, 1))))
    for seed, model in enumerate(signals.MODELS, start=1):
        path = tmp_path / f"{model}.jsonl"
        path.write_bytes(signals.lines(signals.rows(model, 120, seed)))
        assert not load.load(stores, path, mapping=rule, by="a test").refused
    variants = {"heads", "leave_one_out", "personal", "perturbation", "responsiveness", "trend"}
    found = {name: (rows, why) for name, rows, why in looking.every(stores)}
    assert found.keys() == lenses.every().keys()
    lacking = {name: why for name, (rows, why) in found.items() if not rows}
    assert lacking.keys() <= variants, lacking
    # one at a time or all at once, a lens finds the same
    for name in ("omni", "care", "metrics", "dcs"):
        assert repr(looking.look(stores, name)) == repr(found[name][0])


def test_a_file_for_a_lens_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="there is no lens"):
        example.write("nothing", tmp_path)


def test_lenses_are_found_by_what_they_need(stores: Stores) -> None:
    states = looking.states(stores)
    by_kind = {kind: lens_needs.needing(states, kind) for kind in lens_needs.WORDS}
    assert all(by_kind.values())
    assert {one.lens.name for one in by_kind["steps"]} >= {"drift", "care", "rios"}
    assert {one.lens.name for one in by_kind["pairs"]} >= {"availability", "heads"}
    assert {one.lens.name for one in lens_needs.needing(states, "segment_scores")} == {"segments"}
    assert {kind for one in states for kind in lens_needs.kinds(one.lens)} == {*lens_needs.WORDS}
    assert all(lens_needs.kinds(one.lens) for one in states)
    assert lens_needs.needing(states, "") == states
    assert lens_said.need("steps") == "steps of an agent"
    with pytest.raises(Trouble, match="no lens needs 'nothing'"):
        lens_needs.needing(states, "nothing")


def test_what_is_known_of_a_run_is_read_once_and_cannot_be_written_to(
    stores: Stores, tmp_path: Path
) -> None:
    run = put(stores, "care", tmp_path)[0]
    told = Known(stores, next(r for r in looking._answering(stores) if r["run_id"] == run))
    assert told.plain is told.plain
    with pytest.raises(ValueError, match="read-only"):
        told.plain["item_id"][0] = "x"
    steps, answers = told.steps["place"], np.arange(told.rows)
    column = told.plain["item_id"]
    by_step, by_answer = (told.spread("item_id", column, place) for place in (steps, answers))
    assert (by_step.size, by_answer.size) == (steps.size, told.rows)
