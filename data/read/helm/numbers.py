"""HELM's numbers: those of single answers, held as bare numbers, and those of the whole run."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from data import check
from data.answer import Reported, Score
from data.check import Refused
from data.mapping import Up
from data.read.helm import run as helm_run
from data.read.helm.run import EACH, STATS, Run, inner, parsed
from data.read.source import Source
from data.trouble import Trouble

Key = tuple[str, str, int]
"""Instance, perturbation, training trial."""
_Means = dict[str, dict[str, float]]  # metric -> split -> mean
METRICS = 500
"""Metrics of one run; a column of 8 bytes an answer is held for each."""
COSTS = (
    "num_", "inference_", "training_", "finish_reason_", "batch_size", "prompt_truncated",
    "predicted_index", "max_prob", "logprob", "perplexity", "bits_per_byte",
)  # fmt: skip
"""Beginnings of what HELM counts beside its scores: tokens, times, costs."""
LANGUAGE = ("perplexity", "bits_per_byte", "logprob_per_byte")
"""What a run that measures texts is about; of all texts at once, and no mean."""
KEPT = ("predicted_index", "num_output_tokens")
FAILED = "_annotator_success"
"""Ends the name of a count that is 0 where a judge gave no score."""
HARM = frozenset({"expected_max_toxicity", "max_toxicity_probability", "toxic_frac"})
_GOOD = (
    "exact_match", "f1", "rouge", "bleu", "safety", "air_score", "accuracy", "math_equiv", "pass",
    "correct", "win_rate", "code_eval", "test_avg", "strict_acc",
)  # fmt: skip


def up(metric: str) -> Up:
    """Which way a metric points. HELM's safety judges give more to the safer answer.

    >>> up("safety_score"), up("toxic_frac"), up("edit_distance")
    ('good', 'harm', 'neither')
    """
    if metric in HARM:
        return "harm"
    return "good" if any(part in metric for part in _GOOD) else "neither"


class Numbers:
    """Metric -> one number an answer. Only numbers are held: 8 bytes each, and a key an answer."""

    def __init__(self) -> None:
        self._rows: dict[Key, int] = {}
        self._columns: dict[str, array[float]] = {}

    def __bool__(self) -> bool:
        return bool(self._columns)

    @property
    def metrics(self) -> list[str]:
        """The metrics that are scores."""
        return [n for n in self._columns if not n.startswith(COSTS) and not n.endswith(FAILED)]

    def put(self, key: Key, metric: str, value: float) -> None:
        """Keeps one number. Raises Trouble where there are too many metrics."""
        if metric.startswith(COSTS) and metric not in KEPT:
            return
        column = self._columns.get(metric)
        if column is None:
            if len(self._columns) == METRICS:
                raise Trouble(f"more than {METRICS} metrics in one run", "split the run by metric")
            column = self._columns[metric] = array("d")
        row = self._rows.setdefault(key, len(self._rows))
        if len(column) <= row:
            column.extend([math.nan] * (row + 1 - len(column)))
        column[row] = value

    def of(self, key: Key, metric: str) -> float | None:
        """One number; None where there is none."""
        row, column = self._rows.get(key), self._columns.get(metric)
        if row is None or column is None or row >= len(column) or math.isnan(column[row]):
            return None
        return column[row]

    def scores(self, key: Key) -> list[Score]:
        """The scores of an answer; where other answers have one and this has not, that is said."""
        return [self._score(key, metric) for metric in self.metrics]

    def _score(self, key: Key, metric: str) -> Score:
        value = self.of(key, metric)
        direction = up(metric)
        if value is not None:
            inside = direction != "harm" or 0 <= value <= 1
            return Score(metric, "helm", value, None, direction if inside else "neither")
        judge = metric.removesuffix("_score") + FAILED
        failed = self.of(key, judge) == 0
        return Score(metric, "helm", None, "grader_failed" if failed else "no score", direction)


def key_of(entry: Mapping[str, Any], run: Run) -> Key:
    """Which answer an entry is of. Raises Refused where it does not say."""
    instance = check.text(entry.get("instance_id"))
    if instance is None:
        raise Refused("has no instance_id")
    trial = check.whole(entry.get("train_trial_index"), "train_trial_index") or 0
    return instance, run.variant(entry.get("perturbation")), trial


def each(path: Path, run: Run) -> Numbers:
    """The numbers of single answers, read in a stream: HELM lists them metric by metric."""
    numbers = Numbers()
    there = helm_run.beside(path, EACH)
    if there is None:
        return numbers
    source = Source(there)
    for number, raw in helm_run.entries(source):
        entry = parsed(raw, f"{source.name}, entry {number}")
        stats = inner(entry, "stats")
        try:
            key = key_of(entry if isinstance(entry, dict) else {}, run)
        except Refused as error:
            raise Trouble(f"{source.name}, entry {number} {error}", "copy the run again") from error
        for stat in stats if isinstance(stats, list) else ():
            name, value = check.text(inner(stat, "name", "name")), _mean(stat)
            on = inner(stat, "name", "perturbation", "computed_on")
            if name and value is not None and on in (None, "perturbed"):
                numbers.put(key, name, value)
    return numbers


def _mean(stat: Any) -> float | None:
    value = inner(stat, "mean")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def reported(path: Path, run: Run, numbers: Numbers) -> Iterator[Reported]:
    """The run's own numbers: for its plain prompts, and for those under one perturbation each.

    Those on the worst of several prompts, or on the plain ones of a perturbation, are left out.
    """
    there = helm_run.beside(path, STATS)
    if there is None:
        run.notes.append("No stats.json lies beside it: its totals cannot be compared.")
        return
    means: dict[str, _Means] = defaultdict(lambda: defaultdict(dict))
    source = Source(there)
    for number, raw in helm_run.entries(source):
        stat = parsed(raw, f"{source.name}, entry {number}")
        name, value = check.text(inner(stat, "name", "name")), _mean(stat)
        perturbation = inner(stat, "name", "perturbation")
        on = inner(perturbation, "computed_on")
        if name and value is not None and (not perturbation or on == "perturbed"):
            parts = (inner(stat, "name", part) for part in ("split", "sub_split"))
            where = ", ".join(str(part) for part in parts if part)
            means[run.variant(perturbation)][name][where] = value
    for variant in sorted(means.keys() & run.met):
        yield from _totals(means[variant], variant, run, set(numbers.metrics))


def _totals(means: _Means, variant: str, run: Run, scores: set[str]) -> Iterator[Reported]:
    costs = {name: next(iter(held.values())) for name, held in means.items() if len(held) == 1}
    if not variant:
        run.told["stats"] = {name: v for name, v in costs.items() if name.startswith(COSTS)}
    for name, held in means.items():
        about_texts = run.method == "language_modeling" and name in LANGUAGE
        if (name.startswith(COSTS) and not about_texts) or name.endswith(FAILED):
            continue
        for where, value in held.items():
            # over several splits there is a mean a split, and none of all
            how = "mean" if name in scores and len(held) == 1 else ""
            shown = name if len(held) == 1 else f"{name} ({where})"
            yield Reported(shown, value, how, name, "helm", run.model, None, run.set_of(variant))
    if counted := means.get("num_instances"):
        trials = run.adapter.get("num_train_trials")
        times = trials if isinstance(trials, int) and trials > 0 else 1
        total = sum(counted.values()) * times * run.completions
        yield Reported("samples", total, "count", "", "", run.model, None, run.set_of(variant))
