"""OpenAI evals event logs: a spec, the events of every sample in any order, a final report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

from data import check
from data.answer import About, Answer, Reported, Score, Step
from data.mapping import Up
from data.read import jsonl_file, told
from data.read.formats import Entry, Format
from data.read.groups import groups
from data.read.line import Line, refused
from data.read.look import Look
from data.read.source import Source
from data.trouble import Trouble

EVENTS = ("match", "sampling", "cond_logp", "pick_option", "metrics", "error", "raw_sample")
"""Events that say something of a sample; others are left out."""


def knows(seen: Look) -> bool:
    """Whether an event log was seen, or a run object of the hosted API, to say that it is none."""
    if _hosted(seen):
        return True
    if seen.kind not in ("jsonl", "json"):
        return False
    # a run that crashed at once is one line long
    return seen.has("spec.eval_name") or seen.has("spec.run_config", "spec.run_id")


def _hosted(seen: Look) -> bool:
    items = ("", "data.[].", "[].")
    return seen.kind in ("json", "jsonl") and any(
        seen.has(at + "object", at + "eval_id", at + name)
        for at in items
        for name in ("datasource_item", "result_counts")
    )


def read(source: Source) -> Iterator[Entry]:
    """The samples of an event log, each once all its events are there."""
    rows = partial(jsonl_file.lines, source)
    spec: dict[str, Any] = {}
    report: dict[str, Any] = {}
    for row in rows():
        if not spec and row.record.get("object") in ("eval.run", "eval.run.output_item", "list"):
            raise Trouble(
                f"{source.name} comes from the hosted evaluation API, whose run objects are "
                "another format than the event logs of the evals package",
                "load its output items as a table with a mapping (--map FILE)",
            )
        spec = spec or told.table(row.record.get("spec"))
        report = told.table(row.record.get("final_report")) or report
    run = _Run(spec)
    for sample, held in groups(rows, _sample):
        if sample is not None:
            yield from run.answers(str(sample), held)
        elif held[0].why:
            yield held[0]
        elif held[0].record.get("type") in EVENTS:
            yield refused(held[0].number, "an event without a sample_id", held[0].record)
    yield from run.close(spec, report)


def _sample(row: Line) -> str | None:
    return check.text(row.record.get("sample_id"))


class _Run:
    def __init__(self, spec: dict[str, Any]) -> None:
        functions = told.entries(spec.get("completion_fns"))
        self.model = told.one(functions) or check.text(spec.get("model"))
        names = (spec.get("base_eval"), spec.get("eval_name"))
        self.dataset = next((text for name in names if (text := check.text(name))), None)
        config = told.table(told.table(spec.get("run_config")).get("eval_spec"))
        self.graded = "modelgraded" in str(config.get("cls")) or "classify" in str(
            config.get("cls")
        )
        self.means: set[tuple[str, str]] = set()

    def answers(self, sample: str, rows: list[Line]) -> Iterator[Entry]:
        """The answer one sample's events tell of; nothing where none of them says anything."""
        by: dict[str, list[dict[str, Any]]] = defaultdict(list)
        events = [row.record for row in rows if row.record.get("type") in EVENTS]
        events.sort(key=lambda event: told.number(event.get("event_id")) or 0.0)
        verdict = next((n for n, e in enumerate(events) if e.get("type") == "match"), None)
        for event in events:
            by[str(event["type"])].append(told.table(event.get("data")))
        if not events:
            return
        before = events[:verdict] if verdict is not None and not self.graded else events
        said = [told.table(e.get("data")) for e in before if e.get("type") == "sampling"]
        # a judge's sampling follows the model's own
        chosen = (said[0] if self.graded else said[-1]) if said else {}
        match = by["match"][0] if by["match"] else {}
        scores = list(self._scores(by))
        self.means |= {(score.dimension, score.scorer) for score in scores}
        expected = match.get("expected", self._raw(by, "ideal"))
        yield Answer(
            item_id=sample,
            number=rows[0].number,
            model=self.model,
            dataset=self.dataset,
            prompt=told.prompt(chosen.get("prompt", self._prompt(by))),
            target=told.one(expected),
            choices=self._choices(by),
            response=told.one(chosen.get("sampled", match.get("sampled", self._picked(by)))),
            option_logprobs=_options(by["cond_logp"]),
            meta=self._meta(by, match),
            scores=scores,
            steps=[
                Step("judge" if self.graded and n else "assistant", told.one(one.get("sampled")))
                for n, one in enumerate(said)
                if len(said) > 1
            ],
        )

    def _scores(self, by: dict[str, list[dict[str, Any]]]) -> Iterator[Score]:
        why = None
        if by["error"]:
            message = check.text(by["error"][0].get("message")) or check.text(by["error"][0])
            why = f"error: {message or 'not said'}"[:1000]
        if by["match"]:
            right = told.flag(by["match"][-1].get("correct"))
            raw = check.text(by["match"][-1].get("picked"))
            yield Score("correct", "match", None if right is None else float(right), raw)
        elif why and not by["metrics"]:
            yield Score("correct", "match", None, why)
        numbers: dict[str, Any] = {}
        for event in by["metrics"]:
            numbers |= event
        for name, value in numbers.items():
            found = told.flag(value) if isinstance(value, bool) else told.number(value)
            if found is not None:
                up: Up = "good" if name in ("accuracy", "correct") else "neither"
                yield Score(name, "metrics", float(found), None, up)

    def _raw(self, by: dict[str, list[dict[str, Any]]], name: str) -> Any:
        return by["raw_sample"][0].get(name) if by["raw_sample"] else None

    def _prompt(self, by: dict[str, list[dict[str, Any]]]) -> Any:
        for event in (*by["pick_option"], *by["cond_logp"]):
            if event.get("prompt") is not None:
                return event["prompt"]
        return self._raw(by, "input")

    def _choices(self, by: dict[str, list[dict[str, Any]]]) -> list[str] | None:
        # the options of a match are the accepted answers, not choices offered
        for event in by["pick_option"]:
            options = [check.text(option) or "" for option in told.entries(event.get("options"))]
            if options:
                return options
        options = [check.text(event.get("completion")) or "" for event in by["cond_logp"]]
        return list(dict.fromkeys(options)) or None

    def _picked(self, by: dict[str, list[dict[str, Any]]]) -> Any:
        return by["pick_option"][-1].get("picked") if by["pick_option"] else None

    def _meta(self, by: dict[str, list[dict[str, Any]]], match: dict[str, Any]) -> dict[str, Any]:
        rest = {k: v for event in by["metrics"] for k, v in event.items()
                if told.number(v) is None and not isinstance(v, bool)}  # fmt: skip
        return told.small(
            [("picked", match.get("picked")), ("matches", by["match"][1:]), ("metrics", rest),
             ("errors", by["error"])]
        )  # fmt: skip

    def close(self, spec: dict[str, Any], report: dict[str, Any]) -> Iterator[Entry]:
        """What the log says of the whole run."""
        kept = ("eval_name", "base_eval", "split", "run_config", "run_id", "created_at")
        params = told.small((name, spec.get(name)) for name in kept)
        notes = () if report else ("The log has no final report: its run did not come to an end.",)
        yield About(params, notes, self.model, None, self.dataset)
        for name, value in report.items():
            number = told.number(value)
            if number is None:
                continue
            source = next((pair for pair in self._means_of(name) if pair in self.means), None)
            how, (dimension, scorer) = ("mean", source) if source else ("", ("", ""))
            yield Reported(name, number, how, dimension, scorer, self.model, None, self.dataset)

    @staticmethod
    def _means_of(name: str) -> list[tuple[str, str]]:
        """The scores whose mean a number of the report may be."""
        own = [(name, "metrics")]
        return [("correct", "match"), *own] if name in ("accuracy", "correct") else own


def _options(events: list[dict[str, Any]]) -> dict[str, float] | None:
    """Option text -> natural log-probability: the log gives options no letters."""
    found = {}
    for event in events:
        completion, number = check.text(event.get("completion")), told.number(event.get("logp"))
        if completion is not None and number is not None:
            found[completion] = number
    return found or None


FORMAT = Format("openai_evals", "OpenAI evals event log", knows, read)
