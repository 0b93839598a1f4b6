"""What lenses ask for: every column by name is one they say they may use, or that all runs have."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from app.service.lenses import lens as looking
from app.service.loading import load
from app.service.outputs import tables
from app.service.stores import Stores
from data.mapping import Mapping as Rule
from data.samples import signals
from risk import lenses
from risk.lens import Columns

MANY = {
    "outputs": {"act", "finish", "item_id", "sample", "category", "prompt_is", "n_tokens"},
    "steps": {"item_id", "sample", "step", "role", "state", "flags", "completed", "censored"},
}
"""Columns every table has (see `feed.columns` and `steps.columns`)."""


class Asked(dict[str, Any]):
    """Columns that remember which of them were asked for by name."""

    def __init__(self, columns: Columns) -> None:
        super().__init__(columns)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, otherwise: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, otherwise)


def test_a_lens_says_of_every_column_it_asks_for_that_it_may_use_it(
    stores: Stores, put: Any
) -> None:
    rule = Rule.model_validate(signals.mapping(next(signals.rows("a", 1, 1))))
    for seed, model in enumerate(signals.MODELS, start=1):
        body = signals.lines(signals.rows(model, 40, seed))
        load.load(stores, put(f"{model}.jsonl", body), mapping=rule, by="a test")
    wrong, held = {}, looking.read(stores)
    for name, lens in lenses.every().items():
        said = {one for column in (*lens.needs, *lens.may_use) for one in column.split("|")}
        of = [Asked(tables.columns(run, lens.table, said)) for run in held]
        given: Any = {str(at): one for at, one in enumerate(of)} if lens.across else of[0]
        quick = {"draws": 100, "splits": 2, "simulations": 100}
        settings = {p.name: quick[p.name] for p in lens.parameters if p.name in quick}
        with suppress(ValueError):  # it wants other variants of prompts than these
            list(lens.measures(given, lens.settings(settings)))
        # a panel of judges may be any scores there are
        scored = {n for n, c in of[0].items() if c.dtype.kind == "f"}
        panel = scored if name in ("aegis", "polar") else set()
        if more := of[0].names - said - MANY.get(lens.table, set()) - panel:
            wrong[name] = more
    assert not wrong
