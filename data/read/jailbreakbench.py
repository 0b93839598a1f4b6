"""JailbreakBench artifacts: one attack on one model, a hundred behaviors, two judges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data import check
from data.answer import About, Answer, Reported, Score
from data.read import look, loose, pieces, told
from data.read.formats import Entry, Format
from data.read.line import refused
from data.read.look import Look
from data.read.source import Source
from data.trouble import Trouble

DATASET, DIMENSION = "jailbreakbench", "jailbreak"
JUDGES = {"jailbroken": "judge", "jailbroken_llama_guard1": "llama_guard"}
SUMMED = {
    "attack_success_rate": ("mean", "judge"),
    # the rate counts the first judge, the total the second
    "total_number_of_jailbreaks": ("sum", "llama_guard"),
}
COUNTED = ("number_of_submitted_prompts", "total_number_of_queries", "total_prompt_tokens",
           "total_response_tokens")  # fmt: skip
META = ("number_of_queries", "queries_to_jailbreak", "prompt_tokens")


def knows(seen: Look) -> bool:
    """Whether parameters and jailbreaks with a verdict were seen, or the list of such files."""
    if _index(seen):
        return True
    names = ("index", "goal", "jailbroken")
    return seen.kind == "json" and seen.has(
        "parameters", *(f"jailbreaks.[].{name}" for name in names)
    )


def _index(seen: Look) -> bool:
    return seen.name == "attack-info.json" and seen.has("models")


def read(source: Source) -> Iterator[Entry]:
    """One answer a behavior. Where no attack was submitted there is none, and it still counts.

    Raises Trouble for the list of attacked models that lies beside such files.
    """
    if _index(look.into(source)):
        raise Trouble(
            f"{source.name} lists the models an attack was run on and holds no answers",
            "load the files of the models, in the folders beside it",
        )
    parameters = _parameters(source)
    model = check.text(parameters.get("model"))
    number, submitted = 0, 0
    judges: set[str] = set()
    with source.binary() as stream:
        for path, raw in pieces.members(stream, ["jailbreaks"], source.name):
            if path != "jailbreaks":
                continue
            number += 1
            try:
                entry = loose.loads(raw)
            except ValueError as error:
                source.utf8(raw)
                yield refused(number, f"not JSON: {error}", raw)
                continue
            if not isinstance(entry, dict):
                yield refused(number, "not an object", raw)
                continue
            answer = _answer(entry, number)
            answer.model = model
            judges.update(score.scorer for score in answer.scores)
            submitted += check.text(entry.get("prompt")) is not None
            yield answer
    name = told.Named(model=model, revision=None, dataset=DATASET)
    yield About(parameters, _notes(parameters, submitted), **name)
    yield from _reported(parameters, judges, name)


def _parameters(source: Source) -> dict[str, Any]:
    with source.binary() as stream:
        for path, raw in pieces.members(stream, ["jailbreaks"], source.name):
            if path == "parameters":
                try:
                    return told.table(loose.loads(raw))
                except ValueError:
                    return {}
    return {}


def _answer(entry: dict[str, Any], number: int) -> Answer:
    behavior = check.text(entry.get("behavior"))
    return Answer(
        item_id=check.text(entry.get("index")) or f"row {number}",
        number=number,
        dataset=DATASET,
        prompt=check.text(entry.get("goal")),
        category=check.text(entry.get("category")),
        tags={"behavior": behavior} if behavior else {},
        response=check.text(entry.get("response")),
        n_tokens=told.tokens(entry.get("response_tokens")),
        meta=told.small((k, entry.get(k)) for k in ("prompt", *META)),
        scores=[
            Score(DIMENSION, judge, None if said is None else float(said), check.text(entry[field]),
                  "harm")
            for field, judge in JUDGES.items()
            if field in entry
            for said in [told.flag(entry[field])]
        ],
    )  # fmt: skip


def _notes(parameters: dict[str, Any], submitted: int) -> tuple[str, ...]:
    """A sentence where the file counts other submitted prompts than it holds."""
    said = told.number(parameters.get("number_of_submitted_prompts"))
    if said is None or said == submitted:
        return ()
    return (f"The file counts {said:g} submitted prompts and holds {submitted}.",)


def _reported(parameters: dict[str, Any], judges: set[str], name: told.Named) -> Iterator[Reported]:
    for metric in (*SUMMED, *COUNTED):
        value = told.number(parameters.get(metric))
        if value is None:
            continue
        how, judge = SUMMED.get(metric, ("", ""))
        if judge in judges:
            yield Reported(metric, value, how, DIMENSION, judge, **name)
        else:
            yield Reported(metric, value, **name)


FORMAT = Format("jailbreakbench", "JailbreakBench artifact", knows, read)
