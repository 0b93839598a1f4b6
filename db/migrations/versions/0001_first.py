"""The ledger as it first was: people, schemes, campaigns, labels, cards, jobs, exports, views.

Frozen: it names no table of `db.ledger`, so that a later change there cannot rewrite history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Text, Int, Real = sa.Text, sa.Integer, sa.Float
Key = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Makes every table."""
    _people()
    _campaigns()
    _labels()
    _cards()
    _jobs()
    _exports()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, Text, nullable=False) for name in names]


def _made() -> list[sa.Column[str]]:
    return _text("made_by", "made_at")


def _people() -> None:
    op.create_table(
        "people", sa.Column("person", Text, primary_key=True), *_text("name", "role", "made_at")
    )
    _versioned("schemes", "scheme")
    _versioned("guidelines", "guideline")


def _versioned(table: str, key: str) -> None:
    op.create_table(
        table,
        sa.Column(key, Text, primary_key=True),
        sa.Column("version", Int, primary_key=True, autoincrement=False),
        *_text("body"),
        *_made(),
    )


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("campaign", Text, primary_key=True),
        *_text("name", "scheme"),
        sa.Column("scheme_version", Int, nullable=False),
        *_text("guideline"),
        sa.Column("guideline_version", Int, nullable=False),
        *_text("design"),
        sa.Column("snapshot", Int, nullable=False),
        *_made(),
    )
    op.create_table(
        "draws",
        sa.Column("campaign", Text, sa.ForeignKey("campaigns.campaign"), primary_key=True),
        sa.Column("place", Int, primary_key=True, autoincrement=False),
        *_text("run_id", "item_id"),
        sa.Column("sample", Int, nullable=False),
        sa.Column("probability", Real, nullable=False),
        sa.CheckConstraint("probability > 0 and probability <= 1", name="a_probability"),
        sa.UniqueConstraint("campaign", "run_id", "item_id", "sample", name="one_draw_a_case"),
    )
    op.create_table(
        "assignments",
        sa.Column("assignment", Key, primary_key=True, autoincrement=True),
        sa.Column("campaign", Text, sa.ForeignKey("campaigns.campaign"), nullable=False),
        sa.Column("place", Int, nullable=False),
        *_text("person", "what", "made_at"),
    )
    op.create_index("assignments_of", "assignments", ["campaign", "person"])


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("seq", Key, primary_key=True, autoincrement=True),
        *_text("event", "what"),
        sa.Column("undoes", Text),
        sa.Column("campaign", Text),
        *_text("person", "run_id", "item_id"),
        sa.Column("sample", Int, nullable=False),
        *_text("scheme"),
        sa.Column("scheme_version", Int, nullable=False),
        sa.Column("guideline_version", Int),
        *_text("field", "value"),
        sa.Column("shown", Text),
        sa.Column("seconds", Real),
        *_text("made_at"),
        sa.UniqueConstraint("event", "field", name="a_save_is_kept_once"),
    )
    op.create_index("labels_of_case", "labels", ["run_id", "item_id", "sample"])
    op.create_index("labels_of_person", "labels", ["campaign", "person"])


def _cards() -> None:
    _versioned("cards", "card")
    _versioned("assessments", "assessment")


def _jobs() -> None:
    op.create_table("jobs", sa.Column("job", Text, primary_key=True), *_text("order"), *_made())
    op.create_table(
        "job_events",
        sa.Column("seq", Key, primary_key=True, autoincrement=True),
        sa.Column("job", Text, sa.ForeignKey("jobs.job"), nullable=False),
        *_text("what", "body", "made_at"),
    )
    op.create_index("events_of_job", "job_events", ["job"])


def _exports() -> None:
    op.create_table(
        "exports",
        sa.Column("export", Text, primary_key=True),
        *_text("recipe"),
        sa.Column("snapshot", Int, nullable=False),
        sa.Column("rows", Int, nullable=False),
        *_text("sha256"),
        *_made(),
    )
    op.create_table(
        "views", sa.Column("view", Text, primary_key=True), *_text("name", "page", "link"), *_made()
    )
