"""Cards from files, one a file: ours as YAML or Markdown, and the public deck's own format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.card import Card, make, slug
from data.read import card_text, public_card
from data.trouble import Trouble

ENDINGS = (".yaml", ".yml", ".md")
FRONT = re.compile(r"---\n(.*?\n)---\n(.*)", re.DOTALL)
HEADING = re.compile(r"\s*# [^\n]*(?:\n|$)")


def paths(folder: Path) -> Iterator[Path]:
    """The files of a folder that may be cards: no templates (`_…`), no README."""
    for path in sorted(folder.rglob("*")):
        about = "README" in path.name or path.stem.lower() == "readme"  # cards are in small letters
        hidden = path.name.startswith(("_", ".")) or about
        if path.is_file() and path.suffix.lower() in ENDINGS and not hidden:
            yield path


def load(path: Path) -> Card:
    """The card of a file. Raises Trouble where it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise Trouble(
            f"{path} cannot be read: {error}", "check its path and that it is UTF-8"
        ) from (error)
    return parse(text, path.stem, str(path))


def parse(text: str, stem: str, name: str = "") -> Card:
    """The card written in `text`; `stem` is what a card that does not say its name is called."""
    name = name or stem
    whole = text.replace("\r\n", "\n")
    match = FRONT.fullmatch(whole)
    if match:
        doc = card_text.document(match[1], name)
        words = HEADING.sub("", match[2], count=1).strip()
        return _ours(doc | ({"description": words} if words else {}), stem, name)
    doc = card_text.document(whole, name)
    if "title" in public_card.keys(doc) and "title" not in doc:
        return public_card.read(text, slug(stem) or "card")
    if "title" not in doc:
        raise Trouble(f"{name} is no card: it has no title", "see the README for a card's fields")
    return _ours(doc, stem, name)


def _ours(doc: dict[str, Any], stem: str, name: str) -> Card:
    """A card of our own fields: harms may be written `actor-kind`, lists may be left empty."""
    body = {key: _filled(value) for key, value in doc.items() if value not in ("", None)}
    body.setdefault("card", slug(stem))
    if isinstance(body.get("harms"), list):
        body["harms"] = [_harm(one) for one in body["harms"]]
    return make(body, name)


def _filled(value: Any) -> Any:
    """A list without its empty entries, each without its empty fields."""
    if not isinstance(value, list):
        return value
    return [
        {k: v for k, v in one.items() if v is not None} if isinstance(one, dict) else one
        for one in value
        if one is not None
    ]


def _harm(one: Any) -> Any:
    if not isinstance(one, str):
        return one
    actor, _, kind = one.partition("-")
    return {"actor": actor.strip().lower(), "kind": kind.strip().lower()}
