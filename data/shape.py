"""A mapping at work: a source record becomes rows of the contract, or is refused with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Table
from typing import Any

from data import check, options
from data.batch import Batch, Row, Run
from data.check import Refused
from data.mapping import Mapping
from data.repeats import Repeats

Record = Table[str, Any]
Key = tuple[str, str, int]
Told = tuple[str | None, str | None, str | None]
"""Model, revision and data set, as far as a row tells them."""
Getter = Callable[[Record], Any]
TEXTS = ("model", "revision", "dataset", "item_id", "prompt", "prompt_sent", "category", "target",
         "response", "finish", "dimension", "scorer")  # fmt: skip


def pick(record: Record, name: str) -> Any:
    """The value under `name`, or under its dotted path; None where there is none.

    >>> pick({"a": {"b": 3}}, "a.b"), pick({"a.b": 2}, "a.b"), pick({}, "a.b")
    (3, 2, None)
    """
    if name in record or "." not in name:
        return record.get(name) if name else None
    found: Any = record
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


class Shaper:
    """Turns the records of one file into rows. It remembers what it has seen, to tell repeats."""

    def __init__(
        self, mapping: Mapping, sha256: str, named: Table[str, str], fallback: str
    ) -> None:
        """`named` overrides the file's columns; `fallback` names what nothing names."""
        m = self.mapping = mapping
        self.sha256, self.fallback = sha256, fallback
        self.runs: dict[str, Run] = {}
        self._known: dict[Told, Run] = {}
        self.prompts: dict[int, int] = {}
        self.textual: bool | None = None
        self.odd: set[int] = set()
        self.repeats = Repeats(by_sample=bool(m.sample), scores=bool(m.value))
        self.judged = [(d, s, c) for d, by in m.judged().items() for s, c in by.items()]
        self.used = {source.partition(".")[0] for source in m.sources()}
        self.fixed = {n: named.get(n) or None for n in TEXTS if named.get(n) or not getattr(m, n)}
        self._get = {name: _getter(m, name, named.get(name)) for name in TEXTS}
        self.answers = bool(
            m.response or m.option_logprobs or m.options or m.steps or m.scores or m.value
        )

    def add(self, record: Record, into: Batch) -> None:
        """Appends the record's rows to `into`. Raises Refused, and then changes nothing."""
        run = self.run(self._told(record))
        prompt = self._get["prompt"](record)
        item_id = self._get["item_id"](record)
        if item_id is None:
            item_id = self.identity(item_id, prompt)
        place = hash((run.dataset, item_id))
        odd = self.spelled([place], [item_id], [pick(record, self.mapping.item_id)])
        item = None if place in self.prompts else self._item(record, run, item_id, prompt)
        said = self._get["response"](record)
        asked = check.whole(pick(record, self.mapping.sample), "sample")
        mark, again = self.repeats.place(run.run_id, item_id, asked, said)
        key = (run.run_id, item_id, mark.sample)
        output, steps, scores = None, [], []
        if self.answers:
            scores = list(self._scores(record, key))
            if not again:
                output = self._output(record, key, said, prompt, place)
                steps = list(self.steps(record, key))
        labels = list(self._labels(record, key))
        self.repeats.keep(mark, scores)
        # from here on nothing is refused
        self.runs.setdefault(run.run_id, run)
        rows = into.rows
        if item is not None:
            self.prompts[place] = hash(prompt)
            self.odd |= odd
            rows["items"].append(item)
        if output is not None:
            rows["outputs"].append(output)
        rows["scores"].extend(scores)
        rows["steps"].extend(steps)
        rows["labels"].extend(labels)

    def _told(self, record: Record) -> Told:
        get = self._get
        models = (get["model"](record), get["revision"](record)) if self.answers else (None, None)
        return (*models, get["dataset"](record))

    def run(self, told: Told) -> Run:
        """The run that a row with this model, revision and data set belongs to."""
        if told not in self._known:
            model, revision, dataset = told
            # the fallback is no part of the id: a file under another name is the same file
            body = repr((self.sha256, *told, self.mapping.digest))
            run_id = hashlib.sha256(body.encode()).hexdigest()[:12]
            if self.answers and model is None:
                model = self.fallback
            self._known[told] = Run(run_id, model, revision, dataset or self.fallback)
        return self._known[told]

    def identity(self, item_id: str | None, prompt: str | None) -> str:
        """The id of an item, made of its prompt where it has none. Refused without either."""
        if item_id is not None:
            return item_id
        if prompt is None:
            raise Refused("has neither an id nor a prompt")
        return hashlib.sha256(prompt.encode()).hexdigest()[:12]

    def spelled(
        self, places: Sequence[int], item_ids: Sequence[str], raw: Sequence[Any]
    ) -> set[int]:
        """The places of ids that are text where the others are none, or the other way round.

        Raises Refused where one id stands there as text and as none: 1 and "1" may be two; and for
        a number so long that its last digits are lost, since others become the same.
        """
        types = set(map(type, raw))
        if float in types:
            check.exact(raw)
        kinds = {kind is str for kind in types if kind is not type(None)}
        if self.textual is None and kinds:
            self.textual = next(isinstance(value, str) for value in raw if value is not None)
        if kinds <= {self.textual} and not self.odd:
            return set()
        held = zip(places, item_ids, raw, strict=True)
        told = [(p, i, isinstance(value, str)) for p, i, value in held if value is not None]
        odd = {place for place, _, text in told if text != self.textual} | self.odd
        for place, item_id, text in told:
            usual = text == self.textual
            if place in odd if usual else place in self.prompts and place not in self.odd:
                raise Refused(
                    f"id {item_id} is text in one row of this file and no text in another: "
                    "these may be two"
                )
        return odd - self.odd

    def _item(self, record: Record, run: Run, item_id: str, prompt: str | None) -> Row:
        m = self.mapping
        choices = pick(record, m.choices)
        return (
            run.dataset, item_id, prompt, self._get["category"](record),
            self._get["target"](record), None if choices is None else check.packed(choices),
            check.flag(pick(record, m.answerable), "answerable"),
            check.flag(pick(record, m.should_abstain), "should_abstain"),
            self.tags(record),
        )  # fmt: skip

    def tags(self, record: Record) -> list[tuple[str, str]]:
        """What is filed of a prompt by name; without answers, also what nothing else names."""
        m = self.mapping
        tags = {n: check.renamed(pick(record, c), m.values.get(n, {})) for n, c in m.tags.items()}
        if not self.answers:
            tags |= {name: check.text(value) for name, value in self.beside(record).items()}
        return [(name, value) for name, value in tags.items() if value is not None]

    def _output(
        self, record: Record, key: Key, said: str | None, prompt: str | None, place: int
    ) -> Row:
        beside = self.beside(record)
        sent = self._get["prompt_sent"](record)
        if sent is None and self.prompts.get(place, hash(prompt)) != hash(prompt):
            sent = prompt  # this id stood for another prompt before: the answer keeps its own
        if sent is not None:
            beside["prompt"] = sent
        return (
            *key, said, options.logprobs(record, self.mapping, pick), self._get["finish"](record),
            check.whole(pick(record, self.mapping.n_tokens), "n_tokens"),
            check.packed(beside) if beside else None,
        )  # fmt: skip

    def _scores(self, record: Record, key: Key) -> Iterator[Row]:
        if self.mapping.value:
            dimension = self._get["dimension"](record) or self.mapping.value
            scorer = self._get["scorer"](record) or "file"
            yield self._score(record, dimension, scorer, self.mapping.value, key)
        for dimension, scorer, column in self.judged:
            if column in record or "." in column:
                yield self._score(record, dimension, scorer, column, key)

    def _score(self, record: Record, dimension: str, scorer: str, column: str, key: Key) -> Row:
        scale = self.mapping.scale(dimension)
        source = pick(record, column)
        names = self.mapping.values.get(dimension)
        value, raw = check.score(
            check.renamed(source, names) if names else source, dimension, scale
        )
        return (*key, dimension, scorer, value, check.text(source) or raw, scale.up)

    def _labels(self, record: Record, key: Key) -> Iterator[Row]:
        for field, people in self.mapping.labels.items():
            names = self.mapping.values.get(field, {})
            for person, column in people.items():
                value = check.renamed(pick(record, column), names)
                if value is not None:
                    yield (*key, person, field, value)

    def steps(self, record: Record, key: Key) -> Iterator[Row]:
        """The steps of one record, as rows."""
        steps = pick(record, self.mapping.steps)
        if steps is None:
            return
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise Refused("steps is not a list of objects")
        for place, step in enumerate(steps):
            flags = step.get("flags")
            told = flags if isinstance(flags, list) else [] if flags is None else [flags]
            yield (
                *key, place, check.text(step.get("role")), check.text(step.get("content")),
                check.text(step.get("state")), [check.text(flag) for flag in told],
            )  # fmt: skip

    def beside(self, record: Record) -> dict[str, Any]:
        """The columns nothing names, where they hold something."""
        return {
            name: value
            for name, value in record.items()
            if name not in self.used
            and value is not None
            and not (isinstance(value, str) and (not value or value.isspace()))
            and value == value
        }


def _getter(mapping: Mapping, name: str, fixed: str | None) -> Getter:
    """How the text of one of our columns is found in a record."""
    column: str = getattr(mapping, name)
    names = mapping.values.get(name)
    if fixed or not column:
        return lambda _: fixed or None
    if names:
        return lambda record: check.renamed(pick(record, column), names)
    if "." in column:
        return lambda record: check.text(pick(record, column))
    return lambda record: check.text(record.get(column))
