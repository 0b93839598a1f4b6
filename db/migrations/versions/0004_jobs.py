"""Jobs grow up: what is asked for as a digest, its cases, batches on their way, who is up.

Frozen: it names no table of `db.ledger`, so that a later change there cannot rewrite history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0005"

Text, Int, Real = sa.Text, sa.Integer, sa.Float


def upgrade() -> None:
    """Adds three columns, two tables and an index; one index takes in a second column."""
    op.add_column("jobs", sa.Column("work", Text))
    op.add_column("jobs", sa.Column("total", Int))
    op.add_column("jobs", sa.Column("cases", sa.LargeBinary))
    op.create_index("ix_jobs_work", "jobs", ["work"])
    op.drop_index("events_of_job", "job_events")
    op.create_index("events_of_job", "job_events", ["job", "what"])
    op.create_table(
        "job_batches",
        sa.Column("job", Text, sa.ForeignKey("jobs.job"), primary_key=True),
        sa.Column("first", Int, primary_key=True, autoincrement=False),
        sa.Column("size", Int, nullable=False),
        sa.Column("rows", sa.LargeBinary, nullable=False),
        sa.Column("seconds", Real, nullable=False),
        sa.Column("made_at", Text, nullable=False),
    )
    op.create_table(
        "workers",
        sa.Column("worker", Text, primary_key=True),
        *(sa.Column(name, Text, nullable=False) for name in ("body", "made_at", "seen_at")),
    )
