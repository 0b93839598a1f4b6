"""The head of an Inspect log: which model and task, how it was run, the log's own numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from data.answer import About, Answer, Reported
from data.read.inspect.score import CORRECT, Tallies, Tally
from data.read.inspect.text import entries, short, table

SAID = ("task", "task_version", "task_id", "task_file", "eval_id", "run_id", "eval_set_id",
        "created", "solver", "solver_args", "model_args", "model_roles", "model_generate_config",
        "config", "revision", "packages", "tags", "metadata")  # fmt: skip
"""What of `eval` is kept of a run."""
LONGEST = 80
"""Characters the arguments of a task may add to the name of its data set."""
HOW = {"accuracy": "mean", "mean": "mean", "std": "std", "stderr": "stderr"}
ALONE = ("mean", "median", "mode", "max")
"""Ways to reduce the epochs of an item that change nothing where it has one epoch."""
STATUS = {
    "started": "the log is unfinished: what it held when it was copied was read",
    "cancelled": "the run was cancelled: the log holds what was done by then",
    "error": "the run broke off with an error",
}


@dataclass(slots=True)
class Head:
    """What holds for the whole log, as far as it was read. `told` are its members by name."""

    told: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        spec = self.spec
        self.model = short(spec.get("model")) or None
        self.revision = short(table(spec.get("model_args")).get("revision")) or None
        self.dataset = _dataset(spec)

    model: str | None = field(init=False)
    revision: str | None = field(init=False)
    dataset: str | None = field(init=False)

    @property
    def spec(self) -> dict[str, Any]:
        """The member `eval`."""
        return table(self.told.get("eval"))

    def name(self, told: Answer) -> Answer:
        """Gives the answer its run."""
        told.model, told.revision, told.dataset = self.model, self.revision, self.dataset
        return told

    def accurate(self) -> tuple[str, ...]:
        """The scorers whose scores the log counts by accuracy: they say correct or incorrect."""
        counted = [
            _plain(scorer)
            for scorer in map(table, entries(self.spec.get("scorers")))
            if any(_plain(metric) == "accuracy" for metric in entries(scorer.get("metrics")))
        ]
        for score in map(table, entries(table(self.told.get("results")).get("scores"))):
            name, scorer = short(score.get("name")), short(score.get("scorer"))
            # a score under another name than its scorer's is one key of what the scorer gives
            if "accuracy" in table(score.get("metrics")) and _bare(name) == _bare(scorer or name):
                counted.append(name)
        return tuple(dict.fromkeys(filter(None, counted)))

    def about(self) -> About:
        """What is kept of the run beside its rows."""
        spec, plan = self.spec, table(self.told.get("plan"))
        params = {key: spec[key] for key in SAID if spec.get(key)}
        params["task_args"] = _args(spec)
        params["dataset"] = {
            key: value
            for key, value in table(spec.get("dataset")).items()
            if key != "sample_ids"  # one entry a sample
        }
        steps = entries(plan.get("steps"))
        params["solvers"] = [short(table(step).get("solver")) for step in steps]
        params["generate"] = plan.get("config")
        params["status"] = self.told.get("status")
        params["version"] = self.told.get("version")
        kept = {key: value for key, value in params.items() if value not in (None, {}, [], "")}
        return About(kept, tuple(self._notes()), self.model, self.revision, self.dataset)

    def reported(self, tallies: Tallies, errors: int, epochs: int) -> Iterator[Reported]:
        """The log's own numbers; `errors` samples broke off, items have up to `epochs` epochs."""
        results = table(self.told.get("results"))
        for key in ("logged", "completed", "total"):
            n = results.get(f"{key}_samples")
            if isinstance(n, int) and not isinstance(n, bool):
                # what broke off is stored too, and not counted as completed
                yield self._number("samples", n + errors * (key == "completed"), "count")
                break
        scores = [table(score) for score in entries(results.get("scores"))]
        if not scores and results.get("metrics"):  # the oldest logs
            named = table(results.get("scorer")).get("name") or results.get("scorer")
            scores = [{"name": named, "metrics": results["metrics"]}]
        several = len({short(score.get("name")) for score in scores}) > 1
        for score in scores:
            yield from self._metrics(score, tallies, epochs, several)

    def _metrics(
        self, score: dict[str, Any], tallies: Tallies, epochs: int, several: bool
    ) -> Iterator[Reported]:
        name, scorer = short(score.get("name")), short(score.get("scorer"))
        dimension, by = _place(name, scorer, tallies)
        reducer = short(score.get("reducer"))
        fair = _same(reducer, epochs, self.spec)
        tally = tallies.by.get((by, dimension), Tally())
        for key, metric in table(score.get("metrics")).items():
            held = table(metric) or {"value": metric}
            value = held.get("value")
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            how = _how(held, key, tally, epochs) if dimension and fair else ""
            label = f"{short(held['group'])} {key}" if held.get("group") else key
            label += f" of {name}" if several and name else ""
            label += f" ({reducer})" if reducer and reducer != "mean" else ""
            yield self._number(label, value, how, dimension or name, by or scorer)

    def _number(
        self, metric: str, value: float, how: str, dimension: str = "", scorer: str = ""
    ) -> Reported:
        run = (self.model, self.revision, self.dataset)
        return Reported(metric, _float(value), how, dimension, scorer, *run)

    def _notes(self) -> Iterator[str]:
        status = short(self.told.get("status"))
        if note := STATUS.get(status):
            message = table(self.told.get("error")).get("message")
            yield f"{note}: {short(message)}" if status == "error" and message else note
        if self.told.get("invalidated"):
            yield "the log is marked as invalidated: some of its samples do not count"
        yield from self.notes


def _plain(metric: Any) -> str:
    """`accuracy` of `inspect_ai/accuracy`, however the log tells a metric."""
    return short(table(metric).get("name") or metric).rpartition("/")[2]


def _bare(scorer: str) -> str:
    """A scorer's name without the number that tells it from another of that name."""
    return scorer.rstrip("0123456789")


def _args(spec: dict[str, Any]) -> dict[str, Any]:
    """The arguments a person gave the task; older logs do not tell them from its defaults."""
    given = spec.get("task_args_passed")
    return table(spec.get("task_args") if given is None else given)


def _dataset(spec: dict[str, Any]) -> str | None:
    """The task and the arguments it was given: what makes an id mean one prompt.

    The data set's own name would not do: two tasks count their samples from 1 over one data set,
    as arc_easy and arc_challenge do, and so does one task with two values of an argument.
    """
    task = short(spec.get("task")) or short(table(spec.get("dataset")).get("name"))
    if not task:
        return None
    given = ", ".join(f"{key}={short(value)}" for key, value in sorted(_args(spec).items()))
    if len(given) > LONGEST:
        given = f"arguments {hashlib.sha256(given.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return f"{task} ({given})" if given else task


def _place(name: str, scorer: str, tallies: Tallies) -> tuple[str, str]:
    """(dimension, scorer) of the scores that a result is about; blanks where there is no one."""
    if all(by not in (name, scorer) for by, _ in tallies.by):  # no sample was scored
        return CORRECT if name in tallies.accurate else name, name
    alone = [dimension for by, dimension in tallies.by if by == name]
    if (scorer, name) in tallies.by:
        return name, scorer
    if len(alone) == 1 and alone[0] in (CORRECT, name):
        return alone[0], name
    return "", ""


def _same(reducer: str, epochs: int, spec: dict[str, Any]) -> bool:
    """Whether the log's numbers are over the mean of each item's epochs."""
    if epochs <= 1:
        return not reducer or reducer in ALONE
    reducers = table(spec.get("config")).get("epochs_reducer")
    return reducer == "mean" or (not reducer and reducers in (None, ["mean"]))


def _how(metric: dict[str, Any], key: str, tally: Tally, epochs: int) -> str:
    """How a metric can be recomputed. Inspect counts an answer without a verdict (`N`) as 0."""
    how = HOW.get(_plain(metric.get("name") or key), "")
    custom = any(value is not None for value in table(metric.get("params")).values())
    if metric.get("group") or custom:
        return ""
    if tally.nothing:
        return "share" if how == "mean" and epochs <= 1 and not tally.left_out else ""
    return how


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number beyond any float
        return float("inf")
