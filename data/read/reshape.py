"""Rows recast as a mapping asks: an id taken apart, a row a model, a map of labels spread."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Table
from typing import Any

from data import check
from data.mapping import Mapping
from data.read import chat
from data.read.line import Line, refused
from data.recast import Recast
from data.shape import pick

EVERY = "*"
"""In `labels`, the person who stands for every key of a map in a cell."""
NAMED = re.compile(r"\{([^{}]+)\}")
PEOPLE = 10_000
MODEL = "model"
Record = dict[str, Any]


def lines(rows: Iterator[Line], mapping: Mapping) -> Iterator[Line]:
    """The rows as the mapping wants them; those of one row keep its number."""
    if not mapping.recasts():
        return rows
    return (line for row in rows for line in ([row] if row.why else _recast(row, mapping)))


def _recast(row: Line, how: Recast) -> list[Line]:
    try:
        return [Line(row.number, record) for record in recast(row.record, how)]
    except check.Refused as why:
        return [refused(row.number, str(why), row.record)]


def recast(record: Record, how: Recast) -> Iterator[Record]:
    """The records one record becomes.

    >>> from data.recast import Split
    >>> list(recast({"id": "3_a_b"}, Recast(split={"id": Split(by="_", into=("item", "model"))})))
    [{'item': '3', 'model': 'a_b'}]
    >>> from data.recast import Counted
    >>> how = Recast(count={"n": Counted(source="says", words="now")})
    >>> list(recast({"says": [{"content": "do it now"}, "now", "later"]}, how))[0]["n"]
    2
    >>> list(recast({"s": "law", "n": 4}, Recast(join={"id": "{s}/{n}"})))
    [{'s': 'law', 'n': 4, 'id': 'law/4'}]
    >>> wide = Recast(wide={"said": "*_said"})
    >>> list(recast({"q": 1, "owl_said": "x", "fox_said": "y"}, wide))
    [{'q': 1, 'model': 'owl', 'said': 'x'}, {'q': 1, 'model': 'fox', 'said': 'y'}]
    """
    whole = dict(record)
    if said := chat.told(cell := pick(record, how.chat)):
        if chat.plain(cell):
            whole.pop(how.chat, None)
        whole |= said
    for column, told in how.count.items():
        if isinstance(cell := pick(record, told.source), list):
            whole[column] = sum(_holds(part, told.words) for part in cell)
    for column, apart in how.split.items():
        if isinstance(text := whole.pop(column, None), str):
            whole |= zip(apart.into, text.split(apart.by, len(apart.into) - 1), strict=False)
        elif text is not None:
            whole[apart.into[0]] = text
    for column, text in how.join.items():
        whole[column] = NAMED.sub(lambda found: check.text(pick(whole, found[1])) or "", text)
    for column, made in how.derive.items():
        whole[column] = check.renamed(pick(whole, made.source), made.values)
    if how.wide:
        yield from _apart(whole, how.wide)
    else:
        yield whole


def _holds(part: Any, words: str) -> bool:
    """Whether a text, or any text of a record, holds the words."""
    cells = part.values() if isinstance(part, dict) else (part,)
    return any(isinstance(cell, str) and words in cell for cell in cells)


def _apart(record: Record, wide: Table[str, str]) -> Iterator[Record]:
    """A record for each model that has anything in the wide columns."""
    marks = {column: pattern.split("*") for column, pattern in wide.items()}
    models: dict[str, Record] = {}
    beside: Record = {}
    for name, value in record.items():
        for column, (before, after) in marks.items():
            model = name.removeprefix(before).removesuffix(after)
            if model and before + model + after == name:
                models.setdefault(model, {})[column] = value
                break
        else:
            beside[name] = value
    for model, own in models.items():
        if any(check.text(value) is not None for value in own.values()):
            yield {**beside, MODEL: model, **own}


def filled(
    mapping: Mapping, groups: Table[str, str], rows: Callable[[], Iterator[Line]]
) -> Mapping:
    """The mapping for one file: `{name}` is what the file's own name says under that name.

    It is filled in what is `fixed` and in the people of `labels`; a fixed value whose name says
    nothing goes. The person `*` becomes every key of the map in their column, in any row.
    """
    fixed = {key: text for key, value in mapping.fixed.items() if (text := _fill(value, groups))}
    labels: dict[str, dict[str, str]] = {}
    for field, people in mapping.labels.items():
        labels[field] = {}
        for person, column in people.items():
            if person == EVERY:
                labels[field] |= {key: f"{column}.{key}" for key in _keys(column, rows)}
            else:
                labels[field][_fill(person, groups) or person.strip("{}")] = column
    if fixed == mapping.fixed and labels == mapping.labels:
        return mapping
    return mapping.model_copy(update={"fixed": fixed, "labels": labels})


def _fill(text: str, groups: Table[str, str]) -> str | None:
    """The text with each `{name}` filled in; None where one has nothing to fill it.

    >>> _fill("set {lang}", {"lang": "en"}), _fill("set {lang}", {}), _fill("{}", {})
    ('set en', None, '{}')
    """
    for name, value in groups.items():
        text = text.replace("{" + name + "}", value)
    _, brace, after = text.partition("{")
    return None if brace and after.partition("}")[0].isidentifier() else text


def _keys(column: str, rows: Callable[[], Iterator[Line]]) -> list[str]:
    """Every key of the maps in a column, in the order of the file."""
    found: dict[str, None] = {}
    for row in rows():
        cell = pick(row.record, column)
        if isinstance(cell, dict) and len(found) < PEOPLE:
            found |= dict.fromkeys(key for key in cell if "." not in key)
    return list(found)
