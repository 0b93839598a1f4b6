"""Curating: the steps of a recipe on the answers it picks, each with what it kept and removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from app.service.exports import resolve
from app.service.exports.recipe import LensCut, Near, Recipe, Where
from app.service.lenses import lens
from app.service.outputs import cases, licensed
from app.service.stores import Stores
from data import memory
from data import near as likeness
from data.bands import Bands, Each
from data.trouble import Trouble
from db import picks, room, runs, splits, votes, warehouse
from risk import draw, family

TABLES, READING = 220_000_000, 120_000_000
"""Bytes that DuckDB may take for an export (`room.fit`): beyond that it puts things on disk."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of a recipe did, in words and numbers."""

    what: str
    kept: int
    removed: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recipe comes to, before anything is written."""

    steps: tuple[Step, ...]
    groups: dict[str, dict[str, int]]
    probabilities: tuple[float, float]
    snapshot: int

    @property
    def rows(self) -> int:
        """How many answers are taken."""
        return self.steps[-1].kept


@contextmanager
def pinned(stores: Stores, snapshot: int | None = None) -> Iterator[tuple[Stores, int]]:
    """The stores with the warehouse as it was at a snapshot, the newest where none is named.

    What is loaded meanwhile is not seen. Raises Trouble where there is no such snapshot.
    """
    newest = stores.version()[0]
    version = newest if snapshot is None else snapshot
    place = stores.settings
    try:
        connection = warehouse.at(place.catalog_url, place.files_path, version)
    except LookupError as error:
        raise Trouble(str(error), f"name one from 1 to {newest}, or leave it out") from error
    try:
        room.fit(connection, TABLES, READING)
        yield Stores(connection, stores.ledger, place), version
    finally:
        connection.close()


def preview(stores: Stores, body: str) -> Preview:
    """The steps of a recipe (as JSON) with their counts, and the groups of what is left."""
    from app.service.exports.recipe import read

    recipe = read(body)
    with pinned(stores) as (held, version):
        cursor = held.warehouse
        steps = curate(held, recipe, lambda _: None, weigh=False)
        groups = {by: picks.groups(cursor, by) for by in ("model", "category", "dataset")}
        if recipe.splits:
            groups["split"] = splits.parts(cursor)
        return Preview(tuple(steps), groups, picks.chances(cursor), version)


def chances(seen: Preview) -> str:
    """With which probability answers were drawn, in words.

    >>> chances(Preview((), {}, (0.25, 1.0), 3))
    'drawn with a probability of 0.25 to 1, kept in the column probability; snapshot 3'
    """
    low, high = seen.probabilities
    told = f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
    return (
        f"drawn with a probability of {told}, kept in the column probability; "
        f"snapshot {seen.snapshot}"
    )


def curate(stores: Stores, recipe: Recipe, tell: Tell, *, weigh: bool = True) -> list[Step]:
    """Picks the recipe's answers, on pinned stores; `tell` hears of each step as it begins.

    They are weighed if they are to be written.
    """
    cursor, where = stores.warehouse, recipe.where
    chosen = where.chosen()
    tell("choosing")
    total = sum(run["outputs"] for run in runs.every(cursor))
    kept = picks.start(cursor, chosen.filter, cases.among(stores, chosen), weigh=weigh)
    steps = [Step("all outputs", total, 0), Step(cases.words(chosen), kept, total - kept)]

    def did(what: str, removed: int) -> None:
        steps.append(Step(what, steps[-1].kept - removed, removed))

    for what, work in _conditions(stores, where, tell):
        tell(what)
        did(what, work())
    if recipe.near and steps[-1].kept:
        tell("near-duplicates")
        did(f"near-duplicate {recipe.near.of}s, likeness {recipe.near.threshold:g} or more",
            _thinned(cursor, recipe.near, tell))  # fmt: skip
    if recipe.balance and steps[-1].kept:
        tell("balancing")
        of = picks.groups(cursor, recipe.balance.by)
        most = recipe.balance.most or min(of.values())
        did(f"balanced by {recipe.balance.by}: {most} at most in each",
            picks.cap(cursor, recipe.balance.by, dict.fromkeys(of, most), recipe.seed))  # fmt: skip
    if recipe.sample and steps[-1].kept:
        tell("drawing")
        did(f"drawn: {recipe.sample.size}", _drawn(cursor, recipe))
    if recipe.splits and steps[-1].kept:
        tell("splitting")
        _split(cursor, recipe, tell)
        did(f"split into {', '.join(recipe.splits)}, no prompt family broken", 0)
    return steps


def _conditions(
    stores: Stores, where: Where, tell: Tell
) -> Iterator[tuple[str, Callable[[], int]]]:
    """What only an export asks, one condition after the other: its words, and its work."""
    cursor = stores.warehouse
    if where.formats or where.sources:
        of = [
            run["run_id"]
            for run in runs.every(cursor)
            if (not where.formats or run["format"] in where.formats)
            and (not where.sources or {run["source"], run["sha256"]} & set(where.sources))
        ]
        told = ", ".join((*where.formats, *where.sources))
        yield f"from {told}", lambda: picks.keep_runs(cursor, of)
    if where.licenses:
        licensed_so = [r for r, (name, _) in licensed.of_runs(stores).items()
                       if name in where.licenses]  # fmt: skip
        yield (f"license {', '.join(where.licenses)}", lambda: picks.keep_runs(cursor, licensed_so))
    if where.lens:
        cut = where.lens
        yield f"{cut.measure} by the lens {cut.lens}", lambda: _by_lens(stores, cut)
    if where.labels:
        told = ", ".join(f"{field} is {value}" for field, value in where.labels)
        wanted: dict[str, list[str]] = {}
        for field, value in where.labels:  # one field named twice means either
            wanted.setdefault(field, []).append(value)
        yield told, lambda: _by_labels(stores, votes.labeled(wanted), tell)
    if where.people or where.agreement:
        asked = votes.agreeing(where.people, where.agreement)
        yield "enough annotators who agree", lambda: _by_labels(stores, asked, tell)


def _by_labels(stores: Stores, asked: tuple[str, list[Any]], tell: Tell) -> int:
    runs_left = [run["run_id"] for run in picks.by_run(stores.warehouse)]
    with TemporaryDirectory() as aside:
        resolve.gather(stores, runs_left, None, Path(aside), lambda _part, what: tell(what))
    return picks.keep(stores.warehouse, *asked)


def _by_lens(stores: Stores, cut: LensCut) -> int:
    found = lens.look(stores, cut.lens, by=cut.by)
    if cut.measure not in {row.measure for row in found}:
        known = ", ".join(sorted({row.measure for row in found})) or "none"
        raise Trouble(f"the lens {cut.lens} gives no {cut.measure!r}", f"it gives {known}")
    low = -float("inf") if cut.low is None else cut.low
    high = float("inf") if cut.high is None else cut.high
    wanted = [row for row in found if row.measure == cut.measure and low <= row.value <= high]
    groups = [(row.run, row.group if cut.by else None) for row in wanted if row.run]
    return picks.keep_groups(stores.warehouse, groups)


@contextmanager
def _signed(cursor: Any, of: str, threshold: float, tell: Tell) -> Iterator[tuple[Bands, Each]]:
    """The signatures of what is picked, put aside, and what tells that they are compared."""
    with TemporaryDirectory() as aside:
        bands, done = Bands(Path(aside), likeness.rows(threshold)), 0
        for places, texts in picks.texts(cursor, of):
            bands.add(places, likeness.signatures(texts))
            tell(f"near-duplicates: {(done := done + len(texts)):,} texts read")
        yield bands, lambda: tell(f"near-duplicates among {done:,} texts")
    memory.give_back()


def _thinned(cursor: Any, near: Near, tell: Tell) -> int:
    with _signed(cursor, near.of, near.threshold, tell) as (bands, each):
        try:
            found = family.repeats(bands.pairs(near.threshold, each))
        except MemoryError:
            found = bands.gone(near.threshold, family.repeats, each)
    return picks.drop(cursor, found, near.of)


def _drawn(cursor: Any, recipe: Recipe) -> int:
    sample = recipe.sample
    if sample is None:
        return 0
    if sample.harm:
        places, harm = picks.harms(cursor)
        n = min(sample.size, len(places))
        drawn = draw.draw(harm, n, sample.floor, recipe.seed)
        return picks.draw(cursor, places[drawn.cases], drawn.probability[drawn.cases])
    of = picks.groups(cursor, sample.by)
    return picks.cap(cursor, sample.by, family.allot(of, sample.size), recipe.seed)


def _split(cursor: Any, recipe: Recipe, tell: Tell) -> None:
    threshold = recipe.near.threshold if recipe.near else 0.8
    with _signed(cursor, "prompt", threshold, tell) as (bands, each):
        alike = bands.linked(threshold, family.families, each)
    prompts, first = family.families(np.concatenate([splits.links(cursor), alike]))
    families, sizes = splits.sized(cursor, prompts, first, recipe.seed)
    names = list(recipe.splits)
    parts = family.parts(sizes, list(recipe.splits.values()))
    splits.split(cursor, families, [names[part] for part in parts.tolist()])
