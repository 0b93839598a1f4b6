"""What a results file of lm-evaluation-harness tells: the model, and each task's numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from data.answer import About, Reported
from data.read import totals
from data.read.source import Source

SMALL = 16 * 2**20
"""Bytes one member of a results file may take; real ones stay far below a megabyte."""
MADE = (
    "date", "git_hash", "lm_eval_version", "model_source", "system_instruction",
    "chat_template_sha", "fewshot_as_multiturn",
)  # fmt: skip
"""What tells how the whole file was made."""
WANTED = (
    "results", "groups", "configs", "versions", "n-shot", "n-samples", "higher_is_better", "config",
    "model_name", *MADE,
)  # fmt: skip
SETTINGS = (
    "model", "model_args", "batch_size", "limit", "gen_kwargs", "num_fewshot", "model_dtype",
    "model_sha", "random_seed", "fewshot_seed",
)  # fmt: skip
OF_TASK = (
    "dataset_path", "dataset_name", "test_split", "validation_split", "output_type", "num_fewshot",
    "description", "repeats", "generation_kwargs",
)  # fmt: skip
NO_MEANS = frozenset({
    "perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte", "ppl", "f1", "mcc", "bleu",
    "chrf", "chrf++", "ter", "brier_score", "likelihood", "bypass",
})  # fmt: skip
"""Metrics that the harness aggregates otherwise than by a mean, unless a task says it."""
NO_METRICS = frozenset({"alias", "name", "sample_len", "sample_count"})
_ARGS = re.compile(r",(?=[\w.\-]+=)")


@dataclass(frozen=True, slots=True)
class Results:
    """What a results file tells; every member may be absent."""

    told: dict[str, Any]

    @property
    def args(self) -> dict[str, str]:
        """The arguments the model was made with.

        >>> Results({"config": {"model_args": "pretrained=a/b,revision=step8"}}).args
        {'pretrained': 'a/b', 'revision': 'step8'}
        """
        said = self.part("config").get("model_args")
        if isinstance(said, str):
            pairs = (pair.partition("=") for pair in _ARGS.split(said))
            return {name.strip(): value.strip() for name, _, value in pairs if value}
        return {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}

    @property
    def model(self) -> str | None:
        """The model's name."""
        args, config = self.args, self.part("config")
        named = (args.get(key) for key in ("pretrained", "model", "engine", "path"))
        said = self.told.get("model_name")
        found = said if isinstance(said, str) and said else next(filter(None, named), None)
        return found or (str(config["model"]) if config.get("model") else None)

    @property
    def revision(self) -> str | None:
        """The revision that was asked for; else the commit of the weights."""
        config = self.part("config")
        asked = (self.args.get("revision"), config.get("model_revision"))
        named = [str(one) for one in asked if one and one != "main"]
        commit = config.get("model_sha")
        return named[0] if named else str(commit) if commit else None

    def part(self, *names: str) -> dict[str, Any]:
        """The object at this path; an empty one where there is none."""
        held: Any = self.told
        for name in names:
            held = held.get(name) if isinstance(held, dict) else None
        return held if isinstance(held, dict) else {}

    @property
    def tasks(self) -> list[str]:
        """The tasks and groups of tasks that have numbers."""
        names = [*self.part("results"), *self.part("groups")]
        return [name for name in dict.fromkeys(names) if any(self._numbers(name))]

    def filters(self, task: str) -> list[str]:
        """The filters of a task's numbers, in the order of the file."""
        return list(dict.fromkeys(scorer or "none" for _, scorer, _ in self._numbers(task)))

    def samples(self, task: str) -> float | None:
        """How many documents the task was run on."""
        return _number(self.part("n-samples", task).get("effective"))

    def higher_is_better(self, task: str) -> dict[str, bool]:
        """Metric -> whether more of it is better, where the file says so."""
        said = self.part("higher_is_better", task)
        return {name: up for name, up in said.items() if isinstance(up, bool)}

    def reported(
        self, task: str, prefix: str = "", dataset: str | None = None
    ) -> Iterator[Reported]:
        """The numbers of a task as the file has them, and how each would be recomputed."""
        for metric, scorer, value in self._numbers(task):
            dimension = metric.removesuffix("_stderr")
            mean = self._means(task, dimension)
            how = ("stderr" if metric.endswith("_stderr") else "mean") if mean else ""
            shown = metric if scorer in ("", "none") else f"{metric},{scorer}"
            yield Reported(
                prefix + shown, value, how, dimension, scorer or "none", self.model, self.revision,
                dataset or task,
            )  # fmt: skip

    def about(self, task: str, notes: tuple[str, ...]) -> About:
        """What holds for the run of one task."""
        config, settings = self.part("configs", task), self.part("config")
        params = {name: settings[name] for name in SETTINGS if settings.get(name) is not None}
        params |= {name: config[name] for name in OF_TASK if config.get(name) not in (None, "")}
        for name in ("versions", "n-shot", "higher_is_better"):
            said = self.part(name).get(task)
            if said is not None:
                params[name] = said
        params |= {
            name: self.told[name]
            for name in MADE
            if isinstance(self.told.get(name), str | int | float)
        }
        return About(params, notes, self.model, self.revision, task)

    def _numbers(self, task: str) -> Iterator[tuple[str, str, float]]:
        held = self.part("results", task) or self.part("groups", task)
        filtered = any("," in key for key in held)
        for key, value in held.items():
            metric, _, scorer = key.rpartition(",") if "," in key else (key, "", "")
            found = _number(value)
            if found is not None and bool(scorer) == filtered and metric not in NO_METRICS:
                yield metric, scorer, found

    def _means(self, task: str, metric: str) -> bool:
        listed = self.part("configs", task).get("metric_list")
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict) and one.get("metric") == metric and one.get("aggregation"):
                return one["aggregation"] in ("mean", "nanmean")
        return metric not in NO_MEANS


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def open_results(source: Source) -> Results:
    """What the file holds. Raises Trouble where it is not JSON, or has no results."""
    return Results(totals.parts(source, WANTED, SMALL, "lm-evaluation-harness", "lm_eval"))
