"""A text as the YAML document of a card: everything in it stays text."""

from __future__ import annotations

import re
from typing import Any

import yaml

from data.trouble import Trouble

LONGEST = 1_000_000
"""Characters of a card's file at most."""
DEEPEST = 100
"""Lists and maps within one another at most; the parser written in C would break the process."""
NULL = "tag:yaml.org,2002:null"
Loader: Any = type("Loader", (getattr(yaml, "CBaseLoader", yaml.BaseLoader),), {})
"""Makes only text, lists, maps and null: `yes`, `1` and dates stay as written."""
Loader.add_implicit_resolver(NULL, re.compile("^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
Loader.add_constructor(NULL, lambda _loader, _node: None)


def document(text: str, name: str) -> dict[str, Any]:
    """The map a text holds. Raises Trouble where it is too long, no YAML, or no map."""
    if len(text) > LONGEST:
        raise Trouble(f"{name} has {len(text)} characters", f"a card has {LONGEST} at most")
    try:
        if _depth(text) > DEEPEST:
            raise ValueError(f"lists lie more than {DEEPEST} deep in one another")
        doc = yaml.load(text, Loader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        first = " ".join(str(error).split())[:200]
        raise Trouble(f"{name} is not YAML: {first}", "mind indentation and colons") from error
    if not isinstance(doc, dict) or not all(isinstance(key, str) for key in doc):
        raise Trouble(f"{name} is no card", "a card has one `field: value` a line")
    return doc


def _depth(text: str) -> int:
    """How deep lists and maps lie in one another, counted no further than DEEPEST + 1."""
    depth = most = 0
    for event in yaml.parse(text, Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        most = max(most, depth)
        if most > DEEPEST:
            break
    return most
