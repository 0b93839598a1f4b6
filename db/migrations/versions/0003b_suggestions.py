"""Suggestions made for cases, shown or held back, and why a gold case is labeled as it is.

Frozen: it names no table of `db.ledger`, so that a later change there cannot rewrite history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003b"
down_revision = "0003"

Text, Int = sa.Text, sa.Integer


def upgrade() -> None:
    """Adds a table and a column."""
    op.create_table(
        "suggestions",
        sa.Column("campaign", Text, sa.ForeignKey("campaigns.campaign"), primary_key=True),
        sa.Column("place", Int, primary_key=True, autoincrement=False),
        sa.Column("source", Text, nullable=False),
        sa.Column("body", Text, nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("made_at", Text, nullable=False),
    )
    op.add_column("gold", sa.Column("why", Text, nullable=False, server_default=""))
