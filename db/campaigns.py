"""Campaigns: which cases are to be labeled, by which scheme and guideline, and how far it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from db import labels as told
from db.labels import Case
from db.ledger import campaigns, draws, guidelines, now, patient, schemes
from db.new import insert_new


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one person is: cases done of `total`, median seconds a case (None: none timed)."""

    done: int
    total: int
    seconds: float | None


@patient
def keep_scheme(engine: sa.Engine, scheme: str, version: int, body: str, person: str) -> None:
    """Keeps a version of a label scheme as written; one that is there already stays."""
    _keep(engine, schemes, {"scheme": scheme, "version": version}, body, person)


@patient
def keep_guideline(engine: sa.Engine, guideline: str, version: int, body: str, person: str) -> None:
    """Keeps a version of a guideline, Markdown; one that is there already stays."""
    _keep(engine, guidelines, {"guideline": guideline, "version": version}, body, person)


def _keep(engine: sa.Engine, table: sa.Table, key: dict[str, Any], body: str, person: str) -> None:
    row = {**key, "body": body, "made_by": person, "made_at": now()}
    with engine.begin() as connection:
        insert_new(connection, table, [row])


def scheme(engine: sa.Engine, name: str, version: int) -> str | None:
    """The scheme as written, YAML; None where there is no such version."""
    query = sa.select(schemes.c.body).where(schemes.c.scheme == name, schemes.c.version == version)
    with engine.connect() as connection:
        return connection.scalar(query)


def guideline(engine: sa.Engine, name: str, version: int) -> str | None:
    """The guideline, Markdown; None where there is no such version."""
    query = sa.select(guidelines.c.body).where(
        guidelines.c.guideline == name, guidelines.c.version == version
    )
    with engine.connect() as connection:
        return connection.scalar(query)


def newest(engine: sa.Engine, name: str) -> tuple[int, str] | None:
    """The latest version of a guideline and its text; None where there is none."""
    query = sa.select(guidelines.c.version, guidelines.c.body).where(guidelines.c.guideline == name)
    with engine.connect() as connection:
        row = connection.execute(query.order_by(guidelines.c.version.desc()).limit(1)).first()
    return (row.version, row.body) if row else None


def start(
    engine: sa.Engine,
    name: str,
    scheme: tuple[str, int],
    guideline: tuple[str, int],
    design: str,
    snapshot: int,
    cases: Sequence[tuple[Case, float]],
    person: str,
) -> str:
    """Starts a campaign over `cases`, each with the probability it was drawn with; returns its key.

    Cases are shown in the order given. Raises ValueError for no cases, a case named twice or a
    probability outside (0, 1].
    """
    if not cases or len({case for case, _ in cases}) < len(cases):
        raise ValueError(f"{len(cases)} cases: a campaign needs at least one, and each only once")
    wrong = [p for _, p in cases if not 0 < p <= 1]
    if wrong:
        raise ValueError(f"drawn with probability {wrong[0]}: it lies above 0 and up to 1")
    campaign = uuid.uuid4().hex[:12]
    head = {
        "campaign": campaign, "name": name, "scheme": scheme[0], "scheme_version": scheme[1],
        "guideline": guideline[0], "guideline_version": guideline[1], "design": design,
        "snapshot": snapshot, "made_by": person, "made_at": now(),
    }  # fmt: skip
    drawn = [
        {
            "campaign": campaign, "place": place, "run_id": run_id, "item_id": item_id,
            "sample": sample, "probability": p,
        }
        for place, ((run_id, item_id, sample), p) in enumerate(cases, 1)
    ]  # fmt: skip
    _write(engine, head, drawn)
    return campaign


@patient
def _write(engine: sa.Engine, head: dict[str, Any], drawn: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        insert_new(connection, campaigns, [head])
        insert_new(connection, draws, drawn)


def every(engine: sa.Engine) -> list[dict[str, Any]]:
    """All campaigns with their number of `cases`, the newest first."""
    count = (
        sa.select(sa.func.count())
        .where(draws.c.campaign == campaigns.c.campaign)
        .scalar_subquery()
        .label("cases")
    )
    query = sa.select(campaigns, count).order_by(campaigns.c.made_at.desc())
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def one(engine: sa.Engine, campaign: str) -> dict[str, Any] | None:
    """One campaign; None where there is none."""
    query = sa.select(campaigns).where(campaigns.c.campaign == campaign)
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def cases(engine: sa.Engine, campaign: str) -> list[dict[str, Any]]:
    """The drawn cases in the order they are shown: place, run_id, item_id, sample, probability."""
    query = sa.select(draws).where(draws.c.campaign == campaign).order_by(draws.c.place)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def open_places(
    engine: sa.Engine,
    campaign: str,
    person: str,
    skipped: Iterable[int] = (),
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """The drawn cases this person has no label on, in order; the `skipped` places come last."""
    done = {_case(row) for row in told.current(engine, campaign=campaign, person=person)}
    later = {place: turn for turn, place in enumerate(skipped, 1)}
    left = [row for row in cases(engine, campaign) if _case(row) not in done]
    left.sort(key=lambda row: (later.get(row["place"], 0), row["place"]))
    return left[:limit]


def next_place(
    engine: sa.Engine, campaign: str, person: str, skipped: Iterable[int] = ()
) -> int | None:
    """The place of the case to show next; None when all are done."""
    left = open_places(engine, campaign, person, skipped, limit=1)
    return int(left[0]["place"]) if left else None


def progress(engine: sa.Engine, campaign: str, person: str) -> Progress:
    """How far this person is in the campaign."""
    seconds: dict[Case, float | None] = {
        _case(row): row["seconds"] for row in told.current(engine, campaign=campaign, person=person)
    }
    drawn = {_case(row) for row in cases(engine, campaign)}
    timed = sorted(s for case, s in seconds.items() if s is not None and case in drawn)
    return Progress(len(seconds.keys() & drawn), len(drawn), _median(timed))


def _median(sorted_values: list[float]) -> float | None:
    """The middle of sorted values; None of none.

    >>> _median([4.0, 6.0, 9.0, 30.0])
    7.5
    """
    if not sorted_values:
        return None
    low, high = (len(sorted_values) - 1) // 2, len(sorted_values) // 2
    return (sorted_values[low] + sorted_values[high]) / 2


def _case(row: dict[str, Any]) -> Case:
    return row["run_id"], row["item_id"], row["sample"]
