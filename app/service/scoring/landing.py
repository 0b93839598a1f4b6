"""From kept batches to the warehouse: a new run beside the old one, or more about answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from app.service.scoring import packing
from app.service.scoring.orders import Order
from app.service.stores import Stores
from db import append, claims, runs, stage
from db.claims import Held
from db.filter import Case
from db.jobs import Claim
from db.stage import Stage
from scoring import offers
from scoring.scorer import Act, Output, Row, Score

FORMAT = "scored here"
CHUNK = 64
"""Batches unpacked at a time."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a job comes to, under keys that the same work finds again, whoever ordered it."""

    order: Order
    revision: str
    work: str
    cases: Sequence[Case]

    @property
    def run(self) -> str:
        """The key of the run it makes."""
        return packing.digest("run", self._judge, self.order.name, self.order.dataset, self.cases)

    @property
    def scorer(self) -> str:
        """The name under which its scores and acts stand.

        Another revision or other settings are another name: what two of them say never mixes.
        """
        of = self.order
        plain = not of.model.name and of.settings == _defaults(of.scorer)
        told = " ".join(part for part in (of.scorer, of.name) if part)
        return told if plain else f"{told} #{packing.digest(self._judge)[:4]}"

    @property
    def _judge(self) -> tuple[Any, ...]:
        of = self.order
        named = of.model.model_dump() | {"revision": self.revision}
        if not of.model.endpoint and self.revision.startswith("sha256-"):
            named["name"] = ""  # the same files are the same model, wherever they lie
        return of.scorer, named, of.settings, of.again

    def there(self, stores: Stores) -> str | None:
        """The run, where this very work has been done and has landed."""
        run = self.run if self.order.dataset else ""
        return run if run and runs.known(stores.warehouse, [run]) else None

    def scored(self, stores: Stores) -> set[Case]:
        """The cases about which this scorer has said everything already."""
        if self.order.dataset:
            return set()
        about = {run for run, _, _ in self.cases}
        return append.scored(stores.warehouse, self.scorer, about).intersection(self.cases)

    def land(self, stores: Stores, mine: Claim, told: dict[str, Any]) -> tuple[list[str], int]:
        """Puts every kept row into the lake, as one snapshot; the runs and how many rows were new.

        Nothing is lost or doubled where this is done twice.
        """
        staged = stage.open_stage(stores.warehouse)
        try:
            for held in _batches(stores, mine.job):
                run = self.run if self.order.dataset else self.cases[held.first][0]
                _stage(staged, run, self.scorer, packing.unpack(held.rows))
            if self.order.dataset:
                head = self._head(mine.job, told)
                new = stage.land(staged, [head], self.work, self.order.scorer)
                return [self.run], sum(staged.counts.values()) if new else 0
            added = append.land(staged)
            return sorted({run for run, _, _ in self.cases}), sum(added.values())
        finally:
            staged.close()

    def _head(self, job: str, told: dict[str, Any]) -> dict[str, Any]:
        of = self.order
        params = {
            "job": job, "scorer": of.scorer, "settings": of.settings, "seed": of.seed,
            "limit": of.limit, "cases": len(self.cases), "chosen": of.words,
            "model": of.model.model_dump() | {"revision": self.revision}, **told,
        }  # fmt: skip
        return {
            "run_id": self.run, "model": of.name, "revision": self.revision or None,
            "dataset": of.dataset, "format": FORMAT, "source": f"{of.scorer} by job {job}",
            "sha256": self.run, "params": orjson.dumps(params, default=str).decode(),
            "made_at": datetime.now(UTC).replace(tzinfo=None), "loaded_by": told.get("by", ""),
        }  # fmt: skip


def missing(cases: Sequence[Case], rows: Iterable[Row]) -> int:
    """How many of the cases have no row; a scorer owes one for each, with or without a value."""
    there = {row.item_id for row in rows}
    return sum(item not in there for _, item, _ in cases)


def _defaults(scorer: str) -> dict[str, Any]:
    fields = offers.every()[scorer].settings
    return fields().model_dump(mode="json") if not _needed(fields) else {}


def _needed(fields: Any) -> bool:
    return any(field.is_required() for field in fields.model_fields.values())


def _batches(stores: Stores, job: str) -> Iterable[Held]:
    places = [first for first, _ in claims.kept(stores.ledger, job)]
    for at in range(0, len(places), CHUNK):
        yield from claims.batches(stores.ledger, job, places[at : at + CHUNK])


def _stage(staged: Stage, run: str, scorer: str, rows: Sequence[Row]) -> None:
    staged.add("outputs", [
        (run, r.item_id, r.sample, r.response, list(r.option_logprobs.items()) or None, r.finish,
         r.n_tokens, orjson.dumps(r.meta, default=str, option=orjson.OPT_NON_STR_KEYS).decode())
        for r in rows if isinstance(r, Output)
    ])  # fmt: skip
    staged.add("scores", [
        (run, r.item_id, r.sample, r.dimension, scorer, *_value(r), r.up)
        for r in rows if isinstance(r, Score)
    ])  # fmt: skip
    staged.add("acts", [
        (run, r.item_id, r.sample, r.act, scorer, r.why) for r in rows if isinstance(r, Act)
    ])  # fmt: skip


def _value(score: Score) -> tuple[float | None, str | None]:
    """A score with no value stays without; one towards harm must lie between 0 and 1."""
    if math.isnan(score.value):
        return None, score.raw
    if score.up == "harm" and not 0 <= score.value <= 1:
        return None, f"{score.value:g} lies outside 0 to 1; {score.raw or ''}".rstrip("; ")
    return score.value, score.raw
