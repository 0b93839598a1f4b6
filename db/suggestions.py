"""What was suggested for a case of a campaign, made once and kept, shown or held back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from db import turn
from db.draws import CASE
from db.labels import Case
from db.ledger import draws, now, patient, suggestions
from db.new import insert_new


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Field -> the value suggested for the case at a place, by whom, and whether people see it."""

    place: int
    source: str
    values: Mapping[str, str]
    shown: bool
    made_at: str = ""


@patient
def keep(engine: sa.Engine, campaign: str, made: Sequence[Suggestion]) -> None:
    """Keeps suggestions; a place that has one already keeps the first."""
    moment = now()
    rows = [
        {"campaign": campaign, "place": one.place, "source": one.source, "shown": one.shown,
         "body": json.dumps(dict(one.values), sort_keys=True), "made_at": moment}
        for one in made
    ]  # fmt: skip
    turn.write(engine, campaign, lambda here: insert_new(here, suggestions, rows), durable=False)


def at(engine: sa.Engine, campaign: str, places: Collection[int]) -> dict[int, Suggestion]:
    """Place -> what was suggested there, shown or held back."""
    query = sa.select(suggestions).where(
        suggestions.c.campaign == campaign, suggestions.c.place.in_(places)
    )
    with engine.connect() as connection:
        return {row["place"]: _one(row) for row in connection.execute(query).mappings()}


def every(engine: sa.Engine, campaign: str) -> dict[Case, Suggestion]:
    """Case -> what was suggested for it, over the whole campaign."""
    query = (
        sa.select(suggestions, *(draws.c[name] for name in CASE))
        .join(
            draws,
            sa.and_(
                draws.c.campaign == suggestions.c.campaign, draws.c.place == suggestions.c.place
            ),
        )
        .where(suggestions.c.campaign == campaign)
        .order_by(suggestions.c.place)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return {(row["run_id"], row["item_id"], row["sample"]): _one(row) for row in rows}


def _one(row: Mapping[Any, Any]) -> Suggestion:
    return Suggestion(
        row["place"], row["source"], json.loads(row["body"]), bool(row["shown"]), row["made_at"]
    )
