"""Bringing labels in: each row of a file finds the output it is about, or is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

from app.service.labeling import desk, labelrows, schemes
from app.service.labeling.labelrows import Said
from app.service.stores import Stores
from data import check
from data.check import Refused
from data.mapping import Mapping as Columns
from data.read import table
from data.read.scheme import Scheme
from data.read.source import Source
from data.shape import pick
from data.trouble import Trouble
from db import assignments, campaigns, imports, outputs, runs, same
from db.filter import Case, Filter


@dataclass(frozen=True, slots=True)
class Asked:
    """How a file of labels is to be read: its mapping, the scheme and campaign it belongs to, who
    made the labels where the file does not say, and which field, where it names none."""

    mapping: Columns | None = None
    scheme: str = "imported"
    campaign: str | None = None
    person: str = ""
    field: str = "label"


@dataclass(slots=True)
class Found:
    """The labels of a file: (case, person, field) -> value; the rows refused, of how many."""

    file: str
    said: dict[tuple[Case, str, str], str] = dataclass_field(default_factory=dict)
    refused: list[dict[str, Any]] = dataclass_field(default_factory=list)
    total: int = 0
    scheme: tuple[str, int] = ("imported", 1)
    unknown: tuple[tuple[str, str, int], ...] = ()
    """(field, value, labels) that the scheme does not have: kept as they are, and told."""

    @property
    def people(self) -> dict[str, int]:
        """Person -> their labels."""
        return dict(Counter(person for _, person, _ in self.said))

    @property
    def values(self) -> dict[tuple[str, str], int]:
        """(field, value) -> labels."""
        return dict(Counter((field, value) for (_, _, field), value in self.said.items()))


def renamed(
    asked: Asked, people: Mapping[str, str], values: Mapping[str, Mapping[str, str]]
) -> Asked:
    """The same, the file's people and values called by other names."""
    if not people and not values:
        return asked
    before = asked.mapping or Columns.model_validate({})
    more = {"people": {**before.people, **people}, "values": {**before.values, **values}}
    return replace(asked, mapping=before.model_copy(update=more))


def load(stores: Stores, path: Path, asked: Asked, name: str = "") -> dict[str, Any]:
    """Adds a file of labels for outputs that are loaded; all it can take at once, or nothing.

    A row names its output by `run`, or by model and, where there are several, data set; by the id
    of the item, and its sample (0 where none is named). It holds its labels in columns of the
    mapping's `labels`, in columns called as the scheme's fields, or one in columns person, field
    and value; exports of Argilla, Label Studio and Prodigy are known. The same file twice adds
    nothing.

    Returns file, labels, new, refused (file, line, why) and unknown (field, value, labels). Raises
    Trouble where the file cannot be read, where most of its rows are refused, or where there is no
    such campaign.
    """
    found = read(stores, path, asked, name)
    rows = [(*case, person, field, value) for (case, person, field), value in found.said.items()]
    new = imports.add_many(
        stores.ledger, rows, scheme=found.scheme[0], scheme_version=found.scheme[1],
        campaign=asked.campaign,
    )  # fmt: skip
    return {
        "file": found.file, "labels": len(rows), "new": new, "refused": found.refused,
        "unknown": [{"field": f, "value": v, "labels": n} for f, v, n in found.unknown],
    }  # fmt: skip


def read(stores: Stores, path: Path, asked: Asked, name: str = "") -> Found:
    """The labels of a file as they would be kept; writes nothing. Raises Trouble as `load`."""
    taken = _scheme(stores, asked)
    source = Source(path, name) if name else Source(path)
    rows = labelrows.opened(source, asked.mapping, taken, asked.person, asked.field)
    reader = _Reader(stores, source, rows)
    found = Found(source.name)
    for line in rows.lines():
        found.total += 1
        try:
            if line.why:
                raise Refused(line.why)
            case, row = reader.read(line.record)
            _once(found.said, case, row)
            found.said |= {(case, person, field): value for person, field, value in row}
        except Refused as error:
            found.refused.append({"file": source.name, "line": line.number, "why": str(error)})
    if len(found.refused) * 2 > found.total:
        raise Trouble(
            f"{source.name}: {len(found.refused)} of {found.total} rows cannot be taken; "
            f"line {found.refused[0]['line']}: {found.refused[0]['why']}",
            "load the outputs first, and name each by run or model, and item; nothing was written",
        )
    found.scheme = (taken.scheme, taken.version) if taken else (asked.scheme, 1)
    found.unknown = tuple(_unknown(taken, found.values)) if taken else ()
    return found


def _scheme(stores: Stores, asked: Asked) -> Scheme | None:
    """The scheme the labels are by: the campaign's, else the one named where there is one."""
    if asked.campaign is not None:
        _open(stores, asked.campaign)
        return desk.campaign_of(stores, asked.campaign)[1]
    known = {one.name: one for one in schemes.every(stores)}
    one = known.get(asked.scheme)
    return replace(schemes.parsed(one.text, one.name), version=one.version) if one else None


def _unknown(
    scheme: Scheme, values: Mapping[tuple[str, str], int]
) -> Iterator[tuple[str, str, int]]:
    """The values no field of the scheme has."""
    options = {f.field: {o.value for o in f.options} for f in scheme.fields if f.options}
    free = {f.field for f in scheme.fields if not f.options}
    for (field, value), many in sorted(values.items()):
        said = labelrows.chosen(value)
        if field not in free and not set(said) <= options.get(field, set()):
            yield field, value, many


def _open(stores: Stores, campaign: str) -> None:
    """Raises Trouble where there is no such campaign, or it takes no more labels."""
    if campaigns.one(stores.ledger, campaign) is None:
        raise Trouble(
            f"there is no campaign {campaign!r}",
            "name one of those on the Campaigns page, or leave --campaign out",
        )
    if frozen := assignments.staff(stores.ledger, campaign).frozen:
        raise Trouble(
            f"the campaign {campaign} is frozen since {frozen[:16]}: it takes no more labels",
            "load them without --campaign, or into one that is open",
        )


def _once(said: Mapping[tuple[Case, str, str], str], case: Case, row: Sequence[Said]) -> None:
    """Refuses a row that says again, and otherwise, what a person said of a case."""
    for person, field, value in row:
        before = said.get((case, person, field), value)
        if before != value:
            raise Refused(f"{person} calls the {field} of {case[1]} {value!r}, earlier {before!r}")


class _Reader:
    """Reads rows of one file as labels of outputs; knows which outputs there are."""

    def __init__(self, stores: Stores, source: Source, rows: labelrows.Rows) -> None:
        self.mapping = rows.mapping
        self._rows = rows
        self._stores = stores
        self._named = {**self.mapping.fixed, **table.in_name(source.name, self.mapping)}
        self._run = rows.column("run")
        rows.check(self._named)
        self._loaded = [run for run in runs.every(stores.warehouse) if run["model"] is not None]
        self._cases: dict[str, set[tuple[str, int]]] = {}
        self._alike: dict[tuple[str, ...], dict[Case, str]] = {}

    def read(self, record: Mapping[str, Any]) -> tuple[Case, list[Said]]:
        """The output a row is about, and what it says of it. Raises Refused."""
        case = self._case(record)
        said = list(self._rows.said(record))
        if any("\x00" in part for one in said for part in one):
            raise Refused("a label holds a NUL character")
        return case, said

    def _case(self, record: Mapping[str, Any]) -> Case:
        item = check.text(pick(record, self.mapping.item_id))
        if item is None:
            raise Refused("has no item id")
        sample = check.whole(pick(record, self.mapping.sample), "sample") or 0
        meant, words = self._meant(record)
        if not meant:
            raise Refused(f"no loaded run is {words}")
        found = [run for run in meant if (item, sample) in self._held(run)]
        if not found:
            raise Refused(f"{words} has no output for item {item}, sample {sample}")
        if len(found) > 1:  # one answer that several files hold is labeled where it came first
            first = self._first(tuple(found))
            found = sorted({first.get((run, item, sample), run) for run in found})
        if len(found) > 1:
            raise Refused(
                f"item {item} of {words} stands in several runs: {', '.join(found)}; name the run"
            )
        return found[0], item, sample

    def _meant(self, record: Mapping[str, Any]) -> tuple[list[str], str]:
        """The runs a row can mean, and how it names them."""
        told = check.text(record.get(self._run)) if self._run else None
        if told is not None:
            return [run["run_id"] for run in self._loaded if run["run_id"] == told], f"run {told}"
        model, dataset = (
            self._named.get(name) or check.text(pick(record, getattr(self.mapping, name)))
            for name in ("model", "dataset")
        )
        if model is None:
            raise Refused("names neither a run nor a model")
        meant = [
            run["run_id"]
            for run in self._loaded
            if run["model"] == model and dataset in (None, run["dataset"])
        ]
        return meant, f"{model} on {dataset}" if dataset else model

    def _first(self, runs: tuple[str, ...]) -> dict[Case, str]:
        if runs not in self._alike:
            self._alike[runs] = same.firsts(self._stores.warehouse, runs)
        return self._alike[runs]

    def _held(self, run: str) -> set[tuple[str, int]]:
        if run not in self._cases:
            cases: Iterable[Case] = outputs.keys(self._stores.warehouse, Filter(runs=(run,)))
            self._cases[run] = {(item, sample) for _, item, sample in cases}
        return self._cases[run]
