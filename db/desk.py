"""What one person's desk asks the ledger for: what is open, skipped and done, in short queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from db.campaigns import Progress
from db.draws import CASE, SETTLED
from db.draws import places as every_place
from db.labels import Case
from db.ledger import draws, gold, labels

RECENT = 50
"""Labels the pace is measured over."""


def _mine(campaign: str, person: str) -> tuple[sa.ColumnElement[bool], ...]:
    return labels.c.campaign == campaign, labels.c.person == person


def _held(campaign: str, person: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The rows of labels that nobody took back."""
    mine = _mine(campaign, person)
    undone = sa.select(labels.c.undoes).where(*mine, labels.c.undoes.is_not(None))
    return *mine, labels.c.what == "label", labels.c.event.not_in(undone)


def at(engine: sa.Engine, campaign: str, places: Iterable[int]) -> dict[int, Case]:
    """Place -> its case; a place that is not of the campaign is left out."""
    every = every_place(campaign).subquery()
    query = sa.select(every).where(every.c.place.in_(list(places)))
    with engine.connect() as connection:
        return {
            row.place: (row.run_id, row.item_id, row.sample) for row in connection.execute(query)
        }


def place(engine: sa.Engine, campaign: str, case: Case) -> int | None:
    """Where a case stands in the campaign; None where it does not."""
    every = every_place(campaign).subquery()
    wanted = (every.c[name] == value for name, value in zip(CASE, case, strict=True))
    with engine.connect() as connection:
        return connection.scalar(sa.select(every.c.place).where(*wanted))


def kept(engine: sa.Engine, events: Iterable[str]) -> set[str]:
    """Which of these events are in the ledger."""
    query = sa.select(labels.c.event).where(labels.c.event.in_(list(events))).distinct()
    with engine.connect() as connection:
        return set(connection.scalars(query))


def ahead(engine: sa.Engine, campaign: str, after: int, limit: int) -> list[Case]:
    """The cases at the places from `after` on, whoever is to label them."""
    found: list[tuple[int, Case]] = []
    with engine.connect() as connection:
        for table in (draws, gold):
            columns = [table.c[name] for name in ("place", *CASE)]
            query = sa.select(*columns).where(table.c.campaign == campaign, table.c.place >= after)
            rows = connection.execute(query.order_by(table.c.place).limit(limit))
            found += [(place, (run, item, sample)) for place, run, item, sample in rows]
    return [case for _, case in sorted(found)[:limit]]


def progress(
    engine: sa.Engine,
    campaign: str,
    person: str,
    per_case: int | None = None,
    quota: int | None = None,
) -> Progress:
    """Cases this person has labeled, of how many, and their median seconds of late.

    Cases that have as many labels as they need are not theirs any more, and with a quota they get
    so many at most. Counted from the labels, so that it takes no longer where much is drawn.
    """
    case = sa.select(*(labels.c[name] for name in CASE)).where(*_held(campaign, person)).distinct()
    mine = case.subquery()
    timed = (
        sa.select(sa.func.max(labels.c.seconds))
        .where(*_held(campaign, person), labels.c.seconds.is_not(None))
        .group_by(labels.c.event)
        .order_by(sa.func.max(labels.c.seq).desc())
        .limit(RECENT)
    )
    counts = []
    with engine.connect() as connection:
        seconds = sorted(float(s) for (s,) in connection.execute(timed))
        for table in (draws, gold):
            total = sa.select(sa.func.count()).where(table.c.campaign == campaign)
            same = sa.and_(table.c.campaign == campaign, *(mine.c[n] == table.c[n] for n in CASE))
            done = sa.select(sa.func.count()).select_from(mine).join(table, same)
            counts.append([int(connection.scalar(query) or 0) for query in (done, total)])
        closed = connection.scalar(_closed(campaign, person, per_case)) if per_case else None
    (done_drawn, drawn), (done_gold, known) = counts
    left = drawn - (done_drawn if closed is None else int(closed))
    if quota is not None:
        left = min(left, max(quota - done_drawn, 0))
    middle = len(seconds) // 2
    median = (seconds[middle] + seconds[~middle]) / 2 if seconds else None
    return Progress(done_drawn + done_gold, done_drawn + left + known, median)


def _closed(campaign: str, person: str, per_case: int) -> sa.Select[Any]:
    """How many drawn cases this person has labeled, or so many others that it is enough."""
    undone = sa.select(labels.c.undoes).where(
        labels.c.campaign == campaign, labels.c.undoes.is_not(None)
    )
    columns = [labels.c[name] for name in CASE]
    own = sa.func.max(sa.case((labels.c.person == person, 1), else_=0))
    full = (
        sa.select(*columns)
        .where(
            labels.c.campaign == campaign,
            labels.c.what == "label",
            labels.c.person != SETTLED,
            labels.c.event.not_in(undone),
        )
        .group_by(*columns)
        .having((own == 1) | (sa.func.count(labels.c.person.distinct()) >= per_case))
        .subquery()
    )
    same = sa.and_(draws.c.campaign == campaign, *(full.c[n] == draws.c[n] for n in CASE))
    return sa.select(sa.func.count()).select_from(full).join(draws, same)


def older(
    engine: sa.Engine, campaign: str, version: int, person: str | None = None
) -> list[dict[str, Any]]:
    """The rows of labels in the campaign by a scheme version before `version`, oldest first.

    Only what still holds as a person's last label of a case, a row a field.
    """
    among = [labels.c.campaign == campaign]
    if person is not None:
        among.append(labels.c.person == person)
    undone = sa.select(labels.c.undoes).where(*among, labels.c.undoes.is_not(None))
    last = sa.func.first_value(labels.c.event).over(
        partition_by=(labels.c.person, *(labels.c[name] for name in CASE)),
        order_by=labels.c.seq.desc(),
    )
    held = (
        sa.select(*labels.c, last.label("latest"))
        .where(*among, labels.c.what == "label", labels.c.event.not_in(undone))
        .subquery()
    )
    query = sa.select(held).where(held.c.event == held.c.latest, held.c.scheme_version < version)
    with engine.connect() as connection:
        found = connection.execute(query.order_by(held.c.seq)).mappings()
        return [dict(row) for row in found]
