"""What is new in a campaign is found by its number: an index each for labels, loans and events.

Frozen: it names no table of `db.ledger`, so that a later change there cannot rewrite history.
"""

from alembic import op

revision = "0003"
down_revision = "0004"


def upgrade() -> None:
    """Adds three indexes."""
    op.create_index("labels_since", "labels", ["campaign", "seq"])
    op.create_index("assignments_new", "assignments", ["campaign", "assignment"])
    op.create_index("events_since", "campaign_events", ["campaign", "seq"])
