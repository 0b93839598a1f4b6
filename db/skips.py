"""Cases a person left for later: kept in the ledger, so that they wait in every session."""

from __future__ import annotations

import sqlalchemy as sa

from db import board, turn
from db.labels import Case, row
from db.ledger import labels, now, patient
from db.new import insert_new


@patient
def keep(
    engine: sa.Engine, event: str, campaign: str, person: str, case: Case,
    scheme: tuple[str, int] = ("", 0), guideline_version: int | None = None,
    shown: str | None = None,
) -> None:  # fmt: skip
    """Keeps that the person left a case for later; the same event sent twice is one skip.

    `scheme` and `guideline_version` are those they worked by, `shown` the hash of what they saw.
    """
    made = row(
        event, "skip", person, case, campaign=campaign, scheme=scheme[0], scheme_version=scheme[1],
        guideline_version=guideline_version, shown=shown, field="", value="", made_at=now(),
    )  # fmt: skip
    turn.write(engine, campaign, lambda here: insert_new(here, labels, [made]))


def of(engine: sa.Engine, campaign: str, person: str) -> list[int]:
    """The places this person left for later, the longest waiting first; labeled ones too."""
    with board.reading(engine, campaign) as (now_there, _):
        turns = now_there.hands[person].skipped
        return sorted(turns, key=turns.__getitem__)
