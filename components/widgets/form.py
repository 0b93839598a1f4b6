"""A form made of a JSON schema: every field by its kind, each value in the link."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from components.widgets import chips

ACROSS = 3
"""Fields beside each other."""
LONG = 1000
"""Characters from which a text has lines."""
MOST = 2**53 - 1
"""The largest whole number a browser knows exactly."""


def fields(schema: Mapping[str, Any], key: str, without: Collection[str] = ()) -> dict[str, Any]:
    """The values a person changed, by field; those left as they are stand for their defaults.

    `key` keeps the fields of one form apart from those of another; those of `without` are asked
    for elsewhere.
    """
    changed: dict[str, Any] = {}
    told = {name: raw for name, raw in schema.get("properties", {}).items() if name not in without}
    columns: Sequence[Any] = ()
    for place, (name, raw) in enumerate(told.items()):
        if place % ACROSS == 0:
            columns = st.columns(ACROSS, vertical_alignment="bottom")
        about = _resolved(raw, schema)
        with columns[place % ACROSS]:
            value = _ask(f"{key}.{name}", name, about)
        if value is not None and value != about.get("default"):
            changed[name] = value
    return changed


def _resolved(about: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A field with what it refers to filled in; of several kinds the first that is not nothing."""
    found = dict(about)
    kinds = [kind for kind in found.get("anyOf", []) if kind.get("type") != "null"]
    for part in (*kinds[:1], *found.pop("allOf", [])):
        found = {**part, **found}
    if ref := found.pop("$ref", ""):
        found = {**schema.get("$defs", {}).get(ref.rpartition("/")[2], {}), **found}
    return found


def _ask(key: str, name: str, about: Mapping[str, Any]) -> Any:
    label = str(about.get("title", name))
    help = str(about.get("description", "")) or None
    default = about.get("default")
    if options := about.get("enum"):
        return chips.choice(label, key, list(map(str, options)), default=default, help=help)
    match about.get("type"):
        case "boolean":
            return chips.switch(label, key, help, on=bool(default))
        case "integer":
            return _whole(label, key, about, help)
        case "number":
            low, high = _bounds(about)
            return chips.number(label, key, float(default or 0.0), low, high, help)
        case "array" if kinds := about.get("items", {}).get("enum"):
            picked = st.multiselect(
                label, kinds, list(default or ()), key=key, help=help, bind="query-params"
            )
            return [kind for kind in kinds if kind in picked]
        case "array":
            return _lines(label, key, default, help)
        case "object":
            return _pairs(label, key, default, help)
    long = int(about.get("maxLength", 0)) > LONG or about.get("format") == "textarea"
    said = _text(label, key, str(default or ""), help, long=long)
    return said if said or default else None


def _whole(label: str, key: str, about: Mapping[str, Any], help: str | None) -> int:
    low, high = _bounds(about)
    return int(
        st.number_input(
            label, int(max(low, -MOST)), int(min(high, MOST)), int(about.get("default") or 0),
            key=key, help=help, bind="query-params",
        )
    )  # fmt: skip


def _bounds(about: Mapping[str, Any]) -> tuple[float, float]:
    small = 1 if about.get("type") == "integer" else 1e-9
    low = about.get("minimum", about.get("exclusiveMinimum", -MOST - small) + small)
    high = about.get("maximum", about.get("exclusiveMaximum", MOST + small) - small)
    return float(low), float(high)


def _text(label: str, key: str, default: str, help: str | None, *, long: bool = False) -> str:
    if long:
        said = st.text_area(label, default, 90, key=key, help=help, bind="query-params")
    else:
        said = st.text_input(label, default, key=key, help=help, bind="query-params")
    return str(said or "")


def _lines(label: str, key: str, default: Any, help: str | None) -> list[str] | None:
    said = _text(f"{label}, one a line", key, "\n".join(map(str, default or ())), help, long=True)
    return [line for line in said.splitlines() if line] or (None if not default else [])


def _pairs(label: str, key: str, default: Any, help: str | None) -> Any:
    """Pairs as `name: value` a line; what reads as JSON is taken as such."""
    lines = "\n".join(f"{k}: {v}" for k, v in (default or {}).items())
    said = _text(f"{label}, name: value a line", key, lines, help, long=True)
    pairs = (line.partition(":") for line in said.splitlines() if line.strip())
    return {name.strip(): _value(value.strip()) for name, _, value in pairs} or None


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
