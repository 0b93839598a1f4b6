"""Results files of lighteval: a model's numbers by task, alone or beside the details."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data import check
from data.answer import About, Reported
from data.read import totals
from data.read.formats import Entry, Format
from data.read.look import Look
from data.read.source import Source

SMALL = 16 * 2**20
"""Bytes one member of a results file may take."""
WANTED = ("config_general", "results", "versions", "config_tasks")
GENERAL = ("lighteval_sha", "max_samples", "num_fewshot_seeds", "model_sha", "model_dtype")
OF_TASK = (
    "hf_repo", "hf_subset", "evaluation_splits", "generation_size", "num_fewshots", "num_samples",
    "stop_sequence", "original_num_docs",
)  # fmt: skip
STAMP = r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?"
POINTER = b"version https://git-lfs"
NO_MEANS = re.compile(r"corpus|perplexity|bits_per_byte|bleu|chrf|^ter$|mcc|f1_score", re.I)
"""Metrics that are of all answers at once, where the file does not say how they were made."""
_RESULTS = re.compile(rf"results_({STAMP})\.json")
_DETAILS = re.compile(rf"details_(.+)_({STAMP})\.parquet")


@dataclass(frozen=True, slots=True)
class Results:
    """What a results file tells; every member may be absent."""

    told: dict[str, Any]

    @property
    def model(self) -> str | None:
        """The model's name."""
        general = self.part("config_general")
        made = self.part("config_general", "model_config").get("model_name")
        return check.text(general.get("model_name")) or check.text(made)

    @property
    def revision(self) -> str | None:
        """The revision that was asked for; else the commit of the weights."""
        asked = check.text(self.part("config_general", "model_config").get("revision"))
        named = None if asked == "main" else asked
        return named or check.text(self.part("config_general").get("model_sha"))

    def part(self, *names: str) -> dict[str, Any]:
        """The object at this path; an empty one where there is none."""
        held: Any = self.told
        for name in names:
            held = held.get(name) if isinstance(held, dict) else None
        return held if isinstance(held, dict) else {}

    @property
    def tasks(self) -> list[str]:
        """The tasks that have numbers, and the averages over several."""
        return [name for name in self.part("results") if any(self._numbers(name))]

    def metrics(self, task: str) -> Iterator[tuple[str, bool | None, str | None]]:
        """Name, whether more is better, and how it was averaged, of each metric of a task."""
        config = self.part("config_tasks", task)
        listed = config.get("metrics") or config.get("metric")
        for one in listed if isinstance(listed, list) else ():
            if not isinstance(one, dict):
                continue
            name, better, made = (
                one.get(key) for key in ("metric_name", "higher_is_better", "corpus_level_fn")
            )
            for each in name if isinstance(name, list) else [name]:
                up = better.get(str(each)) if isinstance(better, dict) else better
                fn = made.get(str(each)) if isinstance(made, dict) else made
                yield str(each), up if isinstance(up, bool) else None, check.text(fn)

    def samples(self, task: str) -> float | None:
        """How many documents the task was run on."""
        count = self.part("config_tasks", task).get("effective_num_docs")
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            return float(count)
        return None

    def reported(self, task: str, prefix: str, dataset: str) -> Iterator[Reported]:
        """The numbers of a task, and how each would be recomputed."""
        made = {name: fn for name, _, fn in self.metrics(task) if fn}
        for metric, value in self._numbers(task):
            dimension = metric.removesuffix("_stderr")
            fn = made.get(dimension)
            mean = "mean" in fn if fn else not NO_MEANS.search(dimension)
            how = ("stderr" if metric.endswith("_stderr") else "mean") if mean else ""
            yield Reported(
                prefix + metric, value, how, dimension, "lighteval", self.model, self.revision,
                dataset,
            )  # fmt: skip

    def params(self, task: str) -> dict[str, Any]:
        """Settings of the run, and of the task."""
        general, config = self.part("config_general"), self.part("config_tasks", task)
        told = {name: general[name] for name in GENERAL if general.get(name) not in (None, "")}
        made = self.part("config_general", "model_config")
        told |= {"model_config": made} if made else {}
        told |= {name: config[name] for name in OF_TASK if config.get(name) not in (None, "", [])}
        better = {name: up for name, up, _ in self.metrics(task) if up is not None}
        told |= {"higher_is_better": better} if better else {}
        version = self.part("versions").get(task)
        return told | ({"version": version} if version is not None else {})

    def _numbers(self, task: str) -> Iterator[tuple[str, float]]:
        for metric, value in self.part("results", task).items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield metric, float(value)


def open_results(source: Source) -> Results:
    """What the file holds. Raises Trouble where it is not JSON, or has no results."""
    return Results(totals.parts(source, WANTED, SMALL, "lighteval", "lighteval"))


def task_of(name: str) -> str | None:
    """The task a details file is named for.

    >>> task_of("details_lighteval|gsm8k|5_2025-02-03T04-05-06.789.parquet")
    'lighteval|gsm8k|5'
    """
    named = _DETAILS.fullmatch(name)
    return named[1] if named else None


def of_details(path: Path) -> tuple[str | None, Path | None]:
    """The model a details file lies under, and the results file of the same run.

    lighteval writes details/MODEL/STAMP/details_TASK_STAMP.parquet and
    results/MODEL/results_STAMP.json, where MODEL may be two folders.
    """
    named = _DETAILS.fullmatch(path.name)
    if not named:
        return None, None
    found = [path.with_name(f"results_{named[2]}.json")]
    folders = list(path.parent.parts)
    model = None
    if folders[-1] == named[2] and "details" in folders:
        top = len(folders) - 1 - folders[::-1].index("details")
        model = "/".join(folders[top + 1 : -1]) or None
        found.append(Path(*folders[:top], "results", *folders[top + 1 : -1], found[0].name))
    there = next((one for one in found if one.is_file() and not one.is_symlink()), None)
    return model, there


def detailed(path: Path) -> set[str]:
    """The tasks of a results file whose details lie where lighteval writes them."""
    named = _RESULTS.fullmatch(path.name)
    if not named:
        return set()
    folders = list(path.parent.parts)
    where = [path.parent]
    if "results" in folders:
        top = len(folders) - 1 - folders[::-1].index("results")
        where.append(Path(*folders[:top], "details", *folders[top + 1 :], named[1]))
    found = (one for folder in where for one in folder.glob("details_*.parquet"))
    told = ((_DETAILS.fullmatch(one.name), one) for one in found if not one.is_symlink())
    return {name[1] for name, one in told if name and name[2] == named[1] and not pointer(one)}


def pointer(path: Path) -> bool:
    """Whether a file is not data but says where a large file would be."""
    try:
        with path.open("rb") as file:
            return file.read(len(POINTER)) == POINTER
    except OSError:
        return False


def left(results: Results, path: Path) -> list[str]:
    """The tasks of a results file that have no details beside it."""
    have = detailed(path)
    return [task for task in results.tasks if task not in have]


def knows(seen: Look) -> bool:
    """Whether it is a results file of lighteval."""
    return seen.kind == "json" and seen.has("config_general", "results")


def read(source: Source) -> Iterator[Entry]:
    """The numbers of the tasks that have no details beside them. Raises Trouble where none is left.

    One run a file: of several tasks each number is named `task/metric`.
    """
    results = open_results(source)
    tasks = left(results, source.path)
    notes = totals.notes(source, results.tasks, tasks, "details", "lighteval with --save-details")
    one = tasks[0] if len(tasks) == 1 else None
    dataset = one or f"{len(tasks)} tasks"
    params = results.params(one or "")
    yield About(params, notes, results.model, results.revision, dataset)
    for task in tasks:
        prefix = "" if one else f"{task}/"
        yield from results.reported(task, prefix, dataset)
        if (count := results.samples(task)) is not None:
            # nothing was loaded that could be counted
            yield Reported(
                f"{prefix}samples", count, "", "", "", results.model, results.revision, dataset
            )


FORMAT = Format("lighteval_results", "lighteval results", knows, read)
