"""The rows of a file of labels: wide, long, one person's, or an annotation tool's export."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from data import check
from data.check import Refused
from data.mapping import Mapping as Columns
from data.read import events, labeled, table
from data.read.labeled import Tool
from data.read.line import Line
from data.read.scheme import Field, Scheme
from data.read.source import Source
from data.shape import pick
from data.trouble import Trouble

NAMES = {
    "run": ("run", "run_id"),
    "person": ("person", "annotator", "annotator_id", "annotator_uid", "rater", "labeler"),
    "field": ("field",),
    "value": ("value", "label"),
}
"""What a column of a long file can be called."""
Said = tuple[str, str, str]
"""Person, field, value."""
TOOLED = Columns.model_validate({name: name for name in ("item_id", "sample", "model", "dataset")})


@dataclass(frozen=True, slots=True)
class Rows:
    """A file of labels: how its rows are mapped, which tool wrote it (None: none that is known),
    what its columns are, whose labels they are where no column says, the columns that are fields of
    the scheme, its fields by name where there is one, and whether it holds our own events."""

    source: Source
    mapping: Columns
    tool: Tool | None
    columns: tuple[str, ...]
    person: str
    field: str
    fields: tuple[str, ...]
    known: Mapping[str, Field]
    events: bool = False

    def lines(self) -> Iterator[Line]:
        """Its rows, one a label for a tool's export; of our own events those that hold."""
        if self.tool is not None:
            return labeled.lines(table.lines(self.source), self.tool, self.field)
        rows = table.recast(self.source, self.mapping)
        return events.holding(rows, self.source.kind() == "csv") if self.events else rows

    def column(self, what: str) -> str:
        """The file's column for one of NAMES; empty where it has none."""
        return next((c for c in self.columns if c.lower() in NAMES[what]), "")

    def check(self, named: Mapping[str, str]) -> None:
        """Raises Trouble where rows cannot say which output they label, or with what."""
        name = self.source.name
        if not self.mapping.item_id:
            raise Trouble(
                f"{name} has no column that is known as an item's id",
                "say which it is in a mapping file (--map FILE): `item_id: COLUMN`",
            )
        if not (self.column("run") or self.mapping.model or named.get("model")):
            raise Trouble(
                f"{name} does not say whose outputs it labels",
                "give it a column run (ids: tailscope runs) or model, or set `fixed: {model: …}`",
            )
        long = all(self.column(what) for what in ("person", "field", "value"))
        if self.fields and not (self.person or self.column("person")):
            raise Trouble(
                f"{name} does not say who labeled",
                "give it a column person, or name the one person whose file it is (--person NAME)",
            )
        if not (self.mapping.labels or long or self.fields):
            raise Trouble(
                f"{name} has no labels that are known as such; its columns are "
                f"{', '.join(self.columns)}",
                "name them in a mapping file (--map FILE): `labels: {field: {person: column}}`, "
                "give a row a label, in columns person, field and value, or name the columns as "
                "the scheme's fields and say which scheme it is (--scheme)",
            )

    def said(self, record: Mapping[str, Any]) -> Iterator[Said]:
        """What a row says: person, field and value under our names. Raises Refused."""
        for person, field, value in self._told(record):
            ours = check.renamed(value, self.mapping.values.get(field, {}))
            if ours is not None:
                ours = fitted(ours, self.known[field]) if field in self.known else ours
                yield self.mapping.people.get(person, person), field, ours

    def _told(self, record: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
        if self.mapping.labels:
            for field, people in self.mapping.labels.items():
                for person, column in people.items():
                    yield person, field, pick(record, column)
        elif self.fields:
            person = check.text(record.get(self.column("person"))) or self.person
            if not person:
                raise Refused("does not say who labeled")
            for field in self.fields:
                yield person, field, pick(record, field)
        else:
            who, field_said = (
                check.text(record.get(self.column(name))) for name in ("person", "field")
            )
            who = who or self.person
            if not who or field_said is None:
                raise Refused("does not say who labeled, or which field")
            yield who, field_said, record.get(self.column("value"))


def opened(
    source: Source, given: Columns | None, scheme: Scheme | None, person: str, field: str
) -> Rows:
    """The file, understood. Raises Trouble where no row of it can be read."""
    known = {one.field: one for one in scheme.fields} if scheme else {}
    looked = [line.record for line in islice(table.lines(source), table.LOOK) if not line.why]
    by = labeled.tool(looked[0]) if looked and not (given and given.labels) else None
    if by is not None:
        more = given.model_dump(include={"fixed", "values", "people"}) if given else {}
        return Rows(
            source, TOOLED.model_copy(update=more), by, labeled.LONG, person, field, (), known
        )
    most = table.look(source)
    if given is not None and given.model_fields_set <= {"people", "values"}:
        mapping = _named(table.understand(source, None, most), given)
    else:
        mapping = table.understand(source, given, most)
    columns = tuple(table.columns(islice(table.recast(source, mapping), most)))
    ours = set(columns) >= events.OWN and not mapping.labels
    asked = known.keys() if not mapping.labels and not ours else ()
    fields = tuple(column for column in columns if column in asked)
    return Rows(source, mapping, None, columns, person, field, fields, known, ours)


def _named(known: Columns, names: Columns) -> Columns:
    """A mapping whose people and values are then called as `names` says."""
    values = {field: dict(said) for field, said in known.values.items()}
    for field, ours in names.values.items():
        before = values.get(field, {})
        values[field] = {**ours, **{raw: ours.get(said, said) for raw, said in before.items()}}
    return known.model_copy(update={"people": {**known.people, **names.people}, "values": values})


def chosen(value: str) -> list[str]:
    """The values of a stored label: several where it is a list.

    >>> chosen('["hte", "vcr"]'), chosen("refused"), chosen("[odd")
    (['hte', 'vcr'], ['refused'], ['[odd'])
    """
    if not value.startswith("["):
        return [value]
    try:
        told = json.loads(value)
    except ValueError:
        return [value]
    return [str(one) for one in told] if isinstance(told, list) else [value]


def fitted(value: str, field: Field) -> str:
    """A label as the label page keeps it, where the scheme's field can tell.

    A table with gaps holds whole numbers as 2.0. What is no option stays.
    """
    options = [option.value for option in field.options]
    if field.kind == "many":
        return listed(value, options)
    bare = value.strip()
    spelled = (value, bare, bare.removesuffix(".0")) if field.kind == "one" else ()
    return next((one for one in spelled if one in options), value)


def listed(value: str, options: Sequence[str]) -> str:
    """A label of kind `many` as the label page keeps it: a JSON list in the scheme's order.

    One option alone, or some between commas, are what they say; what no option is stays.

    >>> [listed(said, ("a", "b")) for said in ("b", "b, a", '["b","a"]', "c")]
    ['["b"]', '["a", "b"]', '["a", "b"]', 'c']
    """
    told = chosen(value)
    if not set(told) <= set(options):
        told = [part.strip() for part in value.split(",")]
    return json.dumps([o for o in options if o in told]) if set(told) <= set(options) else value
