"""Results files of lm-evaluation-harness, 0.3 and 0.4: totals of tasks, without answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from data.answer import About, Reported
from data.read import totals
from data.read.formats import Entry, Format
from data.read.lm_eval.numbers import MADE, SETTINGS, Results, open_results
from data.read.look import Look
from data.read.source import Source

STAMP = r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?"
_RESULTS = re.compile(rf"results_({STAMP})\.json")
_SAMPLES = re.compile(rf"samples_(.+)_({STAMP})\.jsonl?(?:\.gz)?")


def task_of(name: str) -> str | None:
    """The task a samples file is named for.

    >>> task_of("samples_gsm8k_2025-02-03T04-05-06.789.jsonl")
    'gsm8k'
    """
    named = _SAMPLES.fullmatch(name)
    return named[1] if named else None


def beside(samples: Path) -> Path | None:
    """The results file of the same run as a samples file, where it lies beside it."""
    named = _SAMPLES.fullmatch(samples.name)
    path = samples.with_name(f"results_{named[2]}.json" if named else "results.json")
    there = path.is_file() and not path.is_symlink()
    return path if there else None


def left(results: Results, path: Path) -> list[str]:
    """The tasks of a results file that have no samples file of the same run beside it."""
    stamp = _RESULTS.fullmatch(path.name)
    if path.name == "results.json":  # up to 0.4.2, beside <model>_<task>.jsonl
        names = [one.name for one in path.parent.glob("*.jsonl")]
        have = {t for t in results.tasks if any(name.endswith(f"_{t}.jsonl") for name in names)}
    else:
        told = (_SAMPLES.fullmatch(one.name) for one in path.parent.glob("samples_*"))
        have = {name[1] for name in told if name and stamp and name[2] == stamp[1]}
    return [task for task in results.tasks if task not in have]


def knows(seen: Look) -> bool:
    """Whether it is a results file of lm-evaluation-harness."""
    new = seen.has("results", "configs") or seen.has("results", "group_subtasks")
    old = seen.has("results", "versions", "config.model_args")
    return seen.kind == "json" and (new or old) and not seen.has("config_general")


def read(source: Source) -> Iterator[Entry]:
    """The numbers of the tasks that have no samples beside them. Raises Trouble where none is left.

    One run a file: of several tasks each number is named `task/metric`.
    """
    results = open_results(source)
    tasks = left(results, source.path)
    notes = totals.notes(source, results.tasks, tasks, "samples", "lm_eval with --log_samples")
    one = tasks[0] if len(tasks) == 1 else None
    dataset = one or f"{len(tasks)} tasks"
    yield _about(results, tasks, dataset, notes)
    for task in tasks:
        prefix = "" if one else f"{task}/"
        yield from results.reported(task, prefix, dataset)
        if (count := results.samples(task)) is not None:
            # nothing was loaded that could be counted
            yield Reported(
                f"{prefix}samples", count, "", "", "", results.model, results.revision, dataset
            )


def _about(results: Results, tasks: list[str], dataset: str, notes: tuple[str, ...]) -> About:
    first = results.about(tasks[0], notes)
    params = dict(first.params)
    if len(tasks) > 1:
        params = {name: v for name, v in params.items() if name in (*SETTINGS, *MADE)}
        for name in ("versions", "n-shot", "higher_is_better"):
            if said := {task: v for task, v in results.part(name).items() if task in tasks}:
                params[name] = said
    return About(params, notes, results.model, results.revision, dataset)


FORMAT = Format("lm_eval_results", "lm-evaluation-harness results", knows, read)
