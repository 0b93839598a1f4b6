"""The requests of a HELM run as they were run: scenario_state.json, in a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.answer import Answer
from data.check import Refused
from data.read import pieces
from data.read.formats import Entry
from data.read.helm import answer as helm_answer
from data.read.helm import numbers as helm_numbers
from data.read.helm import run as helm_run
from data.read.helm.numbers import Numbers
from data.read.helm.run import Run, inner, parsed
from data.read.line import refused
from data.read.source import Source

STATES = "request_states"


def answers(source: Source, run: Run, numbers: Numbers) -> Iterator[Entry]:
    """The answers of a scenario_state.json, and how the model was asked into `run`."""
    with source.binary() as stream:
        number = 0
        for name, raw in pieces.members(stream, [STATES], source.name):
            if name == "adapter_spec":
                adapter = parsed(raw, f"{source.name}: adapter_spec")
                helm_run.adapt(run, adapter if isinstance(adapter, dict) else {})
            if name != STATES:
                continue
            number += 1
            try:
                yield from _state(
                    number, parsed(raw, f"{source.name}, request {number}"), run, numbers
                )
            except Refused as error:
                yield refused(number, str(error), raw)


def _state(number: int, state: Any, run: Run, numbers: Numbers) -> list[Answer]:
    """The answers of one request; none for one that only calibrates, or asks for another option."""
    if not isinstance(state, dict):
        raise Refused(f"not an object but {type(state).__name__}")
    if state.get("request_mode") == "calibration":
        return []
    instance = state.get("instance")
    place = {"instance_id": inner(instance, "id"), "perturbation": inner(instance, "perturbation")}
    key = helm_numbers.key_of(state | place, run)
    reference, mapping = state.get("reference_index"), state.get("output_mapping")
    best = numbers.of(key, "predicted_index")
    if run.separate and reference != (0 if best is None else best):
        return []
    told = helm_answer.begun(number, run, key, instance, reference)
    if run.method == "language_modeling":
        _chunk(told, run)
    helm_answer.target(told, run, instance, mapping)
    helm_answer.sent(told, state.get("request"))
    if state.get("prompt_truncated") is True:
        told.meta["prompt_truncated"] = True
    helm_answer.judged(told, key, numbers, state.get("annotations"))
    if helm_answer.failed(told, state.get("result")):
        return [told]
    held = inner(state, "result", "completions")
    completions = [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
    if run.separate:
        if best is not None:
            helm_answer.chosen(told, instance, reference)
        return [told]
    run.completions = max(run.completions, len(completions))
    _complete(told, completions[0] if completions else {}, mapping, run)
    return [told, *_further(told, completions[1:], mapping, run)]


def _chunk(told: Answer, run: Run) -> None:
    """A text too long for the model is several requests: further pieces are items of their own."""
    piece = run.chunks.get(told.item_id, 0)
    run.chunks = {told.item_id: piece + 1}  # pieces of a text follow one another
    if piece:
        told.item_id = f"{told.item_id}/{piece + 1}"


def _complete(told: Answer, completion: dict[str, Any], mapping: Any, run: Run) -> None:
    helm_answer.completed(told, completion, mapping)
    helm_answer.spoke(told, completion.get("text"), helm_answer.ended(completion), run)
    meant = mapping.get((told.response or "").strip()) if isinstance(mapping, dict) else None
    if meant is not None:
        told.meta["mapped_output"] = meant


def _further(
    first: Answer, completions: list[dict[str, Any]], mapping: Any, run: Run
) -> Iterator[Answer]:
    """Further completions are further samples; the scores are of all, and stand on the first."""
    stride = len(completions) + 1
    trial, first.sample = first.sample, first.sample * stride
    for n, completion in enumerate(completions, start=1):
        one = Answer(first.item_id, first.number, first.model, None, first.dataset)
        one.sample, one.target, one.choices = trial * stride + n, first.target, first.choices
        _complete(one, completion, mapping, run)
        yield one
