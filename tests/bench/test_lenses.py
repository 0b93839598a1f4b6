"""How long all lenses together take over 200,000 outputs, from the stores to the rows they find."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter, process_time

from app.service import stores as opened
from app.service.lenses import lens as looking
from app.service.loading import load
from app.settings import Settings
from data.mapping import Mapping
from data.samples import signals

PROMPTS = 100_000
"""For each of two models: 13 scores, labels of what it did and whether it is unsafe, options with
log-probabilities, four agent steps and some forty fields of every answer."""


def test_all_lenses_over_200_000_outputs(tmp_path: Path) -> None:
    stores = opened.connect(Settings(home=tmp_path / "home"))
    rule = Mapping.model_validate(signals.mapping(next(signals.rows("a", 1, 1))))
    for seed, model in enumerate(signals.MODELS, start=1):
        path = tmp_path / f"{model}.jsonl"
        with path.open("wb") as file:
            file.writelines(signals.lines([row]) for row in signals.rows(model, PROMPTS, seed))
        load.load(stores, path, mapping=rule, by="a bench")
    took: dict[str, tuple[float, float]] = {}
    found, why = {}, {}
    last = (process_time(), perf_counter())
    for name, rows, problem in looking.every(stores):
        now = (process_time(), perf_counter())
        took[name] = (now[0] - last[0], now[1] - last[1])
        last, found[name], why[name] = now, len(rows), problem
    total = tuple(sum(one[k] for one in took.values()) for k in (0, 1))
    looked = [name for name in took if found[name]]
    print(f"\n{len(looked)} of {len(took)} lenses over {2 * PROMPTS:,} outputs, reading included")
    for name in sorted(took, key=lambda one: -took[one][0]):
        cpu, wall = took[name]
        print(f"  {name:20} {cpu:6.2f} s processor {wall:6.2f} s  {found[name]:4} rows {why[name]}")
    print(f"  {'together':20} {total[0]:6.2f} s processor {total[1]:6.2f} s")
    stores.warehouse.close()
    stores.ledger.dispose()
