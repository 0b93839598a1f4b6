"""What one person's desk asks the ledger for: what is open, skipped and done, in short queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from statistics import median
from typing import Any

import sqlalchemy as sa

from db import board
from db.campaigns import Progress
from db.draws import CASE, SETTLED
from db.draws import places as every_place
from db.labels import Case, current
from db.ledger import labels


def at(engine: sa.Engine, campaign: str, places: Iterable[int]) -> dict[int, Case]:
    """Place -> its case; a place that is not of the campaign is left out."""
    with board.reading(engine, campaign) as (here, connection):
        return here.at(connection, places)


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
    with board.reading(engine, campaign) as (here, connection):
        found = here.at(connection, range(after, after + limit))
    return list(found.values())


def labeled(engine: sa.Engine, campaign: str) -> int:
    """How many cases of the campaign have a label that stands."""
    with board.reading(engine, campaign) as (here, _):
        return sum(bool(who) for who in here.voices.values())


def progress(engine: sa.Engine, campaign: str, person: str) -> Progress:
    """Cases this person has labeled, of how many, and their median seconds of late.

    Cases that have as many labels as they need are not theirs any more, and with a quota they get
    so many at most.
    """
    with board.reading(engine, campaign) as (here, _):
        drawn, known = here.done(person)
        total = drawn + known + sum(here.left(person))
        seconds = here.hands[person].seconds()
    return Progress(drawn + known, total, median(seconds) if seconds else None)


def gold_at(engine: sa.Engine, campaign: str, places: Iterable[int]) -> dict[int, str]:
    """Place -> which kind of gold case stands there; drawn ones are left out."""
    with board.reading(engine, campaign) as (here, _):
        return {place: here.gold[place] for place in places if place in here.gold}


def last(engine: sa.Engine, campaign: str, person: str) -> tuple[int, list[dict[str, Any]]] | None:
    """The place of the person's last label that stands, and its rows; None where there is none."""
    with board.reading(engine, campaign) as (here, connection):
        save = here.hands[person].last
        if save is None:
            return None
        rows = connection.execute(sa.select(labels).where(labels.c.event == save.event))
        return save.place, [dict(row) for row in rows.mappings()]


def latest(
    engine: sa.Engine, campaign: str, person: str, limit: int
) -> list[tuple[int, str, list[dict[str, Any]]]]:
    """The person's last labels that stand, the last first: place, kind of gold or "", rows."""
    with board.reading(engine, campaign) as (here, connection):
        saves = [one for one in here.hands[person].saves if one.what == "label"][-limit:][::-1]
        if not any(here.gold.get(one.place) for one in saves):
            return [(one.place, "", []) for one in saves]
        query = sa.select(labels).where(labels.c.event.in_([one.event for one in saves]))
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [
        (one.place, here.gold.get(one.place, ""), [r for r in rows if r["event"] == one.event])
        for one in saves
    ]


def others(
    engine: sa.Engine, campaign: str, person: str, cases: Collection[Case]
) -> dict[Case, list[tuple[str, str, str]]]:
    """Case -> (person, field, value) of what others' labels in the campaign say of it now."""
    found: dict[Case, list[tuple[str, str, str]]] = {case: [] for case in cases}
    for row in current(engine, campaign=campaign, cases=cases):
        if row["person"] not in (person, SETTLED):
            case = (row["run_id"], row["item_id"], row["sample"])
            found[case].append((row["person"], row["field"], row["value"]))
    return found


def first(
    engine: sa.Engine, campaign: str, cases: Iterable[Case]
) -> list[tuple[str, Case, dict[str, str]]]:
    """(person, case, field -> value) of everybody's first label on these cases, undone or not."""
    query = sa.select(labels).where(
        labels.c.campaign == campaign,
        labels.c.what == "label",
        sa.tuple_(*(labels.c[name] for name in CASE)).in_(list(cases)),
    )
    found: dict[tuple[str, Case], tuple[str, dict[str, str]]] = {}
    with engine.connect() as connection:
        for row in connection.execute(query.order_by(labels.c.seq)):
            key = row.person, (row.run_id, row.item_id, row.sample)
            event, values = found.setdefault(key, (row.event, {}))
            if event == row.event:
                values[row.field] = row.value
    return [(person, case, values) for (person, case), (_, values) in found.items()]


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
