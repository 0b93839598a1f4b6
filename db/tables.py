"""What the ledger's tables are made of: their metadata, keys that count, versioned bodies."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Table

metadata = sa.MetaData()

Key = sa.BigInteger().with_variant(
    sa.Integer, "sqlite"
)  # SQLite counts only INTEGER keys by itself


def versioned(table: str, key: str) -> Table:
    """A table of bodies by key and version: a new version is a new row."""
    return Table(
        table,
        metadata,
        Column(key, sa.Text, primary_key=True),
        Column("version", sa.Integer, primary_key=True),
        Column("body", sa.Text, nullable=False),
        Column("made_by", sa.Text, nullable=False),
        Column("made_at", sa.Text, nullable=False),
    )
