"""Who labels what: cases lent for a while to people with quotas."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

import sqlalchemy as sa

from db import board, turn
from db.board import Board
from db.draws import CASE
from db.labels import Case
from db.ledger import assignments, now, patient
from db.staff import Staff


def staff(engine: sa.Engine, campaign: str) -> Staff:
    """Who may label in a campaign now. ValueError where there is none of that key."""
    with board.reading(engine, campaign) as (here, _):
        return here.team


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
    later, at = list(skipped), moment or now()
    with board.reading(engine, campaign) as (here, connection):
        places = _next(here, person, later, limit, at)
        if not _changes(here, person, places, later, at):
            return _rows(here, here.at(connection, places), places)
    return _lend(engine, campaign, person, later, limit, at)


@patient
def _lend(
    engine: sa.Engine, campaign: str, person: str, later: list[int], limit: int, moment: str
) -> list[dict[str, Any]]:
    def work(inside: sa.Connection) -> list[dict[str, Any]]:
        with board.reading(engine, campaign, inside) as (here, connection):
            places = _next(here, person, later, limit, moment)
            for what, changed in _changes(here, person, places, later, moment).items():
                _write(connection, campaign, person, changed, what, moment)
            return _rows(here, here.at(connection, places), places)

    # Whose turn it is sees what those before were lent, so two who ask at once get different cases.
    forget = partial(board.forget, engine, campaign)
    return turn.write(engine, campaign, work, durable=False, failed=forget)


def _next(here: Board, person: str, later: list[int], limit: int, moment: str) -> list[int]:
    """The places to be lent: those open and not lent to enough others, up to the quota."""
    team, quota = here.team, here.team.quotas.get(person)
    room = limit if quota is None else min(limit, quota - here.done(person)[0])
    if team.refusal(person) or room < 1:
        return []
    since, away = _before(moment, team.lease), {person} | team.stopped

    def free(place: int) -> bool:
        if team.per_case is None or place in here.gold:
            return True
        others = here.holders(place, since) - away
        return not others or len(others | here.voices.get(place, set())) < team.per_case

    kept = []
    for place in islice(filter(free, here.open(person, later)), limit):
        room -= place not in here.gold
        if room >= 0:
            kept.append(place)
    return kept


def _changes(
    here: Board, person: str, places: list[int], later: list[int], moment: str
) -> dict[str, set[int]]:
    """What is to be written: the places newly `given`, the ones left for later `returned`.

    Lent anew at half time, so that who goes on working keeps what lies before them.
    """
    team = here.team
    if team.per_case is None or team.refusal(person):
        return {}
    half, since = _before(moment, team.lease / 2), _before(moment, team.lease)
    given = {place for place in places if place not in here.gold}
    new = {place for place in given if person not in here.holders(place, half)}
    back = {place for place in later if person in here.holders(place, since)} - given
    return {what: some for what, some in (("given", new), ("returned", back)) if some}


def _rows(here: Board, cases: dict[int, Case], places: list[int]) -> list[dict[str, Any]]:
    return [
        {"place": p, **dict(zip(CASE, cases[p], strict=True)), "gold": here.gold.get(p, "")}
        for p in places
    ]


def _before(moment: str, minutes: float) -> str:
    since = datetime.fromisoformat(moment) - timedelta(minutes=minutes)
    return since.astimezone(UTC).isoformat(timespec="microseconds")


def _write(
    connection: sa.Connection, campaign: str, person: str, places: Collection[int], what: str,
    moment: str,
) -> None:  # fmt: skip
    rows = [
        {"campaign": campaign, "place": p, "person": person, "what": what, "made_at": moment}
        for p in sorted(places)
    ]
    connection.execute(sa.insert(assignments), rows)


def left(engine: sa.Engine, campaign: str, person: str, *, gold: bool = True) -> int:
    """How many places this person could still label: those that lack a label, up to the quota.

    Without `gold`, the drawn ones alone: gold cases count for no quota.
    """
    with board.reading(engine, campaign) as (here, _):
        if here.team.refusal(person):
            return 0
        drawn, known = here.left(person)
        return drawn + known if gold else drawn
