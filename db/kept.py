"""Label events as they were kept, in the order they came: how many, and column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from db.labels import COLUMNS
from db.ledger import labels


def count(engine: sa.Engine, runs: Iterable[str]) -> int:
    """How many rows were ever kept of these runs: one a field of a save."""
    query = sa.select(sa.func.count()).where(labels.c.run_id.in_(list(runs)))
    with engine.connect() as connection:
        return connection.scalar(query.select_from(labels)) or 0


def batches(engine: sa.Engine, runs: Iterable[str], size: int) -> Iterator[dict[str, list[Any]]]:
    """Every row ever kept of these runs with its `seq`, so many at a time, as the store finds them.

    Whoever needs them in the order of `seq` sorts them: a store does so for a million rows at the
    cost of another reading. The first batch is empty.
    """
    query = sa.select(labels.c.seq, *COLUMNS).where(labels.c.run_id.in_(list(runs)))
    names = ["seq", *(column.name for column in COLUMNS)]
    yield {name: [] for name in names}
    with engine.connect().execution_options(yield_per=size) as connection:
        for part in connection.execute(query).partitions():
            yield dict(zip(names, map(list, zip(*part, strict=True)), strict=True))
