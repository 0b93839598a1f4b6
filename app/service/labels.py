"""Bringing labels in: each row of a file finds the output it is about, or is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from app.service.stores import Stores
from data import check
from data.check import Refused
from data.mapping import Mapping as Columns
from data.read import table
from data.read.source import Source
from data.shape import pick
from data.trouble import Trouble
from db import assignments, campaigns, labels, outputs, runs, same
from db.filter import Case, Filter

RUN = ("run", "run_id")
PERSON = ("person", "annotator", "annotator_id", "annotator_uid", "rater", "labeler")
FIELD = ("field",)
VALUE = ("value", "label")
Said = tuple[str, str, str]
"""Person, field, value."""


def load(
    stores: Stores, path: Path, mapping: Columns | None, scheme: str, campaign: str | None
) -> dict[str, Any]:
    """Adds a file of labels for outputs that are loaded; all it can take at once, or nothing.

    A row names its output by `run`, or by model and, where there are several, data set; by the id
    of the item, and its sample (0 where none is named). It holds its labels in columns of the
    mapping's `labels`, or one in columns person, field and value. The same file twice adds nothing.

    Returns file, labels, new and refused (file, line, why). Raises Trouble where the file cannot be
    read, where most of its rows are refused, or where there is no such campaign.
    """
    if campaign is not None:
        _open(stores, campaign)
    source = Source(path)
    reader = _Reader(stores, source, table.understand(source, mapping))
    said: dict[tuple[Case, str, str], str] = {}
    refused: list[dict[str, Any]] = []
    total = 0
    for line in table.recast(source, reader.mapping):
        total += 1
        try:
            if line.why:
                raise Refused(line.why)
            case, row = reader.read(line.record)
            _once(said, case, row)
            said |= {(case, person, field): value for person, field, value in row}
        except Refused as error:
            refused.append({"file": source.name, "line": line.number, "why": str(error)})
    if len(refused) * 2 > total:
        raise Trouble(
            f"{source.name}: {len(refused)} of {total} rows cannot be taken; "
            f"line {refused[0]['line']}: {refused[0]['why']}",
            "load the outputs first, and name each by run or model, and item; nothing was written",
        )
    rows = [(*case, person, field, value) for (case, person, field), value in said.items()]
    new = labels.add_many(stores.ledger, rows, scheme=scheme, campaign=campaign)
    return {"file": source.name, "labels": len(rows), "new": new, "refused": refused}


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

    def __init__(self, stores: Stores, source: Source, mapping: Columns) -> None:
        self.mapping = mapping
        self._stores = stores
        self._named = {**mapping.fixed, **table.in_name(source.name, mapping)}
        looked = islice(table.recast(source, mapping), table.LOOK)
        columns = {c: None for line in looked for c in line.record}
        self._run, self._person, self._field, self._value = (
            next((c for c in columns if c.lower() in names), "")
            for names in (RUN, PERSON, FIELD, VALUE)
        )
        if not mapping.item_id:
            raise Trouble(
                f"{source.name} has no column that is known as an item's id",
                "say which it is in a mapping file (--map FILE): `item_id: COLUMN`",
            )
        if not (self._run or mapping.model or self._named.get("model")):
            raise Trouble(
                f"{source.name} does not say whose outputs it labels",
                "give it a column run (ids: tailscope runs) or model, or set `fixed: {model: …}`",
            )
        if not mapping.labels and not (self._person and self._field and self._value):
            raise Trouble(
                f"{source.name} has no labels that are known as such; its columns are "
                f"{', '.join(columns)}",
                "name them in a mapping file (--map FILE): `labels: {field: {person: column}}`, "
                "or give a row a label, in columns person, field and value",
            )
        self._loaded = [run for run in runs.every(stores.warehouse) if run["model"] is not None]
        self._cases: dict[str, set[tuple[str, int]]] = {}
        self._alike: dict[tuple[str, ...], dict[Case, str]] = {}

    def read(self, record: Mapping[str, Any]) -> tuple[Case, list[Said]]:
        """The output a row is about, and what it says of it. Raises Refused."""
        case = self._case(record)
        said = list(self._wide(record) if self.mapping.labels else self._long(record))
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

    def _wide(self, record: Mapping[str, Any]) -> Iterator[Said]:
        for field, people in self.mapping.labels.items():
            names = self.mapping.values.get(field, {})
            for person, column in people.items():
                value = check.renamed(pick(record, column), names)
                if value is not None:
                    yield person, field, value

    def _long(self, record: Mapping[str, Any]) -> Iterator[Said]:
        person, field = (check.text(record.get(name)) for name in (self._person, self._field))
        if person is None or field is None:
            raise Refused("does not say who labeled, or which field")
        value = check.renamed(record.get(self._value), self.mapping.values.get(field, {}))
        if value is not None:
            yield person, field, value
