"""The ledger's tables of exports: recipes, licenses as people state them, keys of pseudonyms."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Table

from db.tables import Key, metadata, versioned

Text = sa.Text

recipes = versioned("recipes", "recipe")  # how an export is made: JSON

licenses = Table(
    "licenses",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=True),
    Column("dataset", Text, nullable=False),
    Column("license", Text, nullable=False),
    Column("shared", sa.Boolean, nullable=False),  # whether the texts may be passed on
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)

keys = Table(  # secrets that make pseudonyms; never exported
    "keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
