"""The places of a campaign: the cases drawn for it with their probabilities, and its gold cases."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from db.labels import Case
from db.ledger import draws, gold, labels
from db.new import insert_new

SETTLED = "settled"
"""The person adjudicated labels are kept under: nobody who labels."""
CASE = ("run_id", "item_id", "sample")
Kind = Literal["training", "drift"]
"""What a gold case is for: to learn on before all else, or to see whether people change."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A case whose right label is known: field -> value, as labels are stored, and why."""

    case: Case
    answer: Mapping[str, str]
    kind: Kind = "drift"
    why: str = ""


def write(
    connection: sa.Connection,
    campaign: str,
    cases: Sequence[tuple[Case, float]],
    known: Sequence[Gold] = (),
) -> None:
    """Keeps the places of a campaign: training first, then the draws in their order, with the drift
    cases spread evenly among them. A gold case counts for no estimate: it was not drawn."""
    training = [one for one in known if one.kind == "training"]
    drift = [one for one in known if one.kind == "drift"]
    order: list[tuple[Case, float] | Gold] = [*training]
    step = len(cases) / (len(drift) + 1)
    waiting = list(drift)
    for turn, drawn in enumerate(cases, 1):
        order.append(drawn)
        while waiting and turn >= step * (len(drift) - len(waiting) + 1):
            order.append(waiting.pop(0))
    drawn_rows, gold_rows = [], []
    for place, one in enumerate([*order, *waiting], 1):
        case, rest = (one.case, _told(one)) if isinstance(one, Gold) else (one[0], None)
        row = {"campaign": campaign, "place": place} | dict(zip(CASE, case, strict=True))
        if rest is None and not isinstance(one, Gold):
            drawn_rows.append(row | {"probability": one[1]})
        else:
            gold_rows.append(row | (rest or {}))
    insert_new(connection, draws, drawn_rows)
    insert_new(connection, gold, gold_rows)


def _told(one: Gold) -> dict[str, str]:
    answer = json.dumps(dict(one.answer), sort_keys=True)
    return {"kind": one.kind, "answer": answer, "why": one.why}


def drawn(engine: sa.Engine, campaign: str) -> list[dict[str, Any]]:
    """The drawn cases alone, in the order they are shown: place, run_id, item_id, sample,
    probability."""
    query = sa.select(draws).where(draws.c.campaign == campaign).order_by(draws.c.place)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def answers(engine: sa.Engine, campaign: str) -> dict[Case, Gold]:
    """The gold cases of a campaign with their right labels, in the order they are shown."""
    query = sa.select(gold).where(gold.c.campaign == campaign).order_by(gold.c.place)
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return {
        (case := (r["run_id"], r["item_id"], r["sample"])): Gold(
            case, json.loads(r["answer"]), r["kind"], r["why"]
        )
        for r in rows
    }


def cases(engine: sa.Engine, campaign: str) -> list[dict[str, Any]]:
    """Every place in the order it is shown: place, run_id, item_id, sample, probability, gold.

    `probability` is None and `gold` its kind where a case was put in for its known label; `gold` is
    empty for a case that was drawn.
    """
    with engine.connect() as connection:
        rows = connection.execute(places(campaign).order_by("place")).mappings()
        return [dict(row) for row in rows]


def at(engine: sa.Engine, campaign: str, place: int) -> dict[str, Any] | None:
    """One place, as in `cases`; None where the campaign has no such place."""
    every = places(campaign).subquery()
    query = sa.select(every).where(every.c.place == place)
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def places(campaign: str) -> sa.CompoundSelect[Any]:
    """The query of all places of a campaign, drawn and gold."""
    none = sa.cast(sa.null(), sa.Float)
    return sa.union_all(
        sa.select(
            draws.c.campaign, draws.c.place, *(draws.c[name] for name in CASE),
            draws.c.probability, sa.literal("").label("gold"),
        ).where(draws.c.campaign == campaign),
        sa.select(
            gold.c.campaign, gold.c.place, *(gold.c[name] for name in CASE),
            none.label("probability"), gold.c.kind.label("gold"),
        ).where(gold.c.campaign == campaign),
    )  # fmt: skip


def standing(campaign: str, until: str = "") -> tuple[sa.ColumnElement[bool], ...]:
    """The rows of a campaign's labels that nobody took back, the adjudicated ones left out; `until`
    a moment, as it was then."""
    undo = labels.alias()
    undone = sa.exists().where(undo.c.undoes == labels.c.event)
    if until:
        undone = undone.where(undo.c.made_at <= until)
    return (
        *((labels.c.made_at <= until,) if until else ()),
        labels.c.campaign == campaign,
        labels.c.what.in_(("label", "import")),
        labels.c.person != SETTLED,
        ~undone,
    )


def saves(engine: sa.Engine, campaign: str, until: str = "") -> list[dict[str, Any]]:
    """Who labeled which place, and when: place, gold, person, event, seconds, made_at, by time.

    `until` a moment, as it was then. Of each person and place the last save that still holds.
    """
    every = places(campaign).subquery()
    same = sa.and_(*(labels.c[name] == every.c[name] for name in CASE))
    query = (
        sa.select(
            every.c.place, every.c.gold, labels.c.person, labels.c.event,
            sa.func.max(labels.c.seconds).label("seconds"),
            sa.func.max(labels.c.made_at).label("made_at"), sa.func.max(labels.c.seq).label("seq"),
        )
        .join(labels, same)
        .where(*standing(campaign, until))
        .group_by(every.c.place, every.c.gold, labels.c.person, labels.c.event)
        .order_by(sa.func.max(labels.c.seq))
    )  # fmt: skip
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    last = {(row["place"], row["person"]): dict(row) for row in rows}
    return sorted(last.values(), key=lambda row: row["seq"])
