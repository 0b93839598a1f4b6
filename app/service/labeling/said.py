"""What an annotator said: checked against the scheme on its way in, and read back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from data.read.scheme import Field, Scheme

LONGEST = 20_000
"""Characters a comment may have."""
NONE = re.compile(r"[\x00\ud800-\udfff]")
"""What stands for no character and no store keeps: NUL, and half an emoji that an edit cut."""


def stored(scheme: Scheme, given: Mapping[str, Any], answer: str = "") -> dict[str, str]:
    """Field -> what is stored, in the scheme's order. ValueError says what does not fit.

    Marks are places in `answer`, the text they were made in; its hash is kept with them.
    """
    strange = given.keys() - {field.field for field in scheme.fields}
    if strange:
        raise ValueError(f"the scheme has no field {', '.join(sorted(map(str, strange)))}")
    found = {field.field: _value(field, given.get(field.field), answer) for field in scheme.fields}
    values = {name: value for name, value in found.items() if value}
    if not values:
        raise ValueError("nothing was chosen")
    return values


def _value(field: Field, given: Any, answer: str) -> str:
    allowed = [option.value for option in field.options]
    chosen = given if isinstance(given, list) else [given] if given else []
    if field.kind == "text":
        text = NONE.sub("\ufffd", str(given or "")).strip()
        if len(text) > LONGEST:
            raise ValueError(f"{field.title} has {len(text)} characters, at most {LONGEST}")
        value = text
    elif field.kind == "span":
        value = _marks(field, chosen, answer)
    else:
        if any(one not in allowed for one in chosen) or (field.kind == "one" and len(chosen) > 1):
            raise ValueError(f"{field.title} cannot be {given!r}")
        many = json.dumps([one for one in allowed if one in chosen])
        value = (chosen[0] if field.kind == "one" else many) if chosen else ""
    if field.required and not value:
        raise ValueError(f"{field.title} is missing")
    return str(value)


def _marks(field: Field, given: list[Any], answer: str) -> str:
    """The marks as JSON: the SHA-256 of the answer, and of each the characters it runs over.

    `start` and `end` count Unicode characters from 0, the end left out, as Python slices do.
    """
    names = {option.value for option in field.options}
    marks = set()
    for one in given:
        mark: dict[str, Any] = one if isinstance(one, dict) else {}
        start, end, label = mark.get("start", -1), mark.get("end", -1), mark.get("label") or ""
        whole = isinstance(start, int) and isinstance(end, int)
        if not whole or not 0 <= start < end <= len(answer) or (label and label not in names):
            raise ValueError(f"{field.title} cannot be {one!r}: the answer has {len(answer)} signs")
        marks.add((start, end, label))
    if not marks:
        return ""
    told = [{"start": a, "end": b} | ({"label": c} if c else {}) for a, b, c in sorted(marks)]
    return json.dumps({"sha256": hashlib.sha256(answer.encode()).hexdigest(), "marks": told})


def marked(value: str, answer: str) -> list[tuple[str, str]]:
    """The words a stored `span` marks in an answer, each with its label; none in another text.

    >>> import hashlib
    >>> of = hashlib.sha256(b"so it is").hexdigest()
    >>> marked('{"sha256": "%s", "marks": [{"start": 3, "end": 5}]}' % of, "so it is")
    [('it', '')]
    >>> marked('{"sha256": "cut of', "so it is")
    []
    """
    try:
        kept = json.loads(value)
    except ValueError:  # a label of a file may be any text
        return []
    if kept["sha256"] != hashlib.sha256(answer.encode()).hexdigest():
        return []
    return [(answer[m["start"] : m["end"]], m.get("label", "")) for m in kept["marks"]]


def told(scheme: Scheme, kept: Mapping[str, str]) -> dict[str, Any]:
    """Field -> what was chosen, as the label page writes it: a list where many may be chosen.

    What the scheme has no field or no option for any more is left out.
    """
    found: dict[str, Any] = {}
    for field in scheme.fields:
        value = kept.get(field.field)
        if value is None:
            continue
        options = {option.value for option in field.options}
        if field.kind == "text":
            found[field.field] = value
        elif field.kind == "span":
            found[field.field] = json.loads(value)["marks"]
        elif field.kind == "many":
            found[field.field] = [one for one in json.loads(value) if one in options]
        elif value in options:
            found[field.field] = value
    return found
