"""The ledger's tables of risk cards: cards, evidence, assessments, verdicts, the register."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table, UniqueConstraint

from db.tables import Key, metadata, versioned

Text, Int = sa.Text, sa.Integer

cards = versioned("cards", "card")
assessments = versioned("assessments", "assessment")
register = versioned("risk_register", "risk")

card_links = Table(
    "card_links",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=True),
    Column("card", Text, nullable=False),
    Column("what", Text, nullable=False),  # link, unlink
    Column("kind", Text, nullable=False),  # output, label, tail, lens
    Column("ref", Text, nullable=False),  # what is linked, by name
    Column("turn", Int, nullable=False),  # how often it was unlinked before
    Column("undoes", Key),  # the link an unlinking takes back
    Column("run_id", Text),
    Column("item_id", Text),
    Column("sample", Int),
    Column("body", Text, nullable=False),  # JSON: what was seen when it was linked
    Column("how", Text, nullable=False),  # the rule that proposed it; why it was unlinked
    Column("snapshot", Int, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    UniqueConstraint("card", "ref", "what", "turn", name="a_link_holds_once"),
    Index("links_of_card", "card", "what", "seq"),
    Index("links_of_case", "run_id", "item_id", "sample"),
    Index("links_undone", "undoes"),
)

card_verdicts = Table(
    "card_verdicts",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=True),
    Column("assessment", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("sample", Int, nullable=False),
    Column("verdict", Text, nullable=False),  # shows, clear, unsure, ''
    Column("note", Text, nullable=False),
    Column("snapshot", Int, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Index("verdicts_of", "assessment", "card", "run_id", "item_id", "sample"),
)
