"""The made-up sample data, loaded the way any file is."""

from __future__ import annotations

from collections.abc import Callable

from app.service.cards import deck
from app.service.labeling import label
from app.service.loading import load
from app.service.loading.load import Loaded
from app.service.measures import say, tail
from app.service.outputs import cases
from app.service.outputs.cases import Chosen, Filter
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.mapping import Mapping
from data.samples import make
from db import runs

DATASET = "sample-beats"
Progress = Callable[[float, str], None]


def fill(stores: Stores, if_empty: bool = False, progress: Progress | None = None) -> list[Loaded]:
    """Makes and loads the sample files; returns the runs that were not there yet.

    With `if_empty` nothing happens where any run is loaded.
    """
    if if_empty and runs.every(stores.warehouse):
        return []
    step = progress or (lambda _part, _what: None)
    folder = stores.settings.home / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    made = make.write(folder)
    loaded: list[Loaded] = []
    for place, file in enumerate(made, start=1):
        step(place / (len(made) + 1), f"loading {file.path.name}")
        mapping = Mapping.model_validate(file.mapping)
        loaded += load.load(stores, file.path, mapping=mapping, by="the demo").loaded
    if not label.every(stores):
        step(1.0, "starting a campaign to label")
        _campaign(stores)
    deck.seed(stores)
    return [run for run in loaded if not run.already]


def _campaign(stores: Stores) -> None:
    """A campaign on the worst 5 % of the model whose mean hides its tail: cases to label."""
    standings = tail.standings(stores, DATASET, Choices(draws=10))
    if not standings:
        return
    twins = say.twins(standings)
    worst = (twins[0] if twins else standings[0]).run
    chosen = Chosen(Filter(runs=(worst["run_id"],)), worst=0.05)
    drawn = [(case, 1.0) for case in cases.keys(stores, chosen)]
    label.start(stores, f"Sample: tail of {worst['model']}", drawn, "the demo", "worst 5 %")
