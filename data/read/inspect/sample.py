"""One sample of an Inspect log as an answer."""

from __future__ import annotations

from typing import Any

import orjson

from data.answer import Act, Answer, Score
from data.check import LARGEST
from data.columns import BY_NAME
from data.read.inspect import option as inspect_option
from data.read.inspect import pool as inspect_pool
from data.read.inspect import score as inspect_score
from data.read.inspect import text as inspect_text
from data.read.inspect.score import CORRECT, Tallies
from data.read.inspect.text import Resolve, entries, first, short, table

CATEGORIES = ("category", *BY_NAME["category"].also, "domain", "risk_category", "harm_category")
"""Keys of a sample's metadata that name its category, the first that stands there."""
TAG, TAGS = 100, 30
"""Characters of a tag, and tags of an item; the rest of the metadata goes to `meta`."""
SMALL = 4_000
"""Bytes of JSON that `meta` takes of one field."""
KEPT = ("uuid", "total_time", "working_time", "error", "limit", "invalidation", "model_usage",
        "role_usage", "model_fallbacks", "description", "turn_count")  # fmt: skip
"""What else of a sample is kept in `meta`, where it is small."""
FLAGS = {"answerable": ("answerable", "is_answerable"), "should_abstain": ("should_abstain",)}


def answer(
    body: dict[str, Any], number: int, tallies: Tallies, resolve: Resolve | None = None
) -> Answer:
    """The sample as an answer; `number` is its place in the log. Epochs are samples, from 0."""
    older = table(body.get("transcript")).get("content")
    resolve = resolve or inspect_text.resolver(body.get("attachments") or older)
    told = Answer(_id(body.get("id")), number, sample=_epoch(body.get("epoch")))
    told.prompt = inspect_text.prompt(body.get("input"), resolve)
    told.choices = _choices(body.get("choices"), resolve)
    told.target = _target(body.get("target"), resolve)
    _metadata(table(body.get("metadata")), told)
    _kept(body, told)
    messages = inspect_pool.messages(body)
    failed = bool(body.get("error"))
    _output(body, messages, told, resolve, failed)
    _conversation(messages, told, resolve)
    inspect_score.take(_scores(body), told, tallies, resolve)
    if failed:
        _unscored(body["error"], told, tallies)
    _options(body, told)
    return told


def _id(held: Any) -> str:
    return str(held) if isinstance(held, str | int) else short(held)


def _epoch(held: Any) -> int:
    """Epochs count from 1; what is no whole number is refused further on."""
    if held is None:
        return 0
    if isinstance(held, bool) or not isinstance(held, int) or held < 0:
        raise ValueError(f"its epoch is {short(held)[:40]!r}, not a whole number")
    return max(held - 1, 0)


def _choices(held: Any, resolve: Resolve) -> list[str] | None:
    return [resolve(short(choice)) for choice in entries(held)] or None


def _target(held: Any, resolve: Resolve) -> str | None:
    """One accepted answer as text, several as a JSON list."""
    if isinstance(held, list):
        accepted = [resolve(short(one)) for one in held]
        return short(accepted) if len(accepted) > 1 else (accepted[0] if accepted else None)
    return resolve(short(held)) or None


def _metadata(held: dict[str, Any], told: Answer) -> None:
    rest: dict[str, Any] = {}
    for key, value in held.items():
        brief = isinstance(value, str | int | float | bool) and len(short(value)) <= TAG
        if brief and len(told.tags) < TAGS:
            told.tags[key] = short(value)
        else:
            rest[key] = value
    told.category = next((told.tags[key] for key in CATEGORIES if told.tags.get(key)), None)
    for name, keys in FLAGS.items():
        flag = next((held[key] for key in keys if isinstance(held.get(key), bool)), None)
        setattr(told, name, flag)
    if rest:
        _small(told, "metadata", rest)


def _kept(body: dict[str, Any], told: Answer) -> None:
    for key in KEPT:
        value = body.get(key)
        if isinstance(value, dict):
            value = {k: v for k, v in value.items() if not k.startswith("traceback")}
        if value:
            _small(told, key, value)
    if retries := entries(body.get("error_retries")):
        told.meta["retries"] = len(retries)


def _small(told: Answer, key: str, value: Any) -> None:
    """Keeps a field in `meta`, or says there how large the one is that was left out."""
    try:
        size = len(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS))
    except TypeError:
        size = SMALL + 1
    told.meta[key] = value if size <= SMALL else f"left out: {size:,} bytes"


def _output(
    body: dict[str, Any], messages: list[Any], told: Answer, resolve: Resolve, failed: bool
) -> None:
    output = table(body.get("output"))
    choice = first(output.get("choices"))
    message = table(choice.get("message"))
    said = resolve(short(output.get("completion"))) or _said(message, resolve)
    if not choice and not said and not failed:  # old logs, and such as were edited, lack it
        spoken = [m for m in map(table, messages) if m.get("role") == "assistant"]
        message = spoken[-1] if spoken else {}
        said = _said(message, resolve)
    told.response = said or None
    reason = short(choice.get("stop_reason"))
    told.finish = {"length": "max_tokens"}.get(reason, reason) or None
    told.n_tokens = _tokens(output, body)
    if limit := body.get("limit"):  # it ended the sample, whatever ended the last answer in it
        told.meta["stop_reason"] = told.finish
        told.finish = f"{short(table(limit).get('type') or limit)} limit"
    if output.get("error"):
        _small(told, "output_error", output["error"])
    _stopped(choice, message, output, told)


def _said(message: dict[str, Any], resolve: Resolve) -> str:
    return inspect_text.text(message.get("content"), resolve)


def _tokens(output: dict[str, Any], body: dict[str, Any]) -> int | None:
    """Tokens of the answer; where only the sample's total of one model is known, that."""
    used = table(output.get("usage"))
    models = [table(one) for one in table(body.get("model_usage")).values()]
    if not used and len(models) == 1:
        used = models[0]
    count = used.get("output_tokens")
    if not isinstance(count, int) or isinstance(count, bool):
        return None
    return count if 0 <= count <= LARGEST else None


def _stopped(
    choice: dict[str, Any], message: dict[str, Any], output: dict[str, Any], told: Answer
) -> None:
    """A refusal the model marked itself, or an answer that the provider blocked."""
    if inspect_text.refuses(message.get("content")):
        told.acts.append(Act("refused", "inspect:message", "the answer is marked as a refusal"))
    elif choice.get("stop_reason") == "content_filter":
        details = table(choice.get("stop_details"))
        why = short(details.get("explanation") or details.get("category") or output.get("error"))
        blocked = ": ".join(filter(None, ("content_filter", why)))
        told.acts.append(Act("could_not_act", "inspect:stop_reason", blocked))


def _conversation(messages: list[Any], told: Answer, resolve: Resolve) -> None:
    """Steps of an agent; of a single answer only what the rest of its row does not say."""
    if inspect_text.turns(messages):
        told.steps += inspect_text.steps(messages, resolve)
        return
    for message in map(table, messages):
        role, said = message.get("role"), _said(message, resolve)
        if role == "system" and f"system: {said}" not in (told.prompt or ""):
            told.meta["system"] = said
        elif role == "user" and said and said not in (told.prompt or ""):
            told.meta["asked"] = said
        elif role == "assistant" and (thought := inspect_text.thoughts(message.get("content"),
                                                                       resolve)):  # fmt: skip
            told.meta["reasoning"] = thought


def _scores(body: dict[str, Any]) -> dict[str, Any]:
    """Scores by scorer; the oldest logs hold one score without a scorer's name."""
    scores = table(body.get("scores"))
    return scores or ({"score": body["score"]} if body.get("score") else {})


def _unscored(error: Any, told: Answer, tallies: Tallies) -> None:
    """A sample that broke off has no verdict, and says why."""
    why = short(table(error).get("message") or error)
    for scorer in tallies.accurate:
        if all(score.scorer != scorer for score in told.scores):
            one = Score(CORRECT, scorer, None, f"error: {why}")
            told.scores.append(one)
            tallies.add(one, unread=False)


def _options(body: dict[str, Any], told: Answer) -> None:
    if not told.choices:
        return
    held = table(table(body.get("scores")).get("choice"))
    if inspect_option.SHUFFLED in short(held.get("explanation")):
        return  # the letters the model saw stand for other options
    choice = first(table(body.get("output")).get("choices"))
    answered = short(held.get("answer")) or None
    every, some = inspect_option.logprobs(choice, len(told.choices), answered)
    told.option_logprobs = every
    if every:
        told.meta["option_tokens"] = dict.fromkeys(every, 1)  # alternatives of one token
    if some:
        told.meta["some_option_logprobs"] = some
