"""Labels that come in a file: kept once, however often the file is loaded."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from db import turn
from db.labels import Case, row
from db.ledger import labels, now, patient
from db.new import insert_new

CHUNK = 5_000
"""Imported rows of one statement."""


def add_many(
    engine: sa.Engine,
    rows: Iterable[tuple[str, str, int, str, str, str]],
    *,
    scheme: str,
    scheme_version: int = 1,
    campaign: str | None = None,
) -> int:
    """Imports (run_id, item_id, sample, person, field, value); returns how many rows were new.

    A case's fields by one person become one event whose id is a digest of what it says, so the same
    file adds nothing twice and a corrected one replaces. All fields of a case come in one call.
    """
    said: dict[tuple[Case, str], dict[str, str]] = defaultdict(dict)
    for run_id, item_id, sample, person, field, value in rows:
        said[(run_id, item_id, sample), person][field] = value
    made_at = now()
    ready = [
        row(
            event, "import", person, case, campaign=campaign, scheme=scheme,
            scheme_version=scheme_version, field=field, value=value, made_at=made_at,
        )
        for (case, person), fields in said.items()
        for event in [_digest(campaign, person, case, scheme, scheme_version, fields)]
        for field, value in fields.items()
    ]  # fmt: skip
    return _append(engine, ready, campaign)


@patient
def _append(engine: sa.Engine, rows: list[dict[str, Any]], campaign: str | None) -> int:
    """All of the rows or, cut short, none of them."""
    chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    return turn.write(
        engine, campaign, lambda here: sum(insert_new(here, labels, chunk) for chunk in chunks)
    )


def _digest(*parts: Any) -> str:
    *key, fields = parts
    return hashlib.sha256(repr((key, sorted(fields.items()))).encode()).hexdigest()[:32]
