"""Evidence of cards, answers judged under an assessment, and the risk register.

Frozen: it names no table of `db.ledger`, so that a later change there cannot rewrite history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"

Text, Int = sa.Text, sa.Integer
Key = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Adds three tables with their indexes; what is there stays as it is."""
    op.create_table(
        "card_links",
        sa.Column("seq", Key, primary_key=True, autoincrement=True),
        *_text("card", "what", "kind", "ref"),
        sa.Column("turn", Int, nullable=False),
        sa.Column("undoes", Key),
        sa.Column("run_id", Text),
        sa.Column("item_id", Text),
        sa.Column("sample", Int),
        *_text("body", "how"),
        sa.Column("snapshot", Int, nullable=False),
        *_text("made_by", "made_at"),
        sa.UniqueConstraint("card", "ref", "what", "turn", name="a_link_holds_once"),
    )
    op.create_index("links_of_card", "card_links", ["card", "what", "seq"])
    op.create_index("links_of_case", "card_links", ["run_id", "item_id", "sample"])
    op.create_index("links_undone", "card_links", ["undoes"])
    op.create_table(
        "card_verdicts",
        sa.Column("seq", Key, primary_key=True, autoincrement=True),
        *_text("assessment", "card", "run_id", "item_id"),
        sa.Column("sample", Int, nullable=False),
        *_text("verdict", "note"),
        sa.Column("snapshot", Int, nullable=False),
        *_text("made_by", "made_at"),
    )
    op.create_index(
        "verdicts_of", "card_verdicts", ["assessment", "card", "run_id", "item_id", "sample"]
    )
    op.create_table(
        "risk_register",
        sa.Column("risk", Text, primary_key=True),
        sa.Column("version", Int, primary_key=True, autoincrement=False),
        *_text("body", "made_by", "made_at"),
    )


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, Text, nullable=False) for name in names]
