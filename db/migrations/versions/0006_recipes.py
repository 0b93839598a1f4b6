"""Recipes of exports by name and version, what people say of licenses, and keys of pseudonyms.

Frozen: it names no table of `db.ledger`, so that a later change there cannot rewrite history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003b"

Text, Int = sa.Text, sa.Integer
Key = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Adds three tables; what is there stays as it is."""
    op.create_table(
        "recipes",
        sa.Column("recipe", Text, primary_key=True),
        sa.Column("version", Int, primary_key=True, autoincrement=False),
        *_text("body", "made_by", "made_at"),
    )
    op.create_table(
        "licenses",
        sa.Column("seq", Key, primary_key=True, autoincrement=True),
        *_text("dataset", "license"),
        sa.Column("shared", sa.Boolean, nullable=False),
        *_text("made_by", "made_at"),
    )
    op.create_table("keys", sa.Column("name", Text, primary_key=True), *_text("value"))


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, Text, nullable=False) for name in names]
