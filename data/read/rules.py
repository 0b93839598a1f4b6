"""Rules that guess a label from how an answer opens: YAML, checked entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from data.trouble import Trouble

RULES = Path(__file__).parent.parent / "rules"
OPENING = 240
"""Characters of an answer in which a phrase counts as its opening."""
_TYPES = {"field": str, "value": str, "empty": bool, "finish": list, "starts": list}


@dataclass(frozen=True, slots=True)
class Rule:
    """One guess: `field` is `value` where the answer is empty, ended so, or opens with a phrase."""

    field: str
    value: str
    empty: bool = False
    finish: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()

    def fits(self, response: str, finish: str) -> bool:
        """Whether an answer that ended by `finish` is of this kind.

        >>> Rule("act", "refused", starts=("i won't",)).fits("Sorry, I won\u2019t do it.", "stop")
        True
        """
        if not response.strip():
            return self.empty
        opening = response[:OPENING].lower().replace("\u2019", "'")
        return finish in self.finish or any(phrase in opening for phrase in self.starts)


def parse(text: str, name: str) -> tuple[Rule, ...]:
    """The rules written in `text`. Raises Trouble naming the entry that makes no sense."""
    try:
        body = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise Trouble(f"{name} is not YAML: {error}", "mind indentation and colons") from error
    if not isinstance(body, list):
        raise Trouble(f"{name} is not a list of rules", "begin each with `- field: ...`")
    return tuple(_rule(entry, f"{name}: rule {n}") for n, entry in enumerate(body, 1))


def _rule(entry: Any, where: str) -> Rule:
    wrong = (
        not isinstance(entry, dict)
        or not {"field", "value"} <= entry.keys() <= _TYPES.keys()
        or any(not isinstance(value, _TYPES[key]) for key, value in entry.items())
    )
    if wrong:
        raise Trouble(f"{where} cannot be read: {entry!r}", f"its keys are {', '.join(_TYPES)}")
    lists = {key: tuple(map(str, entry.get(key, ()))) for key in ("finish", "starts")}
    return Rule(entry["field"], entry["value"], entry.get("empty", False), **lists)


@lru_cache(maxsize=1)
def shipped() -> tuple[Rule, ...]:
    """The rules that come with Tailscope."""
    found: Iterable[Path] = sorted(RULES.glob("*.yaml"))
    return tuple(rule for path in found for rule in parse(path.read_text("utf-8"), path.name))


def guess(rules: Iterable[Rule], response: str, finish: str) -> dict[str, str]:
    """Field -> the value of the first rule that fits; fields without one are left out."""
    said: dict[str, str] = {}
    for rule in rules:
        if rule.field not in said and rule.fits(response, finish):
            said[rule.field] = rule.value
    return said
