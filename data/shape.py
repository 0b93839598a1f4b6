"""A mapping at work: a source record becomes rows of the contract, or is refused with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Table
from typing import Any

import orjson

from data import check, options
from data.batch import Batch, Run
from data.check import Refused
from data.mapping import Mapping, Scale

Record = Table[str, Any]
NO_SCALE = Scale()
NEUTRAL = Scale(up="neither")
NOT_HARM = ("refusal", "abstention", "correct", "correctness", "accuracy", "quality", "helpfulness")


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
        """`named` overrides the file's model, dataset, revision; `fallback` names what nothing names."""
        self.mapping = mapping
        self.sha256 = sha256
        self.named = named
        self.fallback = fallback
        self.runs: dict[str, Run] = {}
        self._prompts: dict[tuple[str, str], int] = {}
        self._answers: dict[tuple[str, str], list[int]] = {}
        self._judged = mapping.judged()
        self._used = {source.partition(".")[0] for source in mapping.sources()}

    def add(self, record: Record, into: Batch) -> None:
        """Appends the record's rows to `into`. Raises Refused, and then appends nothing."""
        fresh = Batch()
        run = self._run(record)
        item = self._item(record, run, fresh)
        self._output(record, run, item, fresh)
        for table, rows in fresh.rows.items():
            into.rows[table].extend(rows)

    def _text(self, record: Record, name: str) -> str | None:
        found = pick(record, getattr(self.mapping, name))
        names = self.mapping.values.get(name)
        return check.renamed(found, names) if names else check.text(found)

    def _name(self, record: Record, name: str) -> str | None:
        return self.named.get(name) or self._text(record, name)

    def _run(self, record: Record) -> Run:
        answers = self._answers_here()
        model = (self._name(record, "model") or self.fallback) if answers else None
        revision = self._name(record, "revision") if answers else None
        dataset = self._name(record, "dataset") or self.fallback
        body = f"{self.sha256}|{model}|{revision}|{dataset}|{self.mapping.digest}"
        run = Run(hashlib.sha256(body.encode()).hexdigest()[:12], model, revision, dataset)
        return self.runs.setdefault(run.run_id, run)

    def _answers_here(self) -> bool:
        m = self.mapping
        return bool(m.response or m.option_logprobs or m.options or m.steps or m.scores or m.value)

    def _item(self, record: Record, run: Run, into: Batch) -> str:
        prompt = self._text(record, "prompt")
        item_id = self._text(record, "item_id")
        if item_id is None and prompt is None:
            raise Refused("has neither an id nor a prompt")
        item_id = item_id or hashlib.sha256((prompt or "").encode()).hexdigest()[:12]
        key = (run.dataset, item_id)
        if key not in self._prompts:
            tags = {n: check.renamed(pick(record, c), self.mapping.values.get(n, {}))
                    for n, c in self.mapping.tags.items()}  # fmt: skip
            if not self._answers_here():
                tags |= {name: check.text(value) for name, value in self._beside(record).items()}
            choices = pick(record, self.mapping.choices)
            into.rows["items"].append((
                run.dataset, item_id, prompt, self._text(record, "category"),
                self._text(record, "target"),
                None if choices is None else orjson.dumps(choices, default=str).decode(),
                check.flag(pick(record, self.mapping.answerable), "answerable"),
                check.flag(pick(record, self.mapping.should_abstain), "should_abstain"),
                [(name, value) for name, value in tags.items() if value is not None],
            ))  # fmt: skip
            self._prompts[key] = hash(prompt)
        return item_id

    def _output(self, record: Record, run: Run, item_id: str, into: Batch) -> None:
        response = self._text(record, "response")
        if self._answers_here():
            sample, seen = self._sample(record, run, item_id, response)
            if not seen:
                into.rows["outputs"].append((
                    run.run_id, item_id, sample, response,
                    options.logprobs(record, self.mapping, pick),
                    self._text(record, "finish"),
                    check.whole(pick(record, self.mapping.n_tokens), "n_tokens"),
                    self._meta(record, run, item_id),
                ))  # fmt: skip
                self._steps(record, (run.run_id, item_id, sample), into)
            self._scores(record, (run.run_id, item_id, sample), into)
        else:
            sample = 0
            self._sample(record, run, item_id, item_id)
        self._labels(record, (run.run_id, item_id, sample), into)

    def _sample(self, record: Record, run: Run, item_id: str, said: str | None) -> tuple[int, bool]:
        """Which answer to this prompt this is, and whether it has been seen (a row per score)."""
        seen = self._answers.setdefault((run.run_id, item_id), [])
        answer = hash(said)
        if self.mapping.sample:
            sample = check.whole(pick(record, self.mapping.sample), "sample") or 0
            mark = hash((sample, answer))
            if mark in seen and not self.mapping.value:
                raise Refused(f"item {item_id}, sample {sample} stands in this file already")
            again = mark in seen
            if not again:
                seen.append(mark)
            return sample, again
        if answer in seen:
            if not self.mapping.value:
                raise Refused(f"item {item_id} stands in this file already, with the same answer")
            return seen.index(answer), True
        seen.append(answer)
        return len(seen) - 1, False

    def _scores(self, record: Record, key: tuple[str, str, int], into: Batch) -> None:
        if self.mapping.value:
            dimension = check.text(pick(record, self.mapping.dimension)) or self.mapping.value
            scorer = check.text(pick(record, self.mapping.scorer)) or "file"
            self._score(record, dimension, scorer, self.mapping.value, key, into)
        for dimension, judges in self._judged.items():
            for scorer, column in judges.items():
                if column in record or "." in column:
                    self._score(record, dimension, scorer, column, key, into)

    def _score(self, record: Record, dimension: str, scorer: str, column: str,
               key: tuple[str, str, int], into: Batch) -> None:  # fmt: skip
        scale = self.mapping.scales.get(dimension, NEUTRAL if dimension in NOT_HARM else NO_SCALE)
        source = pick(record, column)
        names = self.mapping.values.get(dimension)
        value, raw = check.score(
            check.renamed(source, names) if names else source, dimension, scale
        )
        into.rows["scores"].append(
            (*key, dimension, scorer, value, check.text(source) or raw, scale.up)
        )

    def _labels(self, record: Record, key: tuple[str, str, int], into: Batch) -> None:
        for field, people in self.mapping.labels.items():
            names = self.mapping.values.get(field, {})
            for person, column in people.items():
                value = check.renamed(pick(record, column), names)
                if value is not None:
                    into.rows["labels"].append((*key, person, field, value))

    def _steps(self, record: Record, key: tuple[str, str, int], into: Batch) -> None:
        steps = pick(record, self.mapping.steps)
        if steps is None:
            return
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise Refused("steps is not a list of objects")
        for place, step in enumerate(steps):
            flags = step.get("flags") or []
            into.rows["steps"].append((
                *key, place, check.text(step.get("role")), check.text(step.get("content")),
                check.text(step.get("state")), [str(f) for f in flags],
            ))  # fmt: skip

    def _beside(self, record: Record) -> dict[str, Any]:
        return {
            n: v for n, v in record.items() if n not in self._used and check.text(v) is not None
        }

    def _meta(self, record: Record, run: Run, item_id: str) -> str | None:
        beside = self._beside(record)
        sent = check.text(pick(record, self.mapping.prompt_sent))
        if sent is None and self._prompts[run.dataset, item_id] != hash(
            self._text(record, "prompt")
        ):
            sent = self._text(record, "prompt")
        if sent is not None:
            beside["prompt"] = sent
        return orjson.dumps(beside, default=str).decode() if beside else None
