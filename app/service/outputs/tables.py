"""A run as the table a lens asks for: its scores, its answers or its steps, one value a row."""

from __future__ import annotations

from collections.abc import Collection

from app.service.outputs import feed, steps
from app.service.outputs.known import Known
from db import scores
from risk.lens import Columns, Table


def columns(told: Known, table: Table, wanted: Collection[str], peek: bool = False) -> Columns:
    """The run's scores, its steps, or its outputs with what is `wanted` (see `feed.columns`)."""
    if table == "scores":
        return _scores(told, scores.TAGS & set(wanted))
    read = steps.of if table == "steps" else feed.of
    return read(told, wanted, peek)


def _scores(told: Known, tags: Collection[str]) -> Columns:
    """One value a score: item_id, sample, category, dimension, scorer, value, up; and `tags`."""
    place = told.scores["place"]
    whole = {name: told.plain[name] for name in ("item_id", "sample", "category")}
    spread = {n: told.spread(n, c, place) for n, c in (whole | told.told(tags)).items()}
    return spread | {n: told.scores[n] for n in ("dimension", "scorer", "value", "up")}
