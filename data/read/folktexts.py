"""folktexts: risk scores of people in a table, or the metrics of many runs in one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data import check
from data.answer import About, Answer, Reported, Score
from data.read import csv_file, loose, told
from data.read.formats import Entry, Format
from data.read.line import Line, refused
from data.read.look import Look
from data.read.source import Source
from data.trouble import Trouble

SCORER, DATASET = "folktexts", "folktexts"
ROWS = frozenset({"", "risk_score", "label"})
METRICS = ("accuracy", "tpr", "fpr", "ppr", "balanced_accuracy", "n_positives", "n_negatives")
LARGEST = 64 * 2**20
"""Bytes of a results file, which is read whole."""
CLOSE = 1e-9
TEXTS = ("model_name", "name", "base_name", "predictions_path", "is_inst", "uses_all_features")


def knows(seen: Look) -> bool:
    """Whether predictions, a table of results, or one run's results were seen."""
    if seen.kind == "csv":
        return seen.paths == ROWS or seen.has("config_task_name", "n_samples", *METRICS)
    return seen.kind == "json" and seen.has("config.task_name", "n_samples", *METRICS)


def read(source: Source) -> Iterator[Entry]:
    """Answers from a table of predictions; only reported numbers from a table of results."""
    if source.kind() == "json":
        yield from _reported(_results(source), _Names(_results(source)), "")
        return
    rows = csv_file.lines(source)
    first = next(rows, None)
    if first is not None and "risk_score" in first.record:
        yield from _people(source)
    else:
        yield from _table(source)


class _Names:
    """What names the run of a file of results."""

    def __init__(self, results: dict[str, Any]) -> None:
        config = told.table(results.get("config"))
        name = results.get("model_name") or config.get("model_name")
        self.model = _plain(check.text(name))
        self.dataset = check.text(config.get("task_name"))


def _plain(name: str | None) -> str | None:
    """A model's name as its makers write it: the tool writes `--` for `/`."""
    return name.replace("--", "/") if name else None


def _people(source: Source) -> Iterator[Entry]:
    """Each person as an item with two options, "1" and "0", and their log-probabilities.

    A score of exactly 0.5 may stand for an answer that could not be read: these are counted.
    """
    results = _beside(source.path)
    names = _Names(results)
    threshold = told.number(results.get("threshold"))
    halves = people = 0
    for row in csv_file.lines(source):
        answer = row if row.why else _person(row, threshold)
        if isinstance(answer, Answer):
            answer.model, answer.dataset = names.model, names.dataset
            people += 1
            halves += any(s.dimension == "risk_score" and s.value == 0.5 for s in answer.scores)
        yield answer
    notes = []
    if halves:
        notes.append(
            f"{halves} of {people} risk scores are exactly 0.5, which is also how an answer that "
            "could not be read is stored."
        )
    if not results:
        notes.append("No results file lies beside the predictions, so nothing names model or task.")
    yield About(_params(results), tuple(notes), names.model, None, names.dataset)
    yield from _reported(results, names, "correct" if threshold is not None else "")


def _person(row: Line, threshold: float | None) -> Answer | Line:
    """One person; refused where the score is no probability."""
    index = check.text(row.record.get("_index"))
    risk, label = told.number(row.record.get("risk_score")), told.number(row.record.get("label"))
    if index is None:
        return refused(row.number, "has no index", row.record)
    if risk is not None and not 0 <= risk <= 1:
        return refused(row.number, f"risk_score is {risk:g}, outside 0 to 1", row.record)
    scores = [Score("risk_score", SCORER, risk, check.text(row.record["risk_score"]), "neither")]
    if threshold is not None and risk is not None and label is not None:
        scores.append(Score("correct", "threshold", float((risk >= threshold) == (label == 1))))
    logs = None
    if risk is not None:
        logs = {o: math.log(p) if p else -math.inf for o, p in (("0", 1 - risk), ("1", risk))}
    target = None if label is None else f"{label:g}"
    return Answer(item_id=index, number=row.number, choices=["0", "1"], target=target,
                  option_logprobs=logs, scores=scores)  # fmt: skip


def _beside(path: Path) -> dict[str, Any]:
    """The results written with these predictions: those that name the file, or name none."""
    found = [file for file in sorted(path.parent.glob("results.bench-*.json"))[:100]
             if file.is_file() and not file.is_symlink()]  # fmt: skip
    for file in found:
        results = _or_nothing(file)
        said = str(results.get("predictions_path") or "").replace("\\", "/")
        if said.rpartition("/")[2] == path.name or (len(found) == 1 and not said):
            return results
    return {}


def _or_nothing(path: Path) -> dict[str, Any]:
    try:
        return _results(Source(path))
    except Trouble:
        return {}


def _results(source: Source) -> dict[str, Any]:
    with source.binary() as stream:
        raw = stream.read(LARGEST + 1)
    try:
        return told.table(loose.loads(raw))
    except ValueError as error:
        raise Trouble(
            f"{source.name} is not JSON: {error}", "write or download it again"
        ) from error


def _params(results: dict[str, Any]) -> dict[str, Any]:
    kept = ("threshold", "threshold_fitted_on", "sensitive_attribute", "config", "benchmark_hash")
    return told.small((name, results.get(name)) for name in kept)


def _reported(results: dict[str, Any], names: _Names, correct: str) -> Iterator[Reported]:
    named = told.Named(model=names.model, revision=None, dataset=names.dataset)
    for metric, value in results.items():
        number = told.number(value)
        if number is None or metric in ("threshold", "benchmark_hash"):
            continue
        if metric == "n_samples" and correct:
            yield Reported(metric, number, "count", **named)
        elif metric == "accuracy" and correct:
            yield Reported(metric, number, "mean", correct, "threshold", **named)
        else:
            yield Reported(metric, number, **named)


def _table(source: Source) -> Iterator[Entry]:
    """One run a model, with its metrics as `task/metric`; what rebuilds them is checked."""
    odd: dict[str | None, int] = {}
    for row in csv_file.lines(source):
        if row.why:
            yield row
            continue
        model = _plain(check.text(row.record.get("model_name"))) or check.text(
            row.record.get("config_model_name")
        )
        task = check.text(row.record.get("config_task_name"))
        if model is None or task is None:
            yield refused(row.number, "names no model or no task", row.record)
            continue
        features = check.text(row.record.get("num_features"))
        if features not in (None, "-1"):
            task = f"{task}[{features}]"
        odd[model] = odd.get(model, 0) + (not rebuilt(row.record))
        for metric, value in row.record.items():
            number = told.number(value)
            if number is None or metric in TEXTS or metric.startswith(("config_", "_")):
                continue
            yield Reported(f"{task}/{metric}", number, model=model, dataset=DATASET)
    for model, rows in odd.items():
        note = f"{rows} rows have metrics that their own rates and counts do not rebuild."
        yield About({}, (note,) if rows else (), model, None, DATASET)


def rebuilt(row: dict[str, Any]) -> bool:
    """Whether balanced accuracy, accuracy and positive rate follow from rates and counts."""
    accuracy, tpr, fpr, ppr, balanced, ones, zeros = (told.number(row.get(n)) for n in METRICS)
    if tpr is None or fpr is None:
        return True
    pairs = [(balanced, (tpr + 1 - fpr) / 2)]
    if ones is not None and zeros is not None and ones + zeros > 0:
        pairs += [(accuracy, (tpr * ones + (1 - fpr) * zeros) / (ones + zeros)),
                  (ppr, (tpr * ones + fpr * zeros) / (ones + zeros))]  # fmt: skip
    return all(said is None or abs(said - found) < CLOSE for said, found in pairs)


def main(path: Path) -> Path:
    """The predictions that results belong to, where they lie beside them."""
    if path.suffix != ".json":
        return path
    said = str(_or_nothing(path).get("predictions_path") or "").replace("\\", "/")
    beside = path.parent / (said.rpartition("/")[2] or path.name)
    return beside if "\x00" not in said and beside.is_file() and not beside.is_symlink() else path


def parts(path: Path) -> tuple[Path, ...]:
    """The results read with predictions."""
    if path.suffix == ".json":
        return ()
    return tuple(
        file for file in sorted(path.parent.glob("results.bench-*.json"))[:100]
        if file.is_file() and not file.is_symlink() and main(file) == path
    )  # fmt: skip


FORMAT = Format("folktexts", "folktexts", knows, read, main, parts)
