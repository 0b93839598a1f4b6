"""Schemes and guidelines in the ledger, version by version, and which of them a campaign uses."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa

from db import board, campaigns
from db.ledger import guidelines, schemes

Kind = Literal["scheme", "guideline"]
TABLES: dict[Kind, sa.Table] = {"scheme": schemes, "guideline": guidelines}
MOVED = "scheme"
"""What a campaign's event is called that takes it to other versions."""


def versions(engine: sa.Engine, kind: Kind, name: str | None = None) -> list[dict[str, Any]]:
    """Every version ever kept, of all or of one, by name and version: name, version, body,
    made_by, made_at."""
    table = TABLES[kind]
    key = table.c[kind]
    query = sa.select(table, key.label("name")).order_by(key, table.c.version)
    if name is not None:
        query = query.where(key == name)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def newest(engine: sa.Engine, kind: Kind, name: str) -> dict[str, Any] | None:
    """The latest version of one, a row as of `versions`; None where there is none."""
    found = versions(engine, kind, name)
    return found[-1] if found else None


def used(engine: sa.Engine, head: dict[str, Any]) -> tuple[int, int]:
    """The versions of scheme and guideline a campaign goes by now: as started, or moved to since.

    `head` is the campaign as `db.campaigns.one` has it.
    """
    scheme, guideline = int(head["scheme_version"]), int(head["guideline_version"])
    with board.reading(engine, head["campaign"]) as (here, _):
        events = tuple(here.events)
    for event in events:
        if event["what"] == MOVED:
            scheme = int(event["body"].get("scheme_version", scheme))
            guideline = int(event["body"].get("guideline_version", guideline))
    return scheme, guideline


def move(
    engine: sa.Engine, head: dict[str, Any], person: str, *, scheme: int, guideline: int
) -> None:
    """Takes a campaign to other versions of its scheme and guideline; what was said stays."""
    body = {
        "scheme": head["scheme"], "scheme_version": scheme,
        "guideline": head["guideline"], "guideline_version": guideline,
    }  # fmt: skip
    campaigns.record(engine, head["campaign"], MOVED, body, person)
