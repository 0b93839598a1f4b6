"""Every Eval Ever: an aggregate record, alone or with the instances beside it, or instances."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from data import check
from data.answer import About, Reported
from data.read import eval_instance, jsonl_file, look, loose, told
from data.read.eval_instance import DIMENSION, SCORER
from data.read.formats import Entry, Format
from data.read.groups import groups
from data.read.look import Look
from data.read.source import Source
from data.trouble import Trouble

LARGEST = 256 * 2**20
"""Bytes of an aggregate record, which is read whole."""
ENDINGS = ("_samples.jsonl", ".jsonl", "_instances.jsonl", ".samples.jsonl")
"""How the instances of `NAME.json` are commonly named."""
KEPT = ("schema_version", "evaluation_id", "retrieved_timestamp", "source_metadata", "eval_library",
        "model_info")  # fmt: skip


def aggregate(seen: Look) -> bool:
    """Whether an aggregate record was seen."""
    return seen.kind == "json" and seen.has(
        "schema_version", "evaluation_id", "model_info", "evaluation_results"
    )


def knows(seen: Look) -> bool:
    """Whether an aggregate record or instances were seen."""
    instance = ("evaluation_id", "sample_id", "model_id", "interaction_type", "evaluation.score")
    return aggregate(seen) or (seen.kind in ("json", "jsonl") and seen.has(*instance))


def read(source: Source) -> Iterator[Entry]:
    """The instances as answers, and the aggregate's numbers; either may stand alone."""
    if not aggregate(look.into(source)):
        yield from _instances(source, {})
        return
    record = _record(source)
    model = told.table(record.get("model_info"))
    name = check.text(model.get("id")) or check.text(model.get("name"))
    results = [told.table(one) for one in told.entries(record.get("evaluation_results"))]
    datasets = {_name(one): _dataset(one) for one in results}
    beside = instances(source.path, record)
    merged = False
    if beside:
        merged = yield from _instances(Source(beside), datasets)
    elif record.get("detailed_evaluation_results"):
        note = "The record names a file of its instances, which does not lie beside it."
        yield from _about(record, name, datasets, note)
    if beside:
        yield from _about(record, name, datasets, _changed(beside, record))
    elif not record.get("detailed_evaluation_results"):
        yield from _about(record, name, datasets, "")
    for one in results:
        alone = sum(_dataset(other) == _dataset(one) for other in results) == 1
        yield from _reported(one, name, bool(beside) and alone)
    rows = told.number(told.table(record.get("detailed_evaluation_results")).get("total_rows"))
    if beside and rows is not None and len(set(datasets.values())) == 1:
        dataset = next(iter(datasets.values()))
        # rows that are scores of one answer were put together
        how = "" if merged else "count"
        yield Reported("total_rows", rows, how, model=name, dataset=dataset)


def _record(source: Source) -> dict[str, Any]:
    with source.binary() as stream:
        raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise Trouble(
            f"{source.name} is longer than {LARGEST:,} bytes", "keep its instances in a JSONL file"
        )
    try:
        return told.table(loose.loads(raw))
    except ValueError as error:
        source.utf8(raw)
        raise Trouble(
            f"{source.name} is not JSON: {error}", "write or download it again"
        ) from error


def _name(result: dict[str, Any]) -> str:
    return check.text(result.get("evaluation_name")) or "score"


def _dataset(result: dict[str, Any]) -> str:
    return check.text(told.table(result.get("source_data")).get("dataset_name")) or _name(result)


def instances(path: Path, record: dict[str, Any]) -> Path | None:
    """The instances' file in the record's own folder; None where there is none.

    Only the last part of the path the record gives is looked at: it is data, and followed nowhere.
    """
    detailed = told.table(record.get("detailed_evaluation_results"))
    given = (check.text(detailed.get("file_path")) or "").replace("\\", "/").rpartition("/")[2]
    stem = path.name.removesuffix(".gz").removesuffix(".json")
    wanted = [given, *(stem + ending for ending in ENDINGS)]
    for name in wanted:
        if not name or "\x00" in name or len(name.encode("utf-8", "replace")) > 255:
            continue
        beside = path.parent / name
        if beside.is_file() and not beside.is_symlink() and beside != path:
            return beside if _is_instances(beside) else None
    return None


def _is_instances(path: Path) -> bool:
    try:
        seen = look.into(Source(path))
    except Trouble:
        return False
    return knows(seen) and not aggregate(seen)


def main(path: Path) -> Path:
    """The aggregate record a file of instances belongs to, where one beside it says so."""
    if path.suffix == ".json":
        return path
    for beside in _records(path):
        if path in parts(beside):
            return beside
    return path


def _records(path: Path) -> Iterator[Path]:
    """Records that may name this file: first those with its stem, then the others beside it."""
    for ending in ENDINGS:
        if path.name.endswith(ending):
            candidate = path.parent / (path.name.removesuffix(ending) + ".json")
            if candidate.is_file():
                yield candidate
    yield from sorted(path.parent.glob("*.json"))[:1000]


def parts(path: Path) -> tuple[Path, ...]:
    """The instances read with an aggregate record."""
    try:
        source = Source(path)
        if not aggregate(look.into(source)):
            return ()
        beside = instances(path, _record(source))
    except Trouble:
        return ()
    return (beside,) if beside else ()


def _changed(beside: Path, record: dict[str, Any]) -> str:
    """A note where the instances are not those the record was written with."""
    detailed = told.table(record.get("detailed_evaluation_results"))
    said = check.text(detailed.get("checksum"))
    if not said or detailed.get("hash_algorithm") not in (None, "sha256"):
        return ""
    total = hashlib.sha256()
    with beside.open("rb") as file:
        while block := file.read(2**20):
            total.update(block)
    if said.lower().removeprefix("sha256:") == total.hexdigest():
        return ""
    name = Source(beside).name
    return f"{name} is not the file the record was written with: its checksum is another."


def _about(
    record: dict[str, Any], model: str | None, datasets: dict[str, str], note: str
) -> Iterator[About]:
    params = told.small((key, record.get(key)) for key in KEPT)
    for dataset in dict.fromkeys(datasets.values()):
        yield About(params, (note,) if note else (), model, None, dataset)


def _reported(result: dict[str, Any], model: str | None, joined: bool) -> Iterator[Reported]:
    details = told.table(result.get("score_details"))
    value = told.number(details.get("score"))
    dataset, metric = _dataset(result), told.table(result.get("metric_config"))
    name = check.text(metric.get("metric_name")) or check.text(metric.get("metric_id")) or ""
    label = f"{_name(result)} ({name})" if name and name != _name(result) else _name(result)
    named = told.Named(model=model, revision=None, dataset=dataset)
    if value is not None:
        how = "mean" if joined else ""
        yield Reported(label, value, how, DIMENSION if how else "", SCORER if how else "", **named)
    error = told.table(told.table(details.get("uncertainty")).get("standard_error"))
    number = told.number(error.get("value"))
    if number is not None:
        yield Reported(f"{label} standard error", number, **named)


def _instances(source: Source, datasets: dict[str, str]) -> Generator[Entry, None, bool]:
    """The answers of a file of instances; returns whether several rows were one answer's."""
    kept, rows, answers = eval_instance.Told(), 0, 0
    for key, held in groups(partial(jsonl_file.lines, source), eval_instance.key):
        if key is None:
            yield held[0] if held[0].why else eval_instance.nameless(held[0])
            continue
        rows += len(held)
        for answer in kept.answers(held):
            answers += 1
            answer.dataset = datasets.get(answer.dataset or "", _only(datasets, answer.dataset))
            yield answer
    yield from kept.notes(lambda name: datasets.get(name or "", _only(datasets, name)))
    return rows != answers


def _only(datasets: dict[str, str], name: str | None) -> str | None:
    """The record's only data set, where the instances give the evaluation another name."""
    values = set(datasets.values())
    return values.pop() if len(values) == 1 else name


FORMAT = Format("every_eval_ever", "Every Eval Ever", knows, read, main, parts)
