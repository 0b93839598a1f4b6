"""How long all lenses together take over 200,000 outputs, from the stores to the rows they find."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from time import perf_counter, process_time

from app.service import stores as opened
from app.service.lenses import lens as looking
from app.service.loading import load
from app.settings import Settings
from data.mapping import Mapping
from data.samples import signals
from data.trouble import Trouble

PROMPTS = 100_000
"""For each of two models: 13 scores, labels of what it did and whether it is unsafe, options with
log-probabilities, four agent steps and some forty fields of every answer."""
PLAIN = {*signals.ALWAYS, "bias_owl", "bias_fox", "label_act"}
"""What most people have: prompt, answer, category, a score by two judges and a label."""


def test_all_lenses_over_200_000_outputs(tmp_path: Path) -> None:
    # the first look of a process imports what the lenses need: lens by lens, SciPy, MAPIE
    looked(tmp_path / "few", "every field there is, the first look of the process", prompts=100)
    looked(tmp_path / "many", "every field there is")


def test_all_lenses_over_200_000_plain_outputs(tmp_path: Path) -> None:
    looked(tmp_path / "plain", "a score by two judges, a label and a category", PLAIN)


def looked(home: Path, what: str, kept: Collection[str] = (), prompts: int = PROMPTS) -> None:
    """Loads the answers of two models, looks through all lenses, and prints what it took."""
    stores = opened.connect(Settings(home=home))
    there = kept or next(signals.rows("a", 1, 1))
    rule = Mapping.model_validate(signals.mapping(there))
    for seed, model in enumerate(signals.MODELS, start=1):
        path = home / f"{model}.jsonl"
        with path.open("wb") as file:
            file.writelines(signals.lines([r], kept) for r in signals.rows(model, prompts, seed))
        load.load(stores, path, mapping=rule, by="a bench")
    started = process_time(), perf_counter()
    found = {name: (len(rows), why) for name, rows, why in looking.every(stores)}
    ended = process_time(), perf_counter()
    some = [name for name, (rows, _) in found.items() if rows]
    print(f"\n{len(some)} of {len(found)} lenses over {2 * prompts:,} outputs with {what}")
    cpu, clock = (then - now for now, then in zip(started, ended, strict=True))
    print(f"  from the stores to the last row {clock:5.1f} s by the clock, {cpu:5.1f} s processor")
    print(f"  load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; each again, columns read:")
    took = {}
    for name in found if prompts == PROMPTS else ():
        before = process_time()
        with suppress(Trouble):
            looking.look(stores, name)
        took[name] = process_time() - before
    for name, seconds in sorted(took.items(), key=lambda one: -one[1]):
        print(f"  {name:20} {seconds:6.2f} s processor {found[name][0]:4} rows {found[name][1]}")
    assert len(some) > 10
    stores.warehouse.close()
    stores.ledger.dispose()
