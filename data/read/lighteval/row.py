"""One row of lighteval details: a document, what the model answered, and its scores."""

from __future__ import annotations

import math
from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any, Protocol

from data import check
from data.answer import Answer, Score
from data.check import Refused
from data.mapping import Up
from data.read import loose

GOOD = frozenset({
    "acc", "acc_norm", "loglikelihood_acc", "loglikelihood_acc_norm", "exact_match", "em",
    "quasi_exact_match", "prefix_exact_match", "extractive_match", "f1", "mcc", "bleu", "pass@1",
    "prompt_level_strict_acc", "inst_level_strict_acc", "truthfulqa_mc1", "truthfulqa_mc2",
})  # fmt: skip
"""Metrics known to be better when higher, where no results file says it."""
CATEGORY = ("category", "subject", "topic", "type", "level")
LARGE = 10_000
"""Characters of a document's own fields that are kept."""


class Judge(Protocol):
    """What a row needs to know of its task, and tells it."""

    model: str | None
    revision: str | None
    name: str | None
    samples: int
    truncated: int
    options: bool

    def up(self, metric: str) -> Up:
        """Whether more of a metric is good."""


def answers(number: int, row: Mapping[str, Any], task: Judge) -> list[Answer]:
    """The answers to one document, one a sample. Raises Refused for a row that holds none."""
    doc, said = _object(row.get("doc")), _object(row.get("model_response"))
    if doc is None or said is None:
        raise Refused("has no document or no answer")
    told = Answer(check.text(doc.get("id")) or str(number - 1), number, task.model, task.revision)
    told.dataset = task.name or check.text(doc.get("task_name"))
    _asked(told, doc, said)
    texts = _list(said.get("text"))
    choices = [check.text(one) or "" for one in _list(doc.get("choices"))]
    logs = _list(said.get("logprobs"))
    if len(choices) > 1 and len(logs) == len(choices) and not any(texts):
        task.options = True
        _options(told, choices, logs, doc, said)
        written: list[str | None] = [told.response]
    else:
        _gold(told, choices, _places(doc.get("gold_index"), len(choices)))
        written = [check.text(text) for text in texts] or [None]
    cut = said.get("truncated_tokens_count")
    if isinstance(cut, int) and cut > 0:
        task.truncated += 1
        told.meta["truncated_tokens_count"] = cut
    told.scores = _scores(_object(row.get("metric")) or {}, task)
    task.samples = max(task.samples, len(written))
    several = [told, *(_again(told, n) for n in range(1, len(written)))]
    for one, text in zip(several, written, strict=True):
        one.response = text
        _beside(one, said)
    return several


def _again(first: Answer, sample: int) -> Answer:
    return Answer(
        first.item_id, first.number, first.model, first.revision, first.dataset, sample,
        first.prompt, first.category, first.target, first.choices,
    )  # fmt: skip


def _asked(told: Answer, doc: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """The document's query is what is asked; the prompt as sent is kept where it is more."""
    told.prompt = check.text(doc.get("query"))
    sent = _sent(said.get("input"))
    if told.prompt is None:
        told.prompt = sent
    elif sent and sent != told.prompt:
        told.meta["prompt"] = sent
    if instruction := check.text(doc.get("instruction")):
        told.meta["instruction"] = instruction
    specific = _object(doc.get("specific")) or {}
    kind = next((specific[name] for name in CATEGORY if specific.get(name)), None)
    told.category = kind if isinstance(kind, str) else None
    kept = {name: value for name, value in specific.items() if value is not None}
    if kept and len(check.packed(kept)) <= LARGE:
        told.meta["specific"] = kept


def _sent(given: Any) -> str | None:
    """The prompt as sent: a text, or messages that become paragraphs naming who speaks."""
    messages = given
    if isinstance(given, str) and given.lstrip().startswith("[{") and '"role"' in given:
        try:
            messages = loose.loads(given.encode())
        except ValueError:
            return given
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        return check.text(given)
    told = [(check.text(m.get("role")), check.text(m.get("content")) or "") for m in messages]
    if len(told) == 1 and told[0][0] == "user":
        return told[0][1]
    return "\n\n".join(f"{role}: {text}" for role, text in told) or None


def _options(
    told: Answer,
    choices: list[str],
    logs: list[Any],
    doc: Mapping[str, Any],
    said: Mapping[str, Any],
) -> None:
    """Options with their log-probabilities; where all are 0 there are none."""
    texts = [choice.strip() for choice in choices]
    lettered = all(len(text) == 1 and text.isalnum() for text in texts)
    if len(texts) > len(ascii_uppercase):
        keys = [str(place + 1) for place in range(len(texts))]
    else:
        keys = texts if lettered and len(set(texts)) == len(texts) else list(ascii_uppercase)
    keys = keys[: len(texts)]
    told.choices = texts
    numbers = [float(log) if isinstance(log, int | float) else math.nan for log in logs]
    if any(math.isnan(log) or log == math.inf for log in numbers):
        told.meta["logprobs"] = [str(log) for log in logs]
    elif any(numbers):
        told.option_logprobs = dict(zip(keys, numbers, strict=True))
        told.response = texts[numbers.index(max(numbers))]
    right = _places(doc.get("gold_index"), len(texts))
    told.target = keys[right[0]] if len(right) == 1 else None
    if len(right) > 1:
        told.meta["gold"] = [keys[place] for place in right]
    greedy = _list(said.get("argmax_logits_eq_gold"))
    sure = [key for key, certain in zip(keys, greedy, strict=False) if certain is True]
    if sure:
        told.meta["greedy"] = sure[0]


def _gold(told: Answer, choices: list[str], right: list[int]) -> None:
    """The right answer of a question answered in words; other choices only where there are some."""
    golds = [choices[place] for place in right]
    told.target = golds[0] if golds else None
    if len(golds) > 1:
        told.meta["references"] = golds
    if len(set(right)) < len(choices):
        told.choices = choices


def _places(gold: Any, size: int) -> list[int]:
    """The places of the right choices; `gold_index` is one or a list."""
    held = gold if isinstance(gold, list) else [gold]
    return [one for one in held if isinstance(one, int) and 0 <= one < size]


def _scores(metric: Mapping[str, Any], task: Judge) -> list[Score]:
    scores = []
    for name, value in metric.items():
        if isinstance(value, bool | int | float):
            known = float(value)
            raw = None if math.isfinite(known) else str(known)
            scores.append(Score(name, "lighteval", None if raw else known, raw, task.up(name)))
        else:
            raw = "no score" if value is None else check.packed(value)[:200]
            scores.append(Score(name, "lighteval", None, raw, task.up(name)))
    return scores


def _beside(one: Answer, said: Mapping[str, Any]) -> None:
    """What stands beside one sample: its tokens, its thoughts, its text after processing."""
    held = {
        name: _list(said.get(name))
        for name in ("output_tokens", "reasonings", "text_post_processed")
    }
    there = {name: all_[one.sample] for name, all_ in held.items() if one.sample < len(all_)}
    every = held["output_tokens"]
    if one.option_logprobs and len(every) == len(one.option_logprobs):  # a list an option
        sizes = [len(part) if isinstance(part, list) else 0 for part in every]
        if all(sizes):
            one.meta["option_tokens"] = dict(zip(one.option_logprobs, sizes, strict=True))
    tokens = there.get("output_tokens")
    if isinstance(tokens, list) and tokens and not one.option_logprobs:
        one.n_tokens = len(tokens)
    if thought := check.text(there.get("reasonings")):
        one.meta["thinking"] = thought
    text = check.text(there.get("text_post_processed"))
    if text and text != one.response:
        one.meta["filtered"] = text


def _object(value: Any) -> dict[str, Any] | None:
    """A struct, or one written as JSON."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = loose.loads(value.encode())
        except ValueError:
            return None
    return value if isinstance(value, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
