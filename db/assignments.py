"""Who labels what: people with quotas, cases lent for a while, and when no more are accepted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from db import campaigns
from db.draws import CASE, lacking, same, standing
from db.ledger import assignments, draws, gold, labels, now, patient

LEASE = 30.0
"""Minutes a case is kept for one person, unless the campaign's settings say otherwise."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works on a campaign, by its events. `quotas`: person -> cases at most (None: no limit);
    empty while anybody may come. `frozen` is since when no label is accepted, else empty."""

    per_case: int | None
    lease: float
    frozen: str = ""
    quotas: dict[str, int | None] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()

    def refusal(self, person: str) -> str:
        """Why a label by this person cannot be kept now; empty where it can."""
        if self.frozen:
            return f"the campaign is frozen since {self.frozen[:16]}: it takes no more labels"
        if person in self.stopped:
            return f"{person} has stopped on this campaign: ask who leads it to be put back"
        if self.quotas and person not in self.quotas:
            return f"the campaign is given to others than {person}: ask who leads it to be put on"
        return ""


def staff(engine: sa.Engine, campaign: str) -> Staff:
    """Who may label in a campaign now. ValueError where there is none of that key."""
    head = campaigns.one(engine, campaign)
    if head is None:
        raise ValueError(f"there is no campaign {campaign!r}")
    frozen, quotas, stopped = "", dict[str, int | None](), set[str]()
    for event in campaigns.events(engine, campaign):
        person = event["body"].get("person", "")
        if event["what"] == "assigned":
            quotas[person] = event["body"].get("quota")
            stopped.discard(person)
        elif event["what"] == "stopped":
            stopped.add(person)
        elif event["what"] in ("frozen", "reopened"):
            frozen = event["made_at"] if event["what"] == "frozen" else ""
    lease = float(head["settings"].get("lease", LEASE))
    return Staff(head["per_case"], lease, frozen, quotas, frozenset(stopped))


def refusal(engine: sa.Engine, campaign: str, person: str) -> str:
    """Why a label by this person cannot be kept now; empty where it can."""
    return staff(engine, campaign).refusal(person)


def bring(
    engine: sa.Engine,
    campaign: str,
    person: str,
    skipped: Iterable[int] = (),
    limit: int = 1,
    moment: str = "",
) -> list[dict[str, Any]]:
    """The next places for this person to label: place, run_id, item_id, sample, gold.

    Where a campaign wants so many labels a case, each place is lent for `Staff.lease` minutes: as
    many people have it as there are labels missing, and one left lying goes to the next who asks.
    The `skipped` places come last and are given back. Empty where nothing is left, the quota is
    reached, or the person may not label. `moment` is now, unless said otherwise.
    """
    team, later = staff(engine, campaign), list(skipped)
    if team.refusal(person) or limit < 1:
        return []
    if team.per_case is None and team.quotas.get(person) is None:
        with engine.connect() as connection:
            return _open(connection, campaign, person, later, limit, None)
    return _lend(engine, campaign, person, later, limit, moment or now(), team)


@patient
def _lend(
    engine: sa.Engine, campaign: str, person: str, later: list[int], limit: int, moment: str,
    team: Staff,
) -> list[dict[str, Any]]:  # fmt: skip
    with _alone(engine, campaign) as connection:
        lent = _lent(connection, campaign, _before(moment, team.lease))
        away = {person} | team.stopped
        others = {place: who - away for place, who in lent.items() if who - away}
        room, quota = limit, team.quotas.get(person)
        if quota is not None:
            room = min(limit, quota - _done(connection, campaign, person))
        if room <= 0:
            return []
        found = _open(connection, campaign, person, later, limit + len(others), team.per_case)
        taken = _taken(connection, campaign, others, team.per_case)
        kept = []
        for row in [row for row in found if row["gold"] or row["place"] not in taken][:limit]:
            room -= not row["gold"]
            if room >= 0:
                kept.append(row)
        if team.per_case is not None:
            # Lent anew at half time, so that who goes on working keeps what lies before them.
            lately = _lent(connection, campaign, _before(moment, team.lease / 2))
            given = {row["place"] for row in kept if not row["gold"]}
            new = {place for place in given if person not in lately.get(place, ())}
            mine = {place for place, who in lent.items() if person in who}
            _write(connection, campaign, person, new, "given", moment)
            _write(connection, campaign, person, mine & set(later) - given, "returned", moment)
    return kept


@contextmanager
def _alone(engine: sa.Engine, campaign: str) -> Iterator[sa.Connection]:
    """A transaction in which nobody else lends cases: two who ask at once get different ones."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            lock = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(campaign)))
            connection.execute(lock)
        yield connection
        connection.commit()


def _before(moment: str, minutes: float) -> str:
    since = datetime.fromisoformat(moment) - timedelta(minutes=minutes)
    return since.astimezone(UTC).isoformat(timespec="microseconds")


def _lent(connection: sa.Connection, campaign: str, since: str) -> dict[int, set[str]]:
    """Place -> who has it: given since then and not returned."""
    query = (
        sa.select(assignments.c.place, assignments.c.person, assignments.c.what)
        .where(assignments.c.campaign == campaign, assignments.c.made_at > since)
        .order_by(assignments.c.assignment)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for place, person, what in connection.execute(query):
        (found[place].add if what == "given" else found[place].discard)(person)
    return found


def _open(
    connection: sa.Connection, campaign: str, person: str, later: list[int], limit: int,
    per_case: int | None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The first places this person has no label on and that lack one, the `later` ones last."""
    turn = {place: n for n, place in enumerate(later)}
    first: list[dict[str, Any]] = []
    rest: list[dict[str, Any]] = []
    for table, kind in ((draws, sa.literal("")), (gold, gold.c.kind)):
        mine = sa.exists().where(*standing(campaign), *same(table), labels.c.person == person)
        columns = [table.c[name] for name in ("place", *CASE)]
        query = sa.select(*columns, kind.label("gold")).where(table.c.campaign == campaign, ~mine)
        if per_case is not None and table is draws:
            query = query.where(*lacking(connection, campaign, per_case))
        ordered = query.order_by(table.c.place)
        now_open = ordered.where(table.c.place.not_in(later)).limit(limit)
        first += [dict(row) for row in connection.execute(now_open).mappings()]
        if later:
            put_off = connection.execute(ordered.where(table.c.place.in_(later)))
            rest += [dict(row) for row in put_off.mappings()]
    first.sort(key=lambda row: row["place"])
    rest.sort(key=lambda row: turn[row["place"]])
    return [*first, *rest][:limit]


def _taken(
    connection: sa.Connection, campaign: str, others: dict[int, set[str]], per_case: int | None
) -> set[int]:
    """The places lent to so many others that, with the labels there are, none is missing."""
    if per_case is None or not others:
        return set()
    cases = sa.select(draws).where(draws.c.campaign == campaign, draws.c.place.in_(others))
    at = {tuple(row[name] for name in CASE): row["place"]
          for row in connection.execute(cases).mappings()}  # fmt: skip
    query = sa.select(*(labels.c[name] for name in CASE), labels.c.person).where(
        *standing(campaign),
        labels.c.run_id.in_({run for run, *_ in at}),
        labels.c.item_id.in_({item for _, item, _ in at}),
    )
    voices: dict[int, set[str]] = defaultdict(set)
    for *case, person in connection.execute(query):
        voices[at.get(tuple(case), 0)].add(person)
    return {place for place, who in others.items() if len(who | voices[place]) >= per_case}


def _done(connection: sa.Connection, campaign: str, person: str) -> int:
    """How many of the drawn cases this person's labels stand on."""
    mine = sa.exists().where(*standing(campaign), *same(draws), labels.c.person == person)
    query = sa.select(sa.func.count()).where(draws.c.campaign == campaign, mine)
    return int(connection.scalar(query) or 0)


def _write(
    connection: sa.Connection, campaign: str, person: str, places: Collection[int], what: str,
    moment: str,
) -> None:  # fmt: skip
    rows = [
        {"campaign": campaign, "place": p, "person": person, "what": what, "made_at": moment}
        for p in sorted(places)
    ]
    if rows:
        connection.execute(sa.insert(assignments), rows)


def left(engine: sa.Engine, campaign: str, person: str) -> int:
    """How many places this person could still label: those that lack a label, up to the quota."""
    team = staff(engine, campaign)
    if team.refusal(person):
        return 0
    counts = []
    with engine.connect() as connection:
        for table in (draws, gold):
            mine = sa.exists().where(*standing(campaign), *same(table), labels.c.person == person)
            query = sa.select(sa.func.count()).where(table.c.campaign == campaign, ~mine)
            if team.per_case is not None and table is draws:
                query = query.where(*lacking(connection, campaign, team.per_case))
            counts.append(int(connection.scalar(query) or 0))
        quota = team.quotas.get(person)
        if quota is not None:
            counts[0] = min(counts[0], max(quota - _done(connection, campaign, person), 0))
    return sum(counts)
