"""Labels and their undoing: appended event by event; what holds now is a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from db import turn
from db.ledger import labels, now, patient
from db.new import insert_new

Case = tuple[str, str, int]
ADJUDICATOR = "settled"
"""The person under whose name adjudicated labels are kept."""
CASE = (labels.c.run_id, labels.c.item_id, labels.c.sample)
COLUMNS = tuple(column for column in labels.c if column.name != "seq")


@dataclass(frozen=True, slots=True)
class Label:
    """One save: all fields of one case by one person.

    `event` is made where the person sits, so that a save sent twice is one save; `shown` is the
    SHA-256 of the text they saw; `seconds` runs from the case appearing to the save.
    """

    event: str
    campaign: str | None
    person: str
    case: Case
    scheme: str
    scheme_version: int
    guideline_version: int | None
    values: Mapping[str, str]
    shown: str | None = None
    seconds: float | None = None


class _Taken(Exception):
    """The event stands for another person's label, or one of another case."""


def row(event: str, what: str, person: str, case: Case, **rest: Any) -> dict[str, Any]:
    """A row of the table; what is not told of it is empty."""
    empty = {"undoes": None, "campaign": None, "guideline_version": None, "shown": None}
    return {
        **empty,
        "seconds": None,
        **rest,
        "event": event,
        "what": what,
        "person": person,
        **dict(zip(("run_id", "item_id", "sample"), case, strict=True)),
    }


@patient
def save(engine: sa.Engine, label: Label) -> bool:
    """Keeps a label once; True where it is in the ledger, also from an earlier try.

    False where its event already stands for another person or case. ValueError for no values.
    """
    if not label.values:
        raise ValueError(f"label {label.event!r} has no values: a save holds at least one field")
    made_at = now()
    rows = [
        row(
            label.event, "label", label.person, label.case,
            campaign=label.campaign, scheme=label.scheme, scheme_version=label.scheme_version,
            guideline_version=label.guideline_version, field=field, value=value,
            shown=label.shown, seconds=label.seconds, made_at=made_at,
        )
        for field, value in label.values.items()
    ]  # fmt: skip
    query = sa.select(labels.c.person, *CASE).where(labels.c.event == label.event).distinct()

    def work(connection: sa.Connection) -> None:
        insert_new(connection, labels, rows)
        stands = [tuple(row) for row in connection.execute(query)]
        if stands != [(label.person, *label.case)]:
            raise _Taken

    try:
        turn.write(engine, label.campaign, work)
    except _Taken:
        return False
    return True


@patient
def undo(
    engine: sa.Engine, event: str, campaign: str | None, person: str, undoes: str | None = None
) -> Case | None:
    """Takes back that person's last label in the campaign (or the one `undoes` names).

    Returns the case it was about, which is open again; None where there is nothing to take back.
    The same `event` sent twice undoes once.
    """

    def work(connection: sa.Connection) -> Case | None:
        sent = connection.execute(sa.select(*CASE).where(labels.c.event == event)).first()
        if sent:
            return sent.run_id, sent.item_id, sent.sample
        last = connection.execute(_latest(campaign, person, undoes)).first()
        if last is None:
            return None
        case = (last.run_id, last.item_id, last.sample)
        taken = row(
            event, "undo", person, case, undoes=last.event, campaign=campaign, scheme=last.scheme,
            scheme_version=last.scheme_version, guideline_version=last.guideline_version,
            shown=last.shown, field="", value="", made_at=now(),
        )  # fmt: skip
        insert_new(connection, labels, [taken])
        return case

    return turn.write(engine, campaign, work)


def _latest(campaign: str | None, person: str, event: str | None = None) -> sa.Select[Any]:
    mine = (labels.c.campaign == campaign, labels.c.person == person)
    query = sa.select(labels).where(
        *mine, labels.c.what == "label", labels.c.event.not_in(undone(*mine))
    )
    if event is not None:
        query = query.where(labels.c.event == event)
    return query.order_by(labels.c.seq.desc()).limit(1)


def undone(*among: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The events that were taken back."""
    # An undo carries the case, person and campaign of what it takes back, so the same cut finds it.
    return sa.select(labels.c.undoes).where(labels.c.undoes.is_not(None), *among)


def current(
    engine: sa.Engine,
    *,
    runs: Iterable[str] | None = None,
    campaign: str | None = None,
    person: str | None = None,
    field: str | None = None,
    cases: Iterable[Case] | None = None,
    until: str = "",
) -> list[dict[str, Any]]:
    """What holds now: of each (campaign, person, case) the latest save not undone, a row a field.

    `until` a moment (UTC, ISO 8601), what held then. An imported label holds field by field, since
    files bring them one field at a time. Columns are those of the table; rows come in the order in
    which they were kept.
    """
    of_import = sa.case((labels.c.what == "import", labels.c.field), else_="")
    latest = sa.func.first_value(labels.c.event).over(
        partition_by=(labels.c.campaign, labels.c.person, *CASE, of_import),
        order_by=labels.c.seq.desc(),
    )
    among: list[sa.ColumnElement[bool]] = [labels.c.made_at <= until] if until else []
    if runs is not None:
        among.append(labels.c.run_id.in_(list(runs)))
    if campaign is not None:
        among.append(labels.c.campaign == campaign)
    if person is not None:
        among.append(labels.c.person == person)
    if cases is not None:
        among.append(sa.tuple_(*CASE).in_(list(cases)))
    held = (
        sa.select(*labels.c, latest.label("latest"))
        .where(
            labels.c.what.in_(("label", "import")),
            labels.c.event.not_in(undone(*among)),
            *among,
        )
        .subquery()
    )
    query = (
        sa.select(*(held.c[column.name] for column in COLUMNS))
        .where(held.c.event == held.c.latest)
        .order_by(held.c.seq)
    )
    if field is not None:
        query = query.where(held.c.field == field)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def of_case(engine: sa.Engine, run_id: str, item_id: str, sample: int) -> list[dict[str, Any]]:
    """What everybody's labels on one case say now."""
    return current(engine, cases=[(run_id, item_id, sample)])


def history(engine: sa.Engine, case: Case) -> list[dict[str, Any]]:
    """Everything that ever happened to a case, undone labels and their undoing included."""
    query = sa.select(*COLUMNS).where(*(c == v for c, v in zip(CASE, case, strict=True)))
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query.order_by(labels.c.seq)).mappings()]


def events(
    engine: sa.Engine, runs: Iterable[str] | None = None, campaign: str = "", until: str = ""
) -> list[dict[str, Any]]:
    """Every row ever kept, of all runs or of some, of a campaign, up to a moment, as they came."""
    query = sa.select(*COLUMNS).order_by(labels.c.seq)
    if campaign:
        query = query.where(labels.c.campaign == campaign)
    if until:
        query = query.where(labels.c.made_at <= until)
    if runs is not None:
        query = query.where(labels.c.run_id.in_(list(runs)))
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
