"""Campaigns: which cases are to be labeled, by which scheme and guideline, and how far it is."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from db import draws, turn
from db.draws import Gold
from db.labels import Case
from db.ledger import campaign_events, campaigns, guidelines, now, patient, schemes
from db.ledger import draws as drawn
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
    *,
    per_case: int | None = None,
    settings: Mapping[str, Any] | None = None,
    known: Sequence[Gold] = (),
) -> str:
    """Starts a campaign over `cases`, each with the probability it was drawn with; returns its key.

    Cases are shown in the order given, the gold ones (`known`) among them. `per_case` labels are
    wanted of each; None: as many as people come. Raises ValueError for no cases, a case named twice
    or a probability outside (0, 1].
    """
    named = [case for case, _ in cases] + [one.case for one in known]
    if not cases or len(set(named)) < len(named):
        raise ValueError(f"{len(cases)} cases: a campaign needs at least one, and each only once")
    wrong = [p for _, p in cases if not 0 < p <= 1]
    if wrong:
        raise ValueError(f"drawn with probability {wrong[0]}: it lies above 0 and up to 1")
    if per_case is not None and per_case < 1:
        raise ValueError(f"{per_case} labels a case: at least 1 is needed")
    campaign = uuid.uuid4().hex[:12]
    head = {
        "campaign": campaign, "name": name, "scheme": scheme[0], "scheme_version": scheme[1],
        "guideline": guideline[0], "guideline_version": guideline[1], "design": design,
        "snapshot": snapshot, "made_by": person, "made_at": now(), "per_case": per_case,
        "settings": json.dumps(dict(settings or {}), sort_keys=True),
    }  # fmt: skip
    _write(engine, head, cases, known)
    return campaign


@patient
def _write(
    engine: sa.Engine,
    head: dict[str, Any],
    cases: Sequence[tuple[Case, float]],
    known: Sequence[Gold],
) -> None:
    campaign, person = head["campaign"], head["made_by"]
    with engine.begin() as connection:
        insert_new(connection, campaigns, [head])
        draws.write(connection, campaign, cases, known)
        told = {"cases": len(cases), "gold": len(known), "per_case": head["per_case"]}
        append(connection, campaign, "started", told, person)


def append(
    connection: sa.Connection, campaign: str, what: str, body: Mapping[str, Any], person: str
) -> None:
    """Adds an event to a campaign inside a transaction that is open already."""
    row = {
        "campaign": campaign, "what": what, "body": json.dumps(dict(body), sort_keys=True),
        "made_by": person, "made_at": now(),
    }  # fmt: skip
    connection.execute(sa.insert(campaign_events).values(row))


@patient
def record(
    engine: sa.Engine, campaign: str, what: str, body: Mapping[str, Any], person: str
) -> None:
    """Keeps a change of a campaign: what, with which particulars, by whom, now."""
    turn.write(engine, campaign, lambda here: append(here, campaign, what, body, person))


def event(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of `campaign_events` with its body read."""
    return {**row, "body": json.loads(row["body"])}


def events(engine: sa.Engine, campaign: str) -> list[dict[str, Any]]:
    """Every change of a campaign, first to last: seq, what, body (a dict), made_by, made_at."""
    query = sa.select(campaign_events).where(campaign_events.c.campaign == campaign)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(campaign_events.c.seq)).mappings().all()
    return [event(row) for row in rows]


def every(engine: sa.Engine) -> list[dict[str, Any]]:
    """All campaigns with their number of drawn `cases`, the newest first."""
    count = (
        sa.select(sa.func.count())
        .where(drawn.c.campaign == campaigns.c.campaign)
        .scalar_subquery()
        .label("cases")
    )
    query = sa.select(campaigns, count).order_by(campaigns.c.made_at.desc())
    with engine.connect() as connection:
        return [_head(row) for row in connection.execute(query).mappings()]


def names(engine: sa.Engine) -> dict[str, str]:
    """Campaign -> its name, the newest first; told apart by key where several share one.

    A box on a page goes by words: of two that read alike it would give the first.
    """
    found = every(engine)
    often = Counter(head["name"] for head in found)
    return {
        head["campaign"]: head["name"]
        if often[head["name"]] == 1
        else f"{head['name']} · {head['campaign']}"
        for head in found
    }


def one(engine: sa.Engine, campaign: str) -> dict[str, Any] | None:
    """One campaign, its `settings` a dict; None where there is none."""
    query = sa.select(campaigns).where(campaigns.c.campaign == campaign)
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    return _head(row) if row else None


def _head(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {**row, "settings": json.loads(row["settings"])}


def cases(engine: sa.Engine, campaign: str) -> list[dict[str, Any]]:
    """Every place in the order it is shown, as `db.draws.cases` has it."""
    return draws.cases(engine, campaign)
