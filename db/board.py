"""A campaign in memory, kept up to date with the ledger: who labeled what, what is open or lent.

It takes in what is new by its number, so asking costs the same with ten labels or a million.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from heapq import merge
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from db import campaigns, staff
from db.draws import CASE, SETTLED
from db.hand import Hand, Save
from db.labels import Case
from db.ledger import assignments, campaign_events, draws, gold, labels

KEPT = 32
"""Campaigns kept in memory for a ledger."""
AHEAD = 200
"""Places whose cases are read along."""


class Board:
    """One campaign; to be read inside `reading`. Places run from 1 to `total`."""

    def __init__(self, connection: sa.Connection, head: dict[str, Any]) -> None:
        self.lock = threading.RLock()
        self.head = head
        self.events: list[dict[str, Any]] = []
        self.hands: defaultdict[str, Hand] = defaultdict(Hand)
        self.voices: defaultdict[int, set[str]] = defaultdict(set)
        self.full: set[int] = set()
        self.lent: defaultdict[int, dict[str, str]] = defaultdict(dict)
        self.cases: dict[int, Case] = {}
        self._key = str(head["campaign"])
        self._floor = 1
        self._read = dict.fromkeys(("labels", "assignments", "events"), 0)
        self._saves: dict[str, tuple[str, Save]] = {}
        rows = connection.execute(_all(gold, self._key, gold.c.kind)).all()
        self.gold = {row.place: str(row.kind) for row in rows}
        self.cases |= {row.place: (row.run_id, row.item_id, row.sample) for row in rows}
        self._known = {case: place for place, case in self.cases.items()}
        count = sa.select(sa.func.count()).where(draws.c.campaign == self._key)
        self.total = int(connection.scalar(count) or 0) + len(self.gold)
        self.team = staff.told(head, ())

    def catch_up(self, connection: sa.Connection) -> None:
        """Takes in what came since the last time."""
        self._take_events(connection)
        for row in connection.execute(NEW_LABELS, self._since("labels")):
            place = row.place or self._known.get((row.run_id, row.item_id, row.sample))
            if row.what == "undo":
                self._undo(row.undoes)
            elif row.person != SETTLED and place is not None:
                self._label(row, place)
            self._read["labels"] = row.seq
        for row in connection.execute(NEW_LOANS, self._since("assignments")):
            if row.what == "given":
                self.lent[row.place][row.person] = row.made_at
            else:
                self.lent[row.place].pop(row.person, None)
            self._read["assignments"] = row.assignment

    def _since(self, what: str) -> dict[str, Any]:
        return {"campaign": self._key, "last": self._read[what]}

    def _take_events(self, connection: sa.Connection) -> None:
        new = connection.execute(NEW_EVENTS, self._since("events")).mappings().all()
        if new:
            self._read["events"] = new[-1]["seq"]
            self.events += [campaigns.event(row) for row in new]
            self.team = staff.told(self.head, self.events)

    def _label(self, row: Any, place: int) -> None:
        hand = self.hands[row.person]
        if row.what == "skip":
            hand.skipped[place] = row.seq
        elif row.event not in self._saves:
            save = Save(row.event, row.what, place, row.seconds)
            self._saves[row.event] = row.person, save
            hand.saves.append(save)
            hand.places[place] = hand.places.get(place, 0) + 1
            self.voices[place].add(row.person)
            self._weigh(place)

    def _undo(self, event: str) -> None:
        person, save = self._saves.pop(event, ("", None))
        if save is None:
            return
        hand, place = self.hands[person], save.place
        del hand.saves[len(hand.saves) - 1 - hand.saves[::-1].index(save)]
        hand.places[place] -= 1
        if not hand.places[place]:
            del hand.places[place]
            self.voices[place].discard(person)
        self._weigh(place)
        hand.floor, self._floor = min(hand.floor, place), min(self._floor, place)

    def _weigh(self, place: int) -> None:
        wanted = self.team.per_case
        enough = wanted is not None and len(self.voices[place]) >= wanted
        if place not in self.gold:
            (self.full.add if enough else self.full.discard)(place)

    def open(self, person: str, later: Iterable[int]) -> Iterator[int]:
        """The places this person may label, in order, those left for `later` last."""
        hand, put_off = self.hands[person], list(dict.fromkeys(later))
        while hand.floor in hand.places:
            hand.floor += 1
        while self._floor in self.full or self._floor in self.gold:
            self._floor += 1
        first = max(hand.floor, self._floor)
        drawn = (p for p in range(first, self.total + 1) if p not in self.gold)
        every = merge((p for p in sorted(self.gold) if p not in hand.places), drawn)
        for place in every:
            if place not in hand.places and place not in self.full and place not in put_off:
                yield place
        for place in put_off:
            if 0 < place <= self.total and place not in hand.places and place not in self.full:
                yield place

    def holders(self, place: int, since: str) -> set[str]:
        """Who has a place that was lent after `since`."""
        return {person for person, at in self.lent.get(place, {}).items() if at > since}

    def done(self, person: str) -> tuple[int, int]:
        """How many drawn and how many gold places this person has labeled."""
        places = self.hands[person].places
        known = sum(place in places for place in self.gold)
        return len(places) - known, known

    def left(self, person: str) -> tuple[int, int]:
        """How many drawn and how many gold places this person could still label.

        Of the drawn no more than the quota, of the gold those that come before the last of them.
        """
        hand, quota = self.hands[person], self.team.quotas.get(person)
        mine = hand.places.keys() - self.gold.keys()
        left = self.total - len(self.gold) - len(self.full | mine)
        room = left + 1 if quota is None else max(quota - len(mine), 0)
        if room > left:
            return left, len(self.gold.keys() - hand.places.keys())
        drawn = known = passed = 0
        every = self.open(person, sorted(hand.skipped, key=hand.skipped.__getitem__))
        while drawn < room:
            if next(every) in self.gold:
                passed += 1
            else:
                drawn, known = drawn + 1, passed
        return drawn, known

    def at(self, connection: sa.Connection, places: Iterable[int]) -> dict[int, Case]:
        """Place -> its case; a place that is not of the campaign is left out."""
        wanted = [place for place in places if 0 < place <= self.total]
        lacking = [place for place in wanted if place not in self.cases]
        if lacking:  # and those behind, which are asked for next
            near = draws.c.place.between(min(lacking), min(lacking) + AHEAD)
            query = _all(draws, self._key).where(sa.or_(near, draws.c.place.in_(lacking)))
            for row in connection.execute(query):
                self.cases[row.place] = (row.run_id, row.item_id, row.sample)
        return {place: self.cases[place] for place in wanted if place in self.cases}


def _all(table: sa.Table, campaign: str, *more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    columns = [table.c[name] for name in ("place", *CASE)]
    return sa.select(*columns, *more).where(table.c.campaign == campaign)


def _new(table: sa.Table, key: str, *more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    mine = table.c.campaign == sa.bindparam("campaign")
    newer = table.c[key] > sa.bindparam("last")
    return sa.select(table, *more).where(mine, newer).order_by(table.c[key])


NEW_LABELS = _new(labels, "seq", draws.c.place).outerjoin_from(
    labels,
    draws,
    sa.and_(draws.c.campaign == labels.c.campaign, *(draws.c[n] == labels.c[n] for n in CASE)),
)
NEW_LOANS = _new(assignments, "assignment")
NEW_EVENTS = _new(campaign_events, "seq")

_boards: WeakKeyDictionary[sa.Engine, OrderedDict[str, Board]] = WeakKeyDictionary()
_opening = threading.Lock()


@contextmanager
def reading(
    engine: sa.Engine, campaign: str, inside: sa.Connection | None = None
) -> Iterator[tuple[Board, sa.Connection]]:
    """The campaign as it stands now, and a connection to ask more by; nobody else moves it on.

    Read `inside` a transaction where one is given. Raises ValueError where there is no campaign of
    that key.
    """
    board = _board(engine, campaign)
    # First the board, then a connection: who waits for the board must not keep the last one.
    with board.lock, nullcontext(inside) if inside is not None else engine.connect() as connection:
        board.catch_up(connection)
        yield board, connection


def forget(engine: sa.Engine, campaign: str) -> None:
    """Lets go of a campaign: the next who asks reads it anew."""
    with _opening:
        _boards.get(engine, OrderedDict()).pop(campaign, None)


def _board(engine: sa.Engine, campaign: str) -> Board:
    with _opening:
        shelf = _boards.setdefault(engine, OrderedDict())
        if campaign in shelf:
            shelf.move_to_end(campaign)
            return shelf[campaign]
    head = campaigns.one(engine, campaign)
    if head is None:
        raise ValueError(f"there is no campaign {campaign!r}")
    with engine.connect() as connection:
        new = Board(connection, head)
    with _opening:
        board = shelf.setdefault(campaign, new)
        while len(shelf) > KEPT:
            shelf.popitem(last=False)
    return board
