"""Schemes and guidelines as versions: those that come with Tailscope, and those a team writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.service.stores import Stores
from data.read import scheme as files
from data.read.scheme import Scheme
from data.trouble import Trouble
from db import campaigns
from db import schemes as kept

Kind = kept.Kind
DEFAULT = "act_harm"
"""The scheme, and the guideline, a campaign has where none is chosen."""
SHIPPED_BY = "tailscope"


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a scheme or of a guideline, as it was written."""

    name: str
    version: int
    text: str
    made_by: str
    made_at: str
    title: str = ""


def seed(stores: Stores) -> None:
    """Keeps the schemes and guidelines that come with Tailscope; what the team wrote stays newest.

    A shipped guideline that has changed is a new version, unless the newest is the team's own.
    """
    newest = {row["name"]: row for row in kept.versions(stores.ledger, "scheme")}
    for shipped, text in _shipped():
        found = newest.get(shipped.scheme)
        if found is None or (found["made_by"] == SHIPPED_BY and found["version"] < shipped.version):
            campaigns.keep_scheme(stores.ledger, shipped.scheme, shipped.version, text, SHIPPED_BY)
    newest = {row["name"]: row for row in kept.versions(stores.ledger, "guideline")}
    for path in sorted(files.GUIDELINES.glob("*.md")):
        text = path.read_text("utf-8")
        found = newest.get(path.stem)
        if found is None or (found["made_by"] == SHIPPED_BY and found["body"] != text):
            version = found["version"] + 1 if found else 1
            campaigns.keep_guideline(stores.ledger, path.stem, version, text, SHIPPED_BY)


@lru_cache(maxsize=1)
def _shipped() -> tuple[tuple[Scheme, str], ...]:
    """The schemes that come with Tailscope, with their whole text."""
    texts = [(p, p.read_text("utf-8")) for p in sorted(files.SCHEMES.glob("*.yaml"))]
    whole = [files.complete(text, path.name) for path, text in texts]
    return tuple((files.parse(text, "a shipped scheme"), text) for text in whole)


def every(stores: Stores, kind: kept.Kind = "scheme") -> list[Kept]:
    """The newest version of every scheme (or guideline), the default first, then by title."""
    seed(stores)
    newest = {row["name"]: row for row in kept.versions(stores.ledger, kind)}
    found = [_kept(row, kind) for row in newest.values()]
    return sorted(found, key=lambda one: (one.name != DEFAULT, one.title.lower()))


def versions(stores: Stores, name: str, kind: kept.Kind = "scheme") -> list[Kept]:
    """Every version of one scheme or guideline, the oldest first."""
    return [_kept(row, kind) for row in kept.versions(stores.ledger, kind, name)]


def _kept(row: Mapping[str, Any], kind: kept.Kind) -> Kept:
    title = parsed(row["body"], row["name"]).title if kind == "scheme" else row["name"]
    return Kept(row["name"], row["version"], row["body"], row["made_by"], row["made_at"], title)


@lru_cache(maxsize=128)
def parsed(text: str, name: str) -> Scheme:
    """The scheme written in `text`. Raises Trouble where it makes no sense."""
    return files.parse(text, name)


def taken(stores: Stores, name: str = DEFAULT) -> tuple[tuple[str, int], tuple[str, int]]:
    """(scheme, version) and (guideline, version) a campaign started now would use.

    A scheme without a guideline of its name gets version 0 of none. Raises Trouble for no such
    scheme.
    """
    seed(stores)
    scheme = kept.newest(stores.ledger, "scheme", name)
    if scheme is None:
        known = ", ".join(one.name for one in every(stores))
        raise Trouble(f"there is no scheme {name!r}", f"choose one of {known}")
    guideline = kept.newest(stores.ledger, "guideline", name)
    return (name, scheme["version"]), (name, guideline["version"] if guideline else 0)


def keep(stores: Stores, text: str, person: str) -> Kept:
    """Keeps an edited or new scheme as its next version; the text's own `version` is set to it.

    The text of the newest version comes back as it is. Raises Trouble where it makes no sense.
    """
    scheme = files.parse(text, "the scheme")
    found = kept.newest(stores.ledger, "scheme", scheme.scheme)
    version = found["version"] + 1 if found else 1
    whole = files.complete(_numbered(text, version), scheme.scheme)
    if found and whole == _numbered(found["body"], version):
        return _kept(found, "scheme")
    campaigns.keep_scheme(stores.ledger, scheme.scheme, version, whole, person)
    row = kept.newest(stores.ledger, "scheme", scheme.scheme)
    if row is None or row["version"] != version or row["body"] != whole:
        raise Trouble("somebody kept another version meanwhile", "look at it and save again")
    return _kept(row, "scheme")


def keep_guideline(stores: Stores, name: str, text: str, person: str) -> Kept:
    """Keeps an edited or new guideline as its next version; an unchanged one stays as it is."""
    if not text.strip():
        raise Trouble(f"the guideline {name} is empty", "write what annotators are to go by")
    found = kept.newest(stores.ledger, "guideline", name)
    if found is None or found["body"] != text:
        version = found["version"] + 1 if found else 1
        campaigns.keep_guideline(stores.ledger, name, version, text, person)
    row = kept.newest(stores.ledger, "guideline", name)
    if row is None or row["body"] != text:
        raise Trouble("somebody kept another version meanwhile", "look at it and save again")
    return _kept(row, "guideline")


def with_taxonomy(stores: Stores, name: str, taxonomy: str, person: str) -> Kept:
    """The scheme with the categories of another taxonomy, kept as `name_taxonomy`.

    Raises Trouble where the scheme asks for no categories or there is no such taxonomy.
    """
    (_, version), _ = taken(stores, name)
    text = campaigns.scheme(stores.ledger, name, version) or ""
    found = parsed(text, name)
    field = next((one for one in found.fields if one.taxonomy), None)
    if field is None:
        raise Trouble(f"{name} asks for no categories of a taxonomy", "choose act_harm, say")
    if field.taxonomy == taxonomy:
        return _kept(kept.newest(stores.ledger, "scheme", name) or {}, "scheme")
    return keep(stores, files.crossed(text, f"{name}_{taxonomy}", taxonomy), person)


def _numbered(text: str, version: int) -> str:
    return re.sub(r"^version:.*$", f"version: {version}", text, count=1, flags=re.MULTILINE)
