"""Label schemes: which questions an annotator answers, and with which keys. A YAML file each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from data.read import taxonomy
from data.trouble import Trouble

SCHEMES = Path(__file__).parent.parent / "schemes"
GUIDELINES = Path(__file__).parent.parent / "guidelines"
KINDS = ("one", "many", "text", "span")
TAKEN = {
    "u": "undo", "s": "skip", "x": "the comment box", "m": "marking", "f": "folding long texts",
    "?": "the list of keys",
}  # fmt: skip
"""Keys the label page keeps for itself."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: the value that is stored, what the screen says, its key ("" for none)."""

    value: str
    title: str
    key: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question: choose `one` option, choose `many`, write `text`, or mark a `span`.

    A span's options are what a mark may be called; their keys count only while marking. Where the
    options are those of a taxonomy it is named.
    """

    field: str
    title: str
    kind: Literal["one", "many", "text", "span"]
    required: bool
    options: tuple[Option, ...] = ()
    taxonomy: str = ""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A versioned set of questions."""

    scheme: str
    version: int
    title: str
    fields: tuple[Field, ...]
    source: str = ""


def load(path: Path) -> Scheme:
    """The scheme in a YAML file. Raises Trouble naming what is wrong in it."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise Trouble(
            f"the scheme {path} cannot be read: {error}", "check its path and that it is UTF-8"
        ) from error
    return parse(text, path.name)


def parse(text: str, name: str) -> Scheme:
    """The scheme written in `text`; `name` is what messages call it.

    >>> parse("{scheme: s, version: 1, fields: [{field: note, kind: text}]}", "s.yaml").fields
    (Field(field='note', title='note', kind='text', required=False, options=(),
    taxonomy=''),)
    """
    try:
        body = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise Trouble(f"{name} is not YAML: {error}", "mind indentation and colons") from error
    top = _mapping(
        body, name, {"scheme", "version", "title", "source", "fields"}, {"scheme", "version"}
    )
    version = top["version"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Trouble(f"{name}: version is {version!r}", "write a whole number, 1 or more")
    listed = top.get("fields")
    if not isinstance(listed, list) or not listed:
        raise Trouble(f"{name} has no fields", "list at least one field under `fields`")
    fields = tuple(_field(entry, f"{name}: field {n}") for n, entry in enumerate(listed, 1))
    _once([field.field for field in fields], f"{name}: field")
    _keys([option for field in fields if field.kind != "span" for option in field.options], name)
    for field in fields:
        _keys(list(field.options), name)
    if sum(field.kind == "span" for field in fields) > 1:
        raise Trouble(f"{name} has several fields of kind span", "mark in one, with options")
    scheme, source = str(top["scheme"]), str(top.get("source", ""))
    return Scheme(scheme, version, str(top.get("title", scheme)), fields, source)


def _field(entry: Any, where: str) -> Field:
    allowed = {"field", "title", "kind", "required", "options", "taxonomy"}
    part = _mapping(entry, where, allowed, {"field", "kind"})
    kind, required = part["kind"], part.get("required", False)
    if kind not in KINDS:
        raise Trouble(f"{where}: kind is {kind!r}", f"choose one of {', '.join(KINDS)}")
    if not isinstance(required, bool):
        raise Trouble(f"{where}: required is {required!r}", "write true or false")
    listed, named = part.get("options") or [], str(part.get("taxonomy") or "")
    wrong = {"text": bool(listed), "span": False}.get(kind, not listed and not named)
    if not isinstance(listed, list) or wrong:
        raise Trouble(
            f"{where}: kind {kind} with {len(listed)} options",
            "give options, or a taxonomy, to kinds one and many, none to kind text",
        )
    options = tuple(_option(o, f"{where}, option {n}") for n, o in enumerate(listed, 1))
    options = options or (_categories(named, where) if named else ())
    _once([option.value for option in options], f"{where}: option")
    name = str(part["field"])
    return Field(name, str(part.get("title", name)), kind, required, options, named)


def _categories(named: str, where: str) -> tuple[Option, ...]:
    """The categories a taxonomy counts by, as options."""
    known = taxonomy.every()
    if named not in known:
        raise Trouble(f"{where}: there is no taxonomy {named!r}", f"it can be {', '.join(known)}")
    found = known[named]
    return tuple(
        Option(one.code, one.title) for one in found.categories if one.level == found.level
    )


def _option(entry: Any, where: str) -> Option:
    part = _mapping(entry, where, {"value", "title", "key", "meaning"}, {"value"})
    value, key = str(part["value"]), str(part.get("key", "")).lower()
    if key and (len(key) != 1 or not key.isascii() or not key.isalnum()):
        raise Trouble(f"{where}: key is {key!r}", "use one digit or letter")
    if key in TAKEN:
        raise Trouble(f"{where}: key {key!r} is taken for {TAKEN[key]}", "choose another key")
    return Option(value, str(part.get("title", value)), key, str(part.get("meaning", "")))


def _mapping(entry: Any, where: str, allowed: set[str], needed: set[str]) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise Trouble(f"{where} is not a mapping", "write one `name: value` a line")
    strange = {str(key) for key in entry} - allowed
    if strange:
        raise Trouble(
            f"{where} has {', '.join(sorted(strange))}",
            f"the keys are {', '.join(sorted(allowed))}",
        )
    missing = [key for key in sorted(needed) if entry.get(key) in (None, "")]
    if missing:
        raise Trouble(f"{where} lacks {', '.join(missing)}", "add what is missing")
    return entry


def _once(names: list[str], where: str) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Trouble(f"{where} {', '.join(sorted(twice))} is there twice", "name each only once")


def _keys(options: list[Option], name: str) -> None:
    _once([option.key for option in options if option.key], f"{name}: key")


def complete(text: str, name: str) -> str:
    """The scheme with the categories of its taxonomies written out as options.

    So that a version says itself what could be chosen, however the taxonomy changes later. A text
    that names no taxonomy, or lists its options, comes back as it is.
    """
    found = parse(text, name)
    body = yaml.safe_load(text)
    short = [
        (entry, field)
        for entry, field in zip(body["fields"], found.fields, strict=True)
        if field.taxonomy and not entry.get("options")
    ]
    for entry, field in short:
        entry["options"] = [{"value": o.value, "title": o.title} for o in field.options]
    return yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=100) if short else text


def crossed(text: str, name: str, named: str) -> str:
    """The scheme under another name with the categories of the taxonomy `named` written out.

    Raises Trouble for a scheme without such a field and for an unknown taxonomy.
    """
    parse(text, name)
    body = yaml.safe_load(text)
    for entry in body["fields"]:
        if entry.get("taxonomy"):
            entry |= {"taxonomy": named}
            entry.pop("options", None)
    body |= {"scheme": name, "title": f"{body.get('title', name)}, {named}"}
    whole = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=100)
    return complete(whole, name)
