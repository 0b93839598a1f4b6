"""The predictions HELM wrote for display, joined with their instances and requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data import check
from data.answer import Answer
from data.check import Refused
from data.read.formats import Entry
from data.read.helm import answer as helm_answer
from data.read.helm import numbers as helm_numbers
from data.read.helm import run as helm_run
from data.read.helm.numbers import Key, Numbers
from data.read.helm.run import INSTANCES, REQUESTS, SHOWN, STATE, Run, inner, parsed
from data.read.line import refused
from data.read.source import Source
from data.trouble import Trouble

HELD = 128 * 2**20
"""Bytes of entries of another file that may wait for theirs; in HELM's own order none wait."""


def numbers(source: Source, run: Run) -> Numbers:
    """The scores that stand with the predictions: the main ones only."""
    found = Numbers()
    for _, entry in _entries(source):
        stats = inner(entry, "stats")
        try:
            key = helm_numbers.key_of(entry if isinstance(entry, dict) else {}, run)
        except Refused:
            continue  # it is told when the prediction is read
        for name, value in stats.items() if isinstance(stats, dict) else ():
            if isinstance(value, int | float) and not isinstance(value, bool):
                found.put(key, name, float(value))
    return found


def _entries(source: Source) -> Iterator[tuple[int, Any]]:
    for number, raw in helm_run.entries(source):
        yield number, parsed(raw, f"{source.name}, entry {number}")


def answers(source: Source, run: Run, numbers: Numbers) -> Iterator[Entry]:
    """The answers of a display_predictions.json, with the instances and requests beside it."""
    instances = _Waiting(source.path, INSTANCES, run)
    requests = _Waiting(source.path, REQUESTS, run)
    for number, entry in _entries(source):
        try:
            if not isinstance(entry, dict):
                raise Refused(f"not an object but {type(entry).__name__}")
            yield _prediction(number, entry, run, numbers, instances, requests)
        except Refused as error:
            yield refused(number, str(error), entry)


def _prediction(
    number: int,
    entry: dict[str, Any],
    run: Run,
    numbers: Numbers,
    instances: _Waiting,
    requests: _Waiting,
) -> Answer:
    key = helm_numbers.key_of(entry, run)
    instance, reference = instances.take((*key[:2], 0)), entry.get("reference_index")
    told = helm_answer.begun(number, run, key, instance, reference)
    helm_answer.target(told, run, instance, None)
    helm_answer.sent(told, inner(requests.take(key), "request"))
    helm_answer.judged(told, key, numbers, entry.get("annotations"))
    if run.separate:
        helm_answer.chosen(told, instance, reference)
        return told
    helm_answer.spoke(told, entry.get("predicted_text"), None, run)
    for name, kept in (("mapped_output", "mapped_output"), ("thinking_text", "thinking")):
        if text := check.text(entry.get(name)):
            told.meta[kept] = text
    if images := entry.get("base64_images"):
        told.meta["images"] = len(images) if isinstance(images, list) else 1
    return told


class _Waiting:
    """The entries of another file, met in about the order in which they are asked for."""

    def __init__(self, path: Path, name: str, run: Run) -> None:
        there = helm_run.beside(path, name)
        self._name, self._run = name, run
        self._rest = helm_run.entries(Source(there)) if there else iter(())
        self._waiting: dict[Key, bytes] = {}
        self._size = 0
        self._taken: set[Key] = set()

    def take(self, key: Key) -> Any:
        """The entry of that key; None where there is none, or it was taken before."""
        if key in self._taken:
            return None
        self._taken.add(key)
        if key in self._waiting:
            raw = self._waiting.pop(key)
            self._size -= len(raw)
            return parsed(raw, self._name)
        for number, raw in self._rest:
            entry = parsed(raw, f"{self._name}, entry {number}")
            if self._key(entry) == key:
                return entry
            self._waiting[self._key(entry)] = raw
            self._size += len(raw)
            if self._size > HELD:
                raise Trouble(
                    f"{self._name} is in another order than {SHOWN}",
                    f"load {STATE} of the run alone, in a folder without the display files",
                )
        return None

    def _key(self, entry: Any) -> Key:
        told = entry if isinstance(entry, dict) else {}
        if "instance_id" not in told:  # an instance, which knows no trial
            told = {"instance_id": told.get("id"), "perturbation": told.get("perturbation")}
        try:
            return helm_numbers.key_of(told, self._run)
        except Refused as error:
            raise Trouble(
                f"{self._name} has an entry that {error}", "copy the run again"
            ) from error
