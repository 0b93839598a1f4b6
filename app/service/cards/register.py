"""The risk register: whose a risk is, what is done about it, when it is looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from app.service.stores import Stores
from data.assessment import Risk, make
from data.card import slug
from data.trouble import Trouble
from db import cards as kept


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a risk, by whom and when."""

    risk: Risk
    version: int
    made_by: str
    made_at: str


def today() -> date:
    """Today in UTC: reviews are due by it."""
    return datetime.now(UTC).date()


def every(stores: Stores) -> list[Kept]:
    """The newest version of every risk: those whose review is due first, undated ones last."""
    found = [_kept(row) for row in kept.newest(stores.ledger, "risk")]
    return sorted(found, key=lambda one: (
        one.risk.status == "closed", one.risk.review or "9999", one.risk.title.lower()
    ))  # fmt: skip


def history(stores: Stores, name: str) -> list[Kept]:
    """Every version of a risk, the oldest first."""
    return [_kept(row) for row in kept.versions(stores.ledger, name, "risk")]


def _kept(row: dict[str, Any]) -> Kept:
    return Kept(_parsed(row["body"]), row["version"], row["made_by"], row["made_at"])


@lru_cache(maxsize=1024)
def _parsed(body: str) -> Risk:
    return Risk.model_validate_json(body)


def keep(stores: Stores, said: dict[str, Any], by: str, after: int = 0) -> str:
    """Keeps a new risk (`after` 0) or the next version of one; returns its key."""
    name = str(said.get("risk") or slug(str(said.get("title") or "")))
    risk = make(Risk, said | {"risk": name}, "the risk")
    try:
        date.fromisoformat(risk.review or "2000-01-01")
    except ValueError as error:
        raise Trouble(f"{risk.review} is no day", "write the review date as 2027-03-31") from error
    try:
        kept.keep(stores.ledger, {name: risk.model_dump_json()}, by, "risk", after)
    except kept.Moved as error:
        what = "somebody saved this risk meanwhile" if after else f"there is a risk {name} already"
        raise Trouble(what, "look at the register, then save again") from error
    return name


def sentence(found: Sequence[Kept], day: date) -> str:
    """The register in one sentence, what is overdue first."""
    if not found:
        return "No risk is on the register yet."
    late = [one for one in found if one.risk.overdue(day)]
    bare = sum(not one.risk.owner for one in found if one.risk.status != "closed")
    parts = [f"{len(late)} review{'' if len(late) == 1 else 's'} overdue"] if late else []
    parts += [f"{bare} without an owner"] if bare else []
    rest = ": " + ", ".join(parts) if parts else ", none overdue"
    return f"{len(found)} risk{'' if len(found) == 1 else 's'}{rest}."


def row(risk: Risk, day: date | None = None) -> dict[str, Any]:
    """A risk as a row of a table; with a day it says how long a review is overdue."""
    due: dict[str, Any] = {}
    if day is not None:
        late = risk.overdue(day)
        due = {"due": f"overdue by {(day - date.fromisoformat(risk.review)).days} days"
               if late else "—"}  # fmt: skip
    return due | {
        "risk": risk.title, "model": risk.model or "—", "card": risk.card or "—",
        "owner": risk.owner or "—", "treatment": risk.treatment or "—", "status": risk.status,
        "review": risk.review or "—", "residual": risk.residual or "—",
    }  # fmt: skip
