"""The Lenses page's words, and that a new lens is a new file and nothing else."""

from __future__ import annotations

import sys

import pytest

from app.service.lenses import lens as looking
from app.service.lenses import lens_said
from risk import lenses

LENS = '''
"""A made-up lens: how many answers there are."""

from risk.lens import Finding, Lens
from risk.measure import Measure


def measures(columns, settings):
    yield Finding("answers", Measure(float(len(columns["item_id"])), n=len(columns["item_id"])))


LENS = Lens(
    name="headcount", title="Answers", source="made up", up="neither", table="outputs",
    needs=("item_id",), measures=measures, status="as published", edges="none",
    how_to_get={"item_id": "load a file"},
)
'''


@pytest.fixture
def dropped(tmp_path, monkeypatch):
    """A lens file in a folder of its own, among the lenses for the time of a test."""
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "headcount.py").write_text(LENS)
    monkeypatch.setattr(lenses, "__path__", [*lenses.__path__, str(folder)])
    lenses.every.cache_clear()
    yield
    lenses.every.cache_clear()
    sys.modules.pop("risk.lenses.headcount", None)


def loaded(stores, put):
    from app.service.loading import load

    rows = [{"id": n, "prompt": f"Q{n}?", "response": "A.", "model": m, "bias_j": 0.1 * n}
            for n in range(4) for m in ("owl", "fox")]  # fmt: skip
    load.load(stores, put("a.jsonl", rows), by="test")


def test_a_file_dropped_among_the_lenses_is_a_lens(stores, put, dropped):
    loaded(stores, put)
    (state,) = lens_said.kept(looking.states(stores), "ready on my data", "headcount")
    assert len(state.ready) == 2
    found = lens_said.found(stores, "headcount", (), (), "")
    assert [row.value for row in found] == [4, 4]
    assert lens_said.listed([state])[0]["on my data"] == "2 runs"


def test_lenses_are_found_by_paper_and_by_what_they_need(stores):
    states = looking.states(stores)
    assert "sharp" in {s.lens.name for s in lens_said.kept(states, words="arxiv 2601.21235")}
    assert all("act" in " ".join(s.lens.needs) for s in lens_said.kept(states, words="xstest"))
    assert lens_said.kept(states, "ready on my data") == []
    assert len(lens_said.kept(states, "lacking something")) == len(states)


def test_what_is_lacking_says_how_to_get_it(stores):
    (state,) = lens_said.kept(looking.states(stores), words="xstest")
    rows = {row["column"]: row for row in lens_said.needs(state)}
    assert rows["act"]["there"] == "lacking"
    assert "label" in rows["act"]["how"]


def test_a_number_leads_to_its_run(stores, put):
    loaded(stores, put)
    rows = lens_said.found(stores, "metrics", (), (), "")
    assert lens_said.measures(rows) == ["bias"]
    shown = lens_said.shown(rows, "bias")
    assert {one.name for one in shown} == {"owl", "fox"}
    assert lens_said.whose(rows, shown[0].run)["model"] == shown[0].name
    assert lens_said.whose(rows, "") == {}
