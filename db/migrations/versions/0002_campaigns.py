"""Campaigns grow up: labels a case, settings, events, and gold cases with their right labels.

Frozen: it names no table of `db.ledger`, so that a later change there cannot rewrite history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Text, Int = sa.Text, sa.Integer
Key = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Adds two columns, two tables and four indexes; what is there stays as it is."""
    op.add_column("campaigns", sa.Column("per_case", Int))
    op.add_column("campaigns", sa.Column("settings", Text, nullable=False, server_default="{}"))
    op.create_table(
        "campaign_events",
        sa.Column("seq", Key, primary_key=True, autoincrement=True),
        sa.Column("campaign", Text, sa.ForeignKey("campaigns.campaign"), nullable=False),
        *_text("what", "body", "made_by", "made_at"),
    )
    op.create_index("events_of_campaign", "campaign_events", ["campaign"])
    op.create_table(
        "gold",
        sa.Column("campaign", Text, sa.ForeignKey("campaigns.campaign"), primary_key=True),
        sa.Column("place", Int, primary_key=True, autoincrement=False),
        *_text("run_id", "item_id"),
        sa.Column("sample", Int, nullable=False),
        *_text("kind", "answer"),
        sa.UniqueConstraint("campaign", "run_id", "item_id", "sample", name="one_gold_a_case"),
    )
    op.create_index("assignments_since", "assignments", ["campaign", "made_at"])
    op.create_index("labels_of_campaign", "labels", ["campaign", "run_id", "item_id", "sample"])
    op.create_index("ix_labels_undoes", "labels", ["undoes"])


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, Text, nullable=False) for name in names]
