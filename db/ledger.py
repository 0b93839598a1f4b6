"""The ledger: people's work in SQLite or PostgreSQL, append-only where people act."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random_exponential

from db import driver
from db.card_tables import assessments, card_links, card_verdicts, cards, register
from db.job_tables import job_batches as job_batches
from db.job_tables import job_events as job_events
from db.job_tables import jobs as jobs
from db.job_tables import workers as workers
from db.recipe_tables import licenses, recipes
from db.tables import Key, versioned
from db.tables import metadata as metadata

Engine = sa.Engine
ERRORS = (sa.exc.SQLAlchemyError,)
"""What opening or asking this store can raise."""
MIGRATIONS = Path(__file__).parent / "migrations"

Text, Int, Real = sa.Text, sa.Integer, sa.Float

people = Table(
    "people",
    metadata,
    Column("person", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column(
        "role", Text, nullable=False
    ),  # researcher, annotator, lead, curator, engineer, imported
    Column("made_at", Text, nullable=False),
)

schemes = versioned("schemes", "scheme")  # the YAML as written
guidelines = versioned("guidelines", "guideline")  # Markdown

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("scheme_version", Int, nullable=False),
    Column("guideline", Text, nullable=False),
    Column("guideline_version", Int, nullable=False),
    Column("design", Text, nullable=False),  # how cases were drawn, in words
    Column("snapshot", Int, nullable=False),  # of the warehouse, when they were drawn
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("per_case", Int),  # labels a case; empty: as many as people come
    Column("settings", Text, nullable=False, server_default="{}"),  # JSON: design, lease, show
)

campaign_events = Table(
    "campaign_events",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=True),
    Column("campaign", Text, ForeignKey("campaigns.campaign"), nullable=False),
    Column("what", Text, nullable=False),  # started, assigned, stopped, frozen, reopened
    Column("body", Text, nullable=False),  # JSON
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Index("events_of_campaign", "campaign"),
    Index("events_since", "campaign", "seq"),
)

draws = Table(
    "draws",
    metadata,
    Column("campaign", Text, ForeignKey("campaigns.campaign"), primary_key=True),
    Column("place", Int, primary_key=True),  # order in which cases are shown
    Column("run_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("sample", Int, nullable=False),
    Column("probability", Real, nullable=False),  # with which this case was drawn
    CheckConstraint("probability > 0 and probability <= 1", name="a_probability"),
    UniqueConstraint("campaign", "run_id", "item_id", "sample", name="one_draw_a_case"),
)

gold = Table(
    "gold",
    metadata,
    Column("campaign", Text, ForeignKey("campaigns.campaign"), primary_key=True),
    Column("place", Int, primary_key=True),  # among those of the draws, and none of theirs
    Column("run_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("sample", Int, nullable=False),
    Column("kind", Text, nullable=False),  # training, drift
    Column("answer", Text, nullable=False),  # JSON: field -> value
    Column("why", Text, nullable=False, server_default=""),  # what decided it, for who trains
    UniqueConstraint("campaign", "run_id", "item_id", "sample", name="one_gold_a_case"),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("campaign", Text, ForeignKey("campaigns.campaign"), primary_key=True),
    Column("place", Int, primary_key=True),
    Column("source", Text, nullable=False),  # rules, judges, neighbors
    Column("body", Text, nullable=False),  # JSON: field -> value
    Column("shown", sa.Boolean, nullable=False),  # or held back, to measure what showing does
    Column("made_at", Text, nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("assignment", Key, primary_key=True, autoincrement=True),
    Column("campaign", Text, ForeignKey("campaigns.campaign"), nullable=False),
    Column("place", Int, nullable=False),
    Column("person", Text, nullable=False),
    Column("what", Text, nullable=False),  # given, returned
    Column("made_at", Text, nullable=False),
    Index("assignments_of", "campaign", "person"),
    Index("assignments_since", "campaign", "made_at"),
    Index("assignments_new", "campaign", "assignment"),
)

labels = Table(
    "labels",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=True),
    Column("event", Text, nullable=False),  # one save, one undo: made where the person sits
    Column("what", Text, nullable=False),  # label, undo, import
    Column("undoes", Text, index=True),  # the event an undo takes back
    Column("campaign", Text),
    Column("person", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("sample", Int, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("scheme_version", Int, nullable=False),
    Column("guideline_version", Int),
    Column("field", Text, nullable=False),  # act, severity, categories, comment ...; '' for an undo
    Column("value", Text, nullable=False),
    Column("shown", Text),  # sha256 of the text the person saw
    Column("seconds", Real),  # from the case appearing to the save
    Column("made_at", Text, nullable=False),
    UniqueConstraint("event", "field", name="a_save_is_kept_once"),
    Index("labels_of_case", "run_id", "item_id", "sample"),
    Index("labels_of_person", "campaign", "person"),
    Index("labels_of_campaign", "campaign", "run_id", "item_id", "sample"),
    Index("labels_since", "campaign", "seq"),
)


exports = Table(
    "exports",
    metadata,
    Column("export", Text, primary_key=True),
    Column("recipe", Text, nullable=False),  # filter, format, what went in: JSON
    Column("snapshot", Int, nullable=False),
    Column("rows", Int, nullable=False),
    Column("sha256", Text, nullable=False),  # of the manifest
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)

views = Table(
    "views",
    metadata,
    Column("view", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)

patient = retry(
    retry=retry_if_exception_type(sa.exc.OperationalError),
    wait=wait_random_exponential(multiplier=0.05, max=1),
    stop=stop_after_delay(30),
    reraise=True,
)
"""Retries a write that met another writer's lock, for half a minute."""


def now() -> str:
    """This moment in UTC as ISO 8601 with microseconds: sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def connect(url: str) -> sa.Engine:
    """The engine for `url`, its tables brought up to date. SQLite runs in WAL mode."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", driver.wal)
    else:
        sa.event.listen(engine, "handle_error", driver.mistrust)
    migrate(engine)
    return engine


@patient
def migrate(engine: sa.Engine) -> None:
    """Brings the tables to the newest version; several processes may try at once."""
    if _newest(engine):
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7261)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _newest(engine: sa.Engine) -> bool:
    """Whether the tables are of the newest version, without alembic, which is slow to import."""
    newest = max(path.stem.partition("_")[0] for path in MIGRATIONS.glob("versions/0*.py"))
    try:
        with engine.connect() as connection:
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return bool(found == newest)
    except sa.exc.DatabaseError:  # nothing there yet, or another process is at it
        return False


_newest_of = (labels.c.seq, campaign_events.c.seq, card_links.c.seq, card_verdicts.c.seq)
_count_of = (campaigns, people, cards, assessments, register, recipes, licenses)
_events = sa.select(
    *(sa.select(sa.func.max(column)).scalar_subquery() for column in _newest_of),
    *(sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in _count_of),
)


def version(engine: sa.Engine) -> int:
    """How many events people have left: part of every cache key that reads the ledger."""
    with engine.connect() as connection:
        return sum(count or 0 for count in connection.execute(_events).one())
