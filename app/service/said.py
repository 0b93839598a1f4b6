"""What an annotator said: checked against the scheme on its way in, and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from data.read.scheme import Field, Scheme

LONGEST = 20_000
"""Characters a comment may have."""


def stored(scheme: Scheme, given: Mapping[str, Any]) -> dict[str, str]:
    """Field -> what is stored, in the scheme's order. ValueError says what does not fit."""
    strange = given.keys() - {field.field for field in scheme.fields}
    if strange:
        raise ValueError(f"the scheme has no field {', '.join(sorted(map(str, strange)))}")
    found = {field.field: _value(field, given.get(field.field)) for field in scheme.fields}
    values = {name: value for name, value in found.items() if value}
    if not values:
        raise ValueError("nothing was chosen")
    return values


def _value(field: Field, given: Any) -> str:
    allowed = [option.value for option in field.options]
    chosen = given if isinstance(given, list) else [given] if given else []
    if field.kind == "text":
        text = str(given or "").strip()
        if len(text) > LONGEST:
            raise ValueError(f"{field.title} has {len(text)} characters, at most {LONGEST}")
        value = text
    else:
        if any(one not in allowed for one in chosen) or (field.kind == "one" and len(chosen) > 1):
            raise ValueError(f"{field.title} cannot be {given!r}")
        many = json.dumps([one for one in allowed if one in chosen])
        value = (chosen[0] if field.kind == "one" else many) if chosen else ""
    if field.required and not value:
        raise ValueError(f"{field.title} is missing")
    return str(value)


def told(scheme: Scheme, kept: Mapping[str, str]) -> dict[str, str | list[str]]:
    """Field -> what was chosen, as the label page writes it: a list where many may be chosen."""
    many = {field.field for field in scheme.fields if field.kind == "many"}
    return {name: json.loads(value) if name in many else value for name, value in kept.items()}
