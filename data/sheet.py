"""Many records at once, column by column: the rows that `data.shape` makes one by one, faster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

import pyarrow as pa

from data import check, options, plain
from data.batch import FIELDS, Columns, Same
from data.check import LARGEST, Refused
from data.plain import Plain, Text
from data.shape import Record, Shaper, pick


def shape(shaper: Shaper, records: Sequence[Record]) -> list[tuple[str, Columns]]:
    """The rows of all records, as (table, columns in the order of FIELDS); the shaper keeps them.

    Raises Refused where a single record is refused or the file has a row a score. The shaper then
    remembers none of them, and they are to be given to it one by one, which tells which and why.
    """
    if shaper.mapping.value:
        raise Refused("a row a score is shaped row by row")
    return _Sheet(shaper, records).tables()


class _Sheet:
    """Some records, what is known of every row, and what the shaper has to remember of it."""

    def __init__(self, shaper: Shaper, records: Sequence[Record]) -> None:
        self.shaper, self.records = shaper, records
        self.mapping, self.size = shaper.mapping, len(records)
        self.columns = records.columns if isinstance(records, Plain) else _columns(records)
        models: list[Text] = [Same(None, self.size)] * 2
        if shaper.answers:
            models = [self.text("model"), self.text("revision")]
        self._runs([*models, self.text("dataset")])
        self.prompts = self.text("prompt")
        prompts = self.asked = plain.values(self.prompts)
        told = self.raw(self.mapping.item_id)
        self.item_ids = self.text("item_id", told)
        ids = plain.values(self.item_ids)
        if None in ids:
            both = zip(ids, prompts, strict=True)
            self.item_ids = ids = [shaper.identity(*row) for row in both]
        self.places = list(map(hash, zip(self.datasets, ids, strict=True)))
        self.spelled = shaper.spelled(self.places, ids, plain.values(told))
        self.fresh: Sequence[int] = range(self.size)
        if len(set(self.places)) < self.size or not shaper.prompts.keys().isdisjoint(self.places):
            first: dict[int, int] = {}
            for row, place in enumerate(self.places):
                first.setdefault(place, row)
            self.fresh = [row for place, row in first.items() if place not in shaper.prompts]
        self.first = {self.places[row]: hash(prompts[row]) for row in self.fresh}
        self.said = self.text("response")
        asked = self.whole("sample") if self.mapping.sample else None
        self.samples, self.remember = shaper.repeats.many(
            self.run_ids, ids, asked, plain.values(self.said)
        )

    def _runs(self, told: list[Text]) -> None:
        """The run and the data set of every row."""
        if all(isinstance(part, Same) for part in told):
            run = self.shaper.run((told[0][0], told[1][0], told[2][0]))
            self.runs = {run.run_id: run}
            self.run_ids: Text = Same(run.run_id, self.size)
            self.datasets: Text = Same(run.dataset, self.size)
            return
        runs = [self.shaper.run(row) for row in zip(*map(plain.values, told), strict=True)]
        self.runs = {run.run_id: run for run in runs}
        self.run_ids, self.datasets = [r.run_id for r in runs], [r.dataset for r in runs]

    def tables(self) -> list[tuple[str, Columns]]:
        """All rows. Where this succeeds, and only then, the shaper remembers them."""
        found: list[tuple[str, Columns]] = []
        if self.fresh:
            found.append(("items", self.items()))
        if self.shaper.answers:
            found += [("outputs", self.outputs()), *(("scores", s) for s in self.scores())]
            if self.mapping.steps:
                found.append(("steps", self.steps()))
        found += [("labels", labels) for labels in self.labels()]
        for run_id, run in self.runs.items():
            self.shaper.runs.setdefault(run_id, run)
        self.shaper.prompts.update(self.first)
        self.shaper.odd.update(self.spelled)
        self.remember()
        return found

    def raw(self, name: str, rows: Sequence[int] | None = None) -> Text:
        """The file's own values of a column, of some rows; None for all where it has no name."""
        whole = rows is None or len(rows) == self.size
        if not name:
            return Same(None, self.size if rows is None else len(rows))
        if self.columns is not None and ("." not in name or name in self.columns):
            column = self.columns.get(name)
            if column is None:
                return Same(None, self.size if rows is None else len(rows))
            return column if whole or rows is None else plain.some(column, rows)
        records = self.records if whole or rows is None else [self.records[row] for row in rows]
        return [pick(record, name) for record in records]

    def text(self, name: str, values: Text | None = None) -> Text:
        """One of our text columns, of the file's own `values` where they are at hand."""
        if values is None:
            values = self.raw(getattr(self.mapping, name))
        if name in self.shaper.fixed:
            return Same(self.shaper.fixed[name], len(values))
        return plain.texts(values, self.mapping.values.get(name))

    def whole(self, name: str) -> Text:
        """One of our columns of whole numbers."""
        values = plain.values(self.raw(getattr(self.mapping, name)))
        if isinstance(values, Same):
            return values
        if set(map(type, values)) == {int} and min(values) >= 0 and max(values) <= LARGEST:
            return values
        return [check.whole(value, name) for value in values]

    def items(self) -> Columns:
        """The prompts that stand here first."""
        m, rows = self.mapping, self.fresh
        kept: Columns = [self.datasets, self.item_ids, self.prompts]
        if len(rows) < self.size:
            kept = [plain.some(column, rows) for column in kept]
        choices = plain.values(self.raw(m.choices, rows))
        if m.choices:
            choices = [None if value is None else check.packed(value) for value in choices]
        tags: Text = Same([], len(rows))
        if m.tags or not self.shaper.answers:
            tags = [self.shaper.tags(self.records[row]) for row in rows]
        texts = [
            self.text(name, self.raw(getattr(m, name), rows)) for name in ("category", "target")
        ]
        flags = [self.flag(name) for name in ("answerable", "should_abstain")]
        return [*kept, *texts, choices, *flags, tags]

    def flag(self, name: str) -> Text:
        """One of our columns of true and false, of the prompts that stand here first."""
        values = self.raw(getattr(self.mapping, name), self.fresh)
        if isinstance(values, Same) or (isinstance(values, pa.Array) and values.type == pa.bool_()):
            return values
        return [check.flag(value, name) for value in plain.values(values)]

    def outputs(self) -> Columns:
        """The answers."""
        m = self.mapping
        logprobs: Text = Same(None, self.size)
        if m.options or m.option_logprobs:
            logprobs = [options.logprobs(record, m, pick) for record in self.records]
        return [
            self.run_ids, self.item_ids, self.samples, self.said, logprobs, self.text("finish"),
            self.whole("n_tokens"), self.meta(),
        ]  # fmt: skip

    def meta(self) -> Text:
        """What stands beside, with the prompt that was sent where the item has another."""
        sent = self.text("prompt_sent")
        if len(self.fresh) < self.size:
            known, first = self.shaper.prompts, self.first
            sent = [
                prompt if told is None and known.get(place, first.get(place)) != hash(prompt)
                else told
                for told, place, prompt in zip(
                    plain.values(sent), self.places, self.asked, strict=True
                )
            ]  # fmt: skip
        used, beside = self.shaper.used, self.shaper.beside
        rows: Iterable[Iterable[str]] = self.records if self.columns is None else [self.columns]
        if isinstance(self.records, Plain):
            rows = [self.records.held()]
        extra = not all(map(used.issuperset, rows))
        if not extra and isinstance(sent, Same) and sent.value is None:
            return Same(None, self.size)
        found = []
        records = self.records if extra else repeat({}, self.size)
        for record, prompt in zip(records, plain.values(sent), strict=True):
            more = beside(record) if extra else {}
            if prompt is not None:
                more["prompt"] = prompt
            found.append(check.packed(more) if more else None)
        return found

    def scores(self) -> Iterator[Columns]:
        """The scores, a judge at a time."""
        for dimension, scorer, column in self.shaper.judged:
            rows = self.having(column)
            if not rows:
                continue
            scale = self.mapping.scale(dimension)
            values = self.raw(column, rows)
            names = self.mapping.values.get(dimension)
            found = None if names else plain.scored(values, scale)
            values = plain.values(values)
            numbers: Text
            raw: Text
            if names:
                pairs = [
                    check.score(check.renamed(value, names), dimension, scale) for value in values
                ]
                numbers = [number for number, _ in pairs]
                raw = [check.text(v) or pair[1] for v, pair in zip(values, pairs, strict=True)]
            else:
                numbers, raw = found or check.scored(values, dimension, scale)
            same = [Same(value, len(rows)) for value in (dimension, scorer)]
            yield [*self.keys(rows), *same, numbers, raw, Same(scale.up, len(rows))]

    def having(self, column: str) -> Sequence[int]:
        """The rows that have this column, be it empty."""
        if "." in column:
            return range(self.size)
        if self.columns is not None:
            if column not in self.columns:
                return ()
            if not (isinstance(self.records, Plain) and plain.missing(self.columns[column])):
                return range(self.size)
        return [row for row, record in enumerate(self.records) if column in record]

    def steps(self) -> Columns:
        """The steps, as rows made one by one: there are many to a record."""
        keys = zip(*map(plain.values, self.keys(range(self.size))), strict=True)
        both = zip(self.records, keys, strict=True)
        rows = [row for record, key in both for row in self.shaper.steps(record, key)]
        return list(zip(*rows, strict=True)) or [()] * len(FIELDS["steps"])

    def labels(self) -> Iterator[Columns]:
        """The labels, a person at a time."""
        for field, people in self.mapping.labels.items():
            names = self.mapping.values.get(field, {})
            for person, column in people.items():
                found = [check.renamed(value, names) for value in plain.values(self.raw(column))]
                rows = [row for row, value in enumerate(found) if value is not None]
                same = [Same(value, len(rows)) for value in (person, field)]
                yield [*self.keys(rows), *same, [found[row] for row in rows]]

    def keys(self, rows: Sequence[int]) -> Columns:
        """Run, item and sample of some rows."""
        columns: Columns = [self.run_ids, self.item_ids, self.samples]
        return columns if len(rows) == self.size else [plain.some(c, rows) for c in columns]


def _columns(records: Sequence[Record]) -> dict[str, Text] | None:
    """The records turned, where all of them have the same keys in the same order."""
    if len(keys := set(map(tuple, records))) != 1:
        return None
    columns = zip(*(record.values() for record in records), strict=True)
    return dict(zip(keys.pop(), columns, strict=True))
