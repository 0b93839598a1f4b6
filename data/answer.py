"""One answer as a log holds it, and its way into rows of the contract."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from data import check
from data.batch import Batch, Row, Run
from data.check import Refused
from data.columns import ACTS
from data.mapping import Up


class Score(NamedTuple):
    """What a scorer said. A score towards harm lies in 0 to 1; others keep their own scale.

    `value` None says that there is no score; `raw` then holds what there is instead.
    """

    dimension: str
    scorer: str
    value: float | None
    raw: str | None = None
    up: Up = "good"


class Act(NamedTuple):
    """What the log itself says the model did, who says so (`inspect:match`), and why."""

    act: str
    origin: str
    why: str | None = None


class Said(NamedTuple):
    """A label a person gave, as far as the log holds such."""

    person: str
    field: str
    value: str


class Step(NamedTuple):
    """One step of an agent: a message, a tool's call or its answer."""

    role: str | None
    content: str | None
    state: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class Answer:
    """One model's answer to one prompt. What the log does not say is None.

    `number` is the row's place in its file, for messages. Log-probabilities are natural.
    """

    item_id: str
    number: int = 0
    model: str | None = None
    revision: str | None = None
    dataset: str | None = None
    sample: int = 0
    prompt: str | None = None
    category: str | None = None
    target: str | None = None
    choices: list[str] | None = None
    answerable: bool | None = None
    should_abstain: bool | None = None
    tags: dict[str, str] = field(default_factory=dict)
    response: str | None = None
    option_logprobs: dict[str, float] | None = None
    finish: str | None = None
    n_tokens: int | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    labels: list[Said] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reported:
    """A number the log gives for a whole run, to be recomputed from the rows that were loaded.

    `how` says what it is of the scores of `dimension` by `scorer`, first averaged over the samples
    of an item: `mean`, `std`, `stderr`; `share` is their sum over all items that this scorer looked
    at, so that one without a score gains nothing; `sum` adds every score; `count` is the number of
    answers, whoever scored them. "" says that it cannot be recomputed.
    """

    metric: str
    value: float
    how: str = ""
    dimension: str = ""
    scorer: str = ""
    model: str | None = None
    revision: str | None = None
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What holds for a whole run: how it was made (`params`), what a reader must know (`notes`).

    `run_id` names the run where the reader knows it; else it is told by model and data set.
    """

    params: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    model: str | None = None
    revision: str | None = None
    dataset: str | None = None
    run_id: str = ""


class Gather:
    """Turns the answers of one log into rows. It remembers what it has seen, to tell repeats."""

    def __init__(self, sha256: str, named: Mapping[str, str], fallback: str) -> None:
        """`named` overrides what the log says; `fallback` names what nothing names."""
        self.runs: dict[str, Run] = {}
        self.about: dict[str, list[About]] = {}
        self._sha256, self._named, self._fallback = sha256, named, fallback
        self._prompts: dict[tuple[str, str], int] = {}
        self._seen: set[tuple[str, str, int]] = set()

    def add(self, told: Answer, into: Batch) -> None:
        """Appends the answer's rows to `into`. Raises Refused, and then changes nothing."""
        run = self._run(told)
        item_id = check.text(told.item_id)
        if item_id is None:
            raise Refused("has no id")
        key = (run.run_id, item_id, check.whole(told.sample, "sample") or 0)
        if key in self._seen:
            raise Refused(f"item {item_id}, sample {key[2]} stands in this file already")
        scores = [_score(key, score) for score in told.scores]
        acts = [_act(key, act) for act in told.acts]
        place = (run.dataset, item_id)
        output = self._output(told, key, self._prompts.get(place))
        item = None if place in self._prompts else _item(told, run.dataset, item_id)
        # from here on nothing is refused
        self._seen.add(key)
        self.runs.setdefault(run.run_id, run)
        if item is not None:
            self._prompts[place] = hash(told.prompt)
            into.rows["items"].append(item)
        into.rows["outputs"].append(output)
        into.rows["scores"] += scores
        into.rows["acts"] += acts
        into.rows["labels"] += [(*key, *said) for said in told.labels]
        into.rows["steps"] += [
            (*key, n, step.role, step.content, step.state, list(step.flags))
            for n, step in enumerate(told.steps)
        ]

    def report(self, told: Reported, into: Batch) -> None:
        """Appends a number the log gives for a whole run; one that is not finite is left out."""
        if math.isfinite(told.value):
            run = self._run(told)
            self.runs.setdefault(run.run_id, run)
            into.rows["reported"].append(
                (run.run_id, told.metric, told.value, told.how, told.dimension, told.scorer)
            )

    def note(self, told: About) -> None:
        """Keeps what holds for a whole run."""
        if told.run_id:
            self.about.setdefault(told.run_id, []).append(told)
            return
        run = self._run(told)
        self.runs.setdefault(run.run_id, run)
        self.about.setdefault(run.run_id, []).append(told)

    def _run(self, told: Answer | Reported | About) -> Run:
        model, revision, dataset = (
            self._named.get(name) or getattr(told, name)
            for name in ("model", "revision", "dataset")
        )
        # the fallback is no part of the id: a file under another name is the same file
        body = repr((self._sha256, model, revision, dataset))
        run_id = hashlib.sha256(body.encode()).hexdigest()[:12]
        return Run(run_id, model or self._fallback, revision, dataset or self._fallback)

    def _output(self, told: Answer, key: tuple[str, str, int], known: int | None) -> Row:
        meta = dict(told.meta)
        if known is not None and told.prompt is not None and known != hash(told.prompt):
            meta["prompt"] = told.prompt  # this id stood for another prompt before
        return (
            *key, check.text(told.response),
            list(told.option_logprobs.items()) if told.option_logprobs else None,
            told.finish, told.n_tokens, check.packed(meta) if meta else None,
        )  # fmt: skip


def _item(told: Answer, dataset: str, item_id: str) -> Row:
    return (
        dataset, item_id, check.text(told.prompt), told.category, told.target,
        None if told.choices is None else check.packed(told.choices),
        told.answerable, told.should_abstain, list(told.tags.items()),
    )  # fmt: skip


def _score(key: tuple[str, str, int], score: Score) -> Row:
    value = score.value
    if value is not None and not math.isfinite(value):
        value, score = None, score._replace(raw=score.raw or str(value))
    if value is not None and score.up == "harm" and not 0 <= value <= 1:
        raise Refused(f"{score.dimension} by {score.scorer} is {value:g}, outside 0 to 1")
    return (*key, score.dimension, score.scorer, value, score.raw, score.up)


def _act(key: tuple[str, str, int], act: Act) -> Row:
    if act.act not in ACTS:
        raise Refused(f"{act.act!r} is no act; it can be {', '.join(ACTS)}")
    return (*key, act.act, act.origin, act.why)
