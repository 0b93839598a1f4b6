"""The public deck's own format: one YAML document a card, written by many hands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from data import card_codes
from data.card import Card, make
from data.read import card_text
from data.trouble import Trouble

KEYS = {
    "title": "Title",
    "description": "Description",
    "codes": "Categorisation",
    "harms": "Harm Types",
    "references": "References",
    "conditions": "Actions required for harm to present",
    "exchanges": "Prompts and output",
}
"""Our field -> the key of the public format, in its order."""
ALSO = {
    "categorization": "codes", "harm type": "harms", "reference(s)": "references",
    "reference": "references", "prompts and outputs": "exchanges",
}  # fmt: skip
NAMES = {key.casefold(): field for field, key in KEYS.items()} | ALSO

ACTOR = r"readers?|consumers?|publishers?|providers?|developers?|external(?: groups?)?|groups?"
MERGED = {"reader": "consumer", "group": "external group", "external": "external group"}
KIND = (
    r"inter (?:or|and) intra personal|psychological|legal|societal|social|physical|interpersonal|"
    r"representational|reputational|allocative|financial|quality-of-service|personal"
)
PAIR = re.compile(rf"\b({ACTOR})\s*-\s*({KIND})\b", re.IGNORECASE)
CODE = re.compile(r"\b[WS]\d\.(?:\d|x)")
REMARK = re.compile(r"\W*model\b.{0,80}", re.IGNORECASE)
"""Which model it was, and when: told after an output, and no prompt."""
BOLD = re.compile(r"\*\*(.+?)(?:\*\*|$)", re.DOTALL)


def read(text: str, name: str) -> Card:
    """The card written in `text`, called `name`. Raises Trouble where it is none."""
    doc = card_text.document(text, name)
    found = fields(doc, name)
    return make({"card": name, **found, "origin": text}, name)


def keys(doc: dict[str, Any]) -> dict[str, str]:
    """Our field -> the key this document has for it."""
    named = ((NAMES.get(key.strip().casefold()), key) for key in doc)
    return {field: key for field, key in named if field}


def fields(doc: dict[str, Any], name: str) -> dict[str, Any]:
    """The document's values as fields of a card."""
    at = keys(doc)
    value = {field: doc.get(at[field]) if field in at else None for field in KEYS}
    try:
        return {
            "title": " ".join(_texts(value["title"])),
            "description": "\n".join(_texts(value["description"])),
            "codes": codes(" ".join(_texts(value["codes"]))),
            "harms": harms(", ".join(_texts(value["harms"]))),
            "conditions": "\n".join(_texts(value["conditions"])),
            "references": tuple(_texts(value["references"])),
            "exchanges": tuple(_exchanges(value["exchanges"])),
        }
    except TypeError as error:
        raise Trouble(
            f"{name}: {error}", "write texts and lists of texts; output: is the only map inside one"
        ) from error


def codes(text: str) -> tuple[str, ...]:
    """The codes in a text, each once; what is none of the known ones is passed over.

    >>> codes("W1.3, S1.1")
    ('W1.3', 'S1.1')
    """
    found = dict.fromkeys(CODE.findall(text))
    return tuple(code for code in found if code in card_codes.PUBLIC)


def harms(text: str) -> tuple[dict[str, str], ...]:
    """The actor-category pairs in a text, synonyms merged, each once.

    >>> harms("Reader-Psychological External Groups-Societal")
    ({'actor': 'consumer', 'kind': 'psychological'}, {'actor': 'external group', 'kind': 'social'})
    """
    found = []
    for actor, kind in PAIR.findall(text):
        who, how = actor.lower().rstrip("s"), kind.lower()
        how = "interpersonal" if " " in how else how.replace("societal", "social")
        found.append((MERGED.get(who, who), how))
    return tuple({"actor": who, "kind": how} for who, how in dict.fromkeys(found))


def _texts(value: Any) -> list[str]:
    """A text, or a list of them, as a list; empty ones and null left out."""
    said = [_joined(one) for one in (value if isinstance(value, list) else [value])]
    return [one.strip() for one in said if one.strip()]


def _exchanges(value: Any) -> Iterator[dict[str, str]]:
    """The prompt section in any of its shapes: text, list, map or nothing."""
    if isinstance(value, dict):
        value = [f"{key}: {_text(said)}" for key, said in value.items()]
    if not isinstance(value, list):
        value = [value] if value else []
    for place, one in enumerate(value):
        follows = place + 1 < len(value) and answer(value[place + 1]) is not None
        said = answer(one)
        if said is not None:
            before = value[place - 1] if place else ""
            prompt = _joined(before) if answer(before) is None else ""
            yield {"prompt": prompt.strip(), "output": said}
        elif not follows:
            yield from _listed(one)


def _listed(one: Any) -> Iterator[dict[str, str]]:
    """One entry that stands alone; a map to a list is a prompt that ends in a colon."""
    under = one if isinstance(one, dict) and isinstance([*one.values(), ""][0], list) else {}
    for prompt, said in under.items():
        yield {"prompt": f"{prompt}:", "output": "\n".join(_text(text) for text in said)}
    if not under:
        yield from _bold(_joined(one))


def _joined(one: Any) -> str:
    """A text; a map that only a colon in a text made is that text again."""
    if isinstance(one, dict):
        return "\n".join(f"{key}: {_text(said)}" for key, said in one.items())
    return _text(one)


def _text(value: Any) -> str:
    if not isinstance(value, str | None):
        raise TypeError("a list stands where a text belongs")
    return value or ""


def answer(one: Any) -> str | None:
    """What an `output:` map says; None where it is none."""
    if not isinstance(one, dict) or {str(key).lower() for key in one} - {"output", "outputs"}:
        return None
    lists = [value if isinstance(value, list) else [value] for value in one.values()]
    return "\n".join(_text(text) for texts in lists for text in texts).strip()


def _bold(text: str) -> Iterator[dict[str, str]]:
    """The older form: what is bold is the model's, what stands before it was the prompt."""
    end = 0
    for match in BOLD.finditer(text):
        yield {"prompt": text[end : match.start()].strip(), "output": match[1].strip()}
        end = match.end()
    rest = text[end:].strip()
    if rest and not (end and REMARK.fullmatch(rest)):
        yield {"prompt": rest, "output": ""}
