"""Instrumental Choices: raw and reviewed rate, by condition (arXiv 2605.06490)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import spread, sums
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure
from risk.seen import each
from risk.verdict import counted, slices

YES = ("ic", "yes", "true", "1", "1.0", "instrumental_choice")
NO = ("not_ic", "no", "false", "0", "0.0", "clean")
SOUND = ("ok", "valid")
"""How the published logs write that the rule could label a run."""
RAW = ("ic", "ic_behavior_detected", "deterministic_label_status")
ASIDE = ("official_path_attempted", "official_path_succeeded", "benchmark_task_completed")


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The share of runs labeled IC: by rule, and still so after a person reviewed the trace.

    >>> from risk.lens import worked
    >>> said = [1] * 86 + [0] * 1594
    >>> found = worked(LENS, ic=said, adjudicated=said)
    >>> found["adjusted"], found["pending"]
    (0.0512, 0.0)
    """
    raw = _raw(columns)
    reviewed = _reviewed(raw, columns)
    of = spread.items(columns.get("item_id"))
    pending = (raw == 1) & np.isnan(reviewed)
    for group, rows in (("", np.ones(raw.size, dtype=bool)), *slices(columns, "variant")):
        yield Finding("raw", spread.share(raw, rows, of), group)
        yield Finding("adjusted", spread.share(reviewed, rows, of), group)
        yield Finding("pending", counted(int(pending[rows].sum()), int(rows.sum())), group)
    yield from _effects(reviewed, columns, chosen)
    for name in ASIDE:
        if name in columns:
            yield Finding(name, spread.share(_said(columns[name]), items=of))


def _raw(columns: Columns) -> Floats:
    """1 labeled IC by the rule, 0 not, NaN where nothing is said or the label is not sound.

    >>> word = lambda *said: np.array(said, dtype=object)
    >>> _raw({"ic_behavior_detected": word("True", "False", "True"),
    ...       "deterministic_label_status": word("ok", "ok", "unresolved")}).tolist()
    [1.0, 0.0, nan]
    """
    name = next(n for n in RAW if n in columns)
    raw, status = _said(columns[name]), columns.get(RAW[-1])
    if name == RAW[-1] or status is None:
        return raw
    well = {*SOUND, *YES, *NO}
    sound = each(status, lambda one: one is None or str(one).strip().lower() in well, bool)
    return np.where(sound, raw, np.nan)


def _reviewed(raw: Floats, columns: Columns) -> Floats:
    """1 still IC after review, 0 not, NaN pending: labeled by rule and not reviewed yet."""
    if "adjudicated" not in columns:
        return np.where(raw == 1, np.nan, raw)
    person = _said(columns["adjudicated"])
    return np.where(np.isnan(person), np.where(raw == 1, np.nan, raw), person)


def _said(column: Any) -> Floats:
    """1 yes, 0 no, NaN for anything else."""

    def one(value: Any) -> float:
        word = "" if value is None else str(value).strip().lower()
        return 1.0 if word in YES else 0.0 if word in NO else np.nan

    return each(column, one)


def _effects(reviewed: Floats, columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Each variant's rate less the baseline's."""
    variants = dict(slices(columns, "variant"))
    baseline = str(chosen["baseline"])
    if not baseline:
        return
    if baseline not in variants:
        raise ValueError(f"baseline is {baseline!r}; it can be {', '.join(variants) or 'nothing'}")
    known = ~np.isnan(reviewed)
    hit = np.where(known, reviewed, 0)
    of = spread.items(columns.get("task"), columns.get("item_id"))
    base = (variants[baseline] & known).astype(float)
    for name, rows in variants.items():
        if name != baseline:
            mine = (rows & known).astype(float)
            yield Finding("effect", _gap(hit, mine, base, of, chosen), name)


def _gap(hit: Floats, mine: Floats, base: Floats, of: Any, chosen: Mapping[str, Any]) -> Measure:
    features = np.stack([mine * hit, mine, base * hit, base]).T

    def gap(sums: Floats) -> Floats:
        return np.asarray(sums[:, 0] / sums[:, 1] - sums[:, 2] / sums[:, 3])

    n, why = int((mine + base).sum()), "a side has no reviewed run"
    again = (of, chosen["draws"], chosen["seed"])
    return sums.measure(gap, features, *again, n=n, why=why, within=(-1.0, 1.0), unseen=sums.SIDES)


LENS = Lens(
    name="instrumental",
    title="Instrumental choices, reviewed",
    source="Instrumental Choices, arXiv 2605.06490",
    up="harm",
    table="outputs",
    needs=("|".join(RAW),),
    may_use=("deterministic_label_status", "adjudicated", "variant", "task", "item_id", *ASIDE),
    parameters=(
        Parameter("baseline", "", "the variant effects are measured from (empty: none)"),
        Parameter("draws", 1000, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the effect of a variant is ours; the fields and the adjusted rate "
        "(after a person reviewed the trace, no regression adjustment) are the paper's"
    ),
    edges=(
        "A run labeled by rule and not reviewed yet is pending: lost to the adjusted rate, never a "
        "no. A run the rule did not label stays a no unless a person says yes. An effect resamples "
        "tasks (else prompts), so a task's variants stay together. A verdict that is "
        "neither yes nor no is lost, and so is one whose deterministic_label_status is not ok."
    ),
    how_to_get={
        "|".join(RAW): "load the benchmark's own table, or keep ic_behavior_detected (or the "
        "rule's verdict as a score ic) when you load the runs; a person's verdict goes into "
        "adjudicated, the condition into variant",
    },
)
