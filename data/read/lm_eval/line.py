"""One line of an lm-evaluation-harness samples file: the answers and scores that stand in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from data import check
from data.answer import Answer, Score
from data.check import Refused
from data.mapping import Up
from data.read.lm_eval import doc as lm_eval_doc
from data.read.lm_eval import options as lm_eval_options
from data.read.lm_eval.options import Request

Line = Mapping[str, Any]
KNOWN = frozenset({
    "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics",
    "doc_hash", "prompt_hash", "target_hash",
})  # fmt: skip
GOOD = frozenset({
    "acc", "acc_norm", "acc_bytes", "acc_mutual_info", "exact_match", "em", "f1", "mcc", "bleu",
    "bleu_acc", "bleu_max", "rouge1", "rouge2", "rougeL", "pass@1", "pass_at_1",
    "prompt_level_strict_acc", "inst_level_strict_acc",
})  # fmt: skip
"""Metrics known to be better when higher, where no results file says it."""
SHORT = 200
"""Characters kept of a metric that is no number."""


@dataclass(slots=True)
class Task:
    """Whose answers to what a file holds; `better` says of a metric whether more of it is better.

    What is learned from the lines: how many answers a document has, and whether any were written.
    """

    model: str | None = None
    revision: str | None = None
    name: str | None = None
    better: Mapping[str, bool] = field(default_factory=dict)
    repeats: int = 1
    kinds: set[str] = field(default_factory=set)
    settings: Any = None

    def up(self, metric: str) -> Up:
        """Whether more of a metric is good; less being better does not make more of it harm."""
        return "good" if self.better.get(metric, metric in GOOD) else "neither"


def key(line: Line) -> tuple[str, str]:
    """The document and the filter of a line. Raises Refused where it names no document."""
    doc_id = check.text(line.get("doc_id"))
    if doc_id is None:
        raise Refused("has no doc_id")
    return doc_id, check.text(line.get("filter")) or "none"


def answers(number: int, line: Line, more: Sequence[Line], task: Task) -> list[Answer]:
    """The answers to one document, one a repeat; `more` are its lines under other filters.

    Raises Refused for a line that is not what the harness writes.
    """
    asked = list(_requests(line.get("arguments")))
    resps = line.get("resps")
    told = Answer(key(line)[0], number, task.model, task.revision, task.name)
    lm_eval_doc.describe(told, line)
    options = lm_eval_options.options(asked, resps)
    sent = lm_eval_doc.prompt(asked[0].context) if asked else None
    texts: list[str | None] = [None]
    if options:
        task.kinds.add("options")
        sent = options.prompt
        lm_eval_options.answer(told, options, line)
        texts = [told.response]
    elif (logs := lm_eval_options.likelihoods(asked, resps)) is not None:
        task.kinds.add("likelihood")
        told.meta |= logs
    else:
        if not isinstance(resps, list):
            raise Refused("has no list of answers (resps)")
        task.kinds.add("text")
        texts = [check.text(one) for one in _flat(resps)] or texts
        if asked and task.settings is None:
            task.settings = asked[0].rest[0] if asked[0].rest else None
    lm_eval_doc.ask(told, line, sent)
    for extra in chain.from_iterable(request.rest[1:] for request in asked):
        told.prompt = "\n".join([told.prompt or "", *lm_eval_doc.images(extra)])
    task.repeats = max(task.repeats, len(texts))
    several = [told, *(_again(told, sample) for sample in range(1, len(texts)))]
    for one, text in zip(several, texts, strict=True):
        one.response = text
        for held in (line, *more):
            _judged(one, held, len(texts), task)
    return several


def _again(first: Answer, sample: int) -> Answer:
    return Answer(
        first.item_id, first.number, first.model, first.revision, first.dataset, sample,
        first.prompt, first.category, first.target, first.choices,
    )  # fmt: skip


def _requests(told: Any) -> Iterator[Request]:
    """The requests of a document, as an object of objects (0.4.2 on) or a list of pairs."""
    if isinstance(told, dict):
        told = [told[name] for name in sorted(told, key=_place)]
    for given in told if isinstance(told, list) else ():
        named = isinstance(given, list) and len(given) == 2 and isinstance(given[1], dict)
        one = given[1] if named and str(given[0]).startswith("gen_args_") else given
        if isinstance(one, dict):
            held = one
            one = [held[name] for name in sorted(held, key=_place)]
        if isinstance(one, list) and one:
            yield Request(one[0], tuple(one[1:]))
        elif isinstance(one, str):
            yield Request(one, ())


@lru_cache(4096)
def _place(name: str) -> tuple[int, str]:
    digits = re.search(r"\d{1,9}$", name)
    return int(digits[0]) if digits else -1, name


def _flat(held: Any) -> Iterator[Any]:
    """Answers of all requests in order, however deep the repeats lie."""
    rest = [held]
    while rest:
        one = rest.pop()
        if isinstance(one, list):
            rest.extend(reversed(one))
        else:
            yield one


def _judged(one: Answer, line: Line, repeats: int, task: Task) -> None:
    """The scores of one line, and what its filter made of the answer where that is another text."""
    scorer = key(line)[1]
    named = line.get("metrics")
    metrics = [str(name) for name in named] if isinstance(named, list) else None
    for name in metrics if metrics is not None else [n for n in line if n not in KNOWN]:
        if name not in line:
            continue
        value = line[name]
        if isinstance(value, list) and len(value) == repeats > 1:
            value = value[one.sample]
        elif one.sample:
            continue  # it is of the document as a whole, and stands on its first answer
        found, raw = _number(value)
        one.scores.append(Score(name, scorer, found, raw, task.up(name)))
    if metrics is not None and not one.sample:
        more = {n: v for n, v in line.items() if n not in KNOWN and n not in metrics}
        one.meta |= {n: v for n, v in more.items() if isinstance(v, str | int | float)}
    if one.option_logprobs or "logprob" in one.meta:
        return
    held = line.get("filtered_resps")
    kept = list(_flat(held)) if isinstance(held, list) else []
    text = (
        kept[one.sample] if len(kept) == repeats else kept[0] if kept and not one.sample else None
    )
    if text is not None and check.text(text) != one.response:
        one.meta.setdefault("filtered", {})[scorer] = check.text(text)


def _number(value: Any) -> tuple[float | None, str | None]:
    """A metric's value, or what stands in its place.

    >>> _number("0.5"), _number("-inf"), _number([1, 2])
    ((0.5, None), (None, '-inf'), (None, '[1,2]'))
    """
    if isinstance(value, bool | int | float | str):
        try:
            found = float(value)
        except (ValueError, OverflowError):
            return None, str(value)[:SHORT]
        return (found, None) if math.isfinite(found) else (None, str(value)[:SHORT])
    return None, "null" if value is None else check.packed(value)[:SHORT]
