"""A mapping as a small table a person corrects: one row a column of the file."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from app.service.loading.preview import Preview
from data.columns import COLUMNS
from data.mapping import Mapping, Scale
from data.trouble import Trouble

KEPT = "kept as it is"
PLAIN = (
    *(c.name for c in COLUMNS if c.name not in ("value", "dimension", "scorer")),
    "prompt_sent",
)
NAMED = {"score": "scores", "label": "labels", "tag": "tags", "option": "options"}
LONG = ("dimension", "scorer", "value")
HOLDS = (KEPT, *PLAIN, *NAMED, *LONG)
"""What a column of a file can hold."""

AS_IS = "as it is"
"""The scale of a score whose numbers are kept as they stand."""

Rows = list[dict[str, Any]]


def table(preview: Preview) -> Rows:
    """The columns of a table: an example, how many of the first rows fill it, and what it holds.

    `name` is a score's dimension, a label's field, a tag's or an option's name; `by` is the
    judge or the person; `scale` and `up` say what a score's numbers mean. A native log has no
    columns to correct.
    """
    if preview.mapping is None:
        return []
    held = _held(preview.mapping)
    return [
        {
            "column": column,
            "example": _example(preview.rows, column),
            "filled": sum(row.get(column) not in (None, "") for row in preview.rows),
            **dict(zip(("holds", "name", "by"), held.get(column, (KEPT, "", "")), strict=True)),
            **_scale(preview.mapping, *held.get(column, (KEPT, "", ""))[:2]),
        }
        for column in preview.columns
    ]


def _example(rows: Rows, column: str) -> str:
    value = next((row[column] for row in rows if row.get(column) not in (None, "")), "")
    return " ".join(str(value).split())[:80]


def _held(mapping: Mapping) -> dict[str, tuple[str, str, str]]:
    held = {getattr(mapping, name): (name, "", "") for name in (*PLAIN, *LONG)}
    for dimension, judges in mapping.judged().items():
        held |= {column: ("score", dimension, judge) for judge, column in judges.items()}
    for field, people in mapping.labels.items():
        held |= {column: ("label", field, person) for person, column in people.items()}
    held |= {column: ("tag", name, "") for name, column in mapping.tags.items()}
    return held | {column: ("option", name, "") for name, column in mapping.options.items()}


def _scale(mapping: Mapping, holds: str, dimension: str) -> dict[str, str]:
    if holds not in ("score", "value"):
        return {"scale": "", "up": ""}
    scale = mapping.scale(dimension)
    ends = AS_IS if scale.keep else f"{scale.low:g} to {scale.high:g}"
    return {"scale": ends, "up": scale.up}


_ENDS = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:to|\.\.|–|-)\s*(-?\d+(?:\.\d+)?)")


def _read(scale: str, up: str, dimension: str) -> Scale:
    """The scale a person wrote, such as "1 to 5". Raises Trouble where it is none."""
    kept = scale.strip() == AS_IS
    ends = _ENDS.fullmatch("0 to 1" if kept else scale.strip() or "0 to 1")
    try:
        low, high = ends.groups() if ends else (None, None)
        if kept:
            return Scale.model_validate({"keep": True, "up": up or "neither"})
        return Scale.model_validate({"low": low, "high": high, "up": up or "harm"})
    except ValidationError as error:
        raise Trouble(
            f"the scale of {dimension} is {scale!r}, meaning {up!r}",
            "write its lowest and highest value, such as 1 to 5, and harm, good or neither",
        ) from error


def _text(cell: Any) -> str:
    """A cell of the table as the person left it; one they emptied holds None or NaN."""
    return cell.strip() if isinstance(cell, str) else ""


def _put(of: dict[str, str], key: str, column: str, whose: str) -> None:
    if other := of.get(key):
        raise Trouble(
            f"two columns stand for {key!r} of one {whose}: {other!r} and {column!r}",
            "change what one of them holds, or how it is named",
        )
    of[key] = column


def mapping(base: Mapping, rows: Rows) -> Mapping:
    """The mapping the corrected table stands for; what it does not show stays as in `base`.

    Raises Trouble where two columns stand for the same.
    """
    told: dict[str, Any] = dict.fromkeys((*PLAIN, *LONG), "")
    scores: dict[str, dict[str, str]] = {}
    labels: dict[str, dict[str, str]] = {}
    scales: dict[str, Scale] = dict(base.scales)
    flat: dict[str, dict[str, str]] = {"tags": {}, "options": {}}
    for row in rows:
        column, holds = row["column"], row["holds"]
        name, by = _text(row["name"]) or column, _text(row["by"])
        if holds == "score":
            _put(scores.setdefault(name, {}), by or column, column, f"score {name}")
            scale = _read(_text(row.get("scale")), _text(row.get("up")), name)
            if scale != base.scale(name):
                scales[name] = scale
        elif holds == "label":
            _put(labels.setdefault(name, {}), by or column, column, f"label {name}")
        elif holds in NAMED:
            _put(flat[NAMED[holds]], name, column, holds)
        elif holds != KEPT:
            _put(told, holds, column, "file")
    shown = {row["column"] for row in rows}
    for key in told:
        if _inside(column := getattr(base, key), shown):
            told[key] = told[key] or column
    for of, held in ((scores, base.judged()), (labels, base.labels), (flat, _flat(base))):
        for name, parts in held.items():
            unseen = {key: column for key, column in parts.items() if _inside(column, shown)}
            if unseen:
                of[name] = {**unseen, **of.get(name, {})}
    return base.model_copy(
        update=told | {"scores": scores, "scales": scales, "labels": labels, **flat}
    )


def _inside(column: str, shown: set[str]) -> bool:
    """Whether this is a part of a column, for which the table has no row."""
    return "." in column and column not in shown


def _flat(base: Mapping) -> dict[str, dict[str, str]]:
    return {"tags": base.tags, "options": base.options}
