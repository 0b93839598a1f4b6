"""One answer of a HELM run, from the request as it was run or from the shorter display files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from data import check
from data.answer import Act, Answer
from data.check import Refused
from data.read.helm.numbers import Key, Numbers
from data.read.helm.run import Run, inner

BLOCKED = frozenset({"content_filter", "content-filter", "safety", "blocked", "sensitive"})
"""Reasons of an end that say the provider gave no answer."""
LARGE = 20_000
"""Characters of annotations kept beside an answer."""
Object = Mapping[str, Any]


def begun(number: int, run: Run, key: Key, instance: Any, reference: Any) -> Answer:
    """The answer so far: what was asked and what would be right."""
    item_id, variant, trial = key
    told = Answer(item_id, number, run.model, None, run.set_of(variant), trial)
    if reference is not None and not run.separate:
        told.item_id = f"{item_id}#{reference}"  # each passage to be ranked is a prompt of its own
    told.prompt = _text(inner(instance, "input"))
    told.category = check.text(inner(instance, "sub_split"))
    split = check.text(inner(instance, "split"))
    told.tags = {"split": split} if split else {}
    if variant:
        told.tags["perturbation"] = run.variants[variant]
    if isinstance(extra := inner(instance, "extra_data"), dict):
        packed = check.packed(extra)
        told.meta |= {"extra_data": extra} if len(packed) < LARGE else {}
    return told


def target(told: Answer, run: Run, instance: Any, mapping: Any) -> None:
    """Writes the options and the right one: its letter where the model was to name a letter."""
    listed = _objects(inner(instance, "references"))
    texts = [_text(inner(one, "output")) or "" for one in listed]
    right = [
        text
        for one, text in zip(listed, texts, strict=True)
        if isinstance(one.get("tags"), list) and "correct" in one["tags"]
    ]
    if isinstance(mapping, dict) and mapping:
        letters = {str(letter): check.text(text) or "" for letter, text in mapping.items()}
    elif run.method.startswith("multiple_choice_joint") and len(texts) <= 26:
        letters = {chr(ord("A") + place): text for place, text in enumerate(texts)}
    else:
        letters = {}
    named = [letter for letter, text in letters.items() if text in right]
    told.target = named[0] if named else right[0] if right else None
    if letters or len(right) < len(texts):
        told.choices = list(letters.values()) or texts
    elif len(right) > 1:
        told.meta["references"] = right


def sent(told: Answer, request: Any) -> None:
    """Keeps the prompt as it was sent, with examples and instructions, where it is another text."""
    messages, media = inner(request, "messages"), inner(request, "multimodal_prompt")
    prompt = check.text(inner(request, "prompt"))
    if _list(messages) and messages:
        prompt = _said(messages)
    elif media is not None:
        objects = inner(media, "media_objects")
        prompt = "\n".join(map(_medium, objects)) if _list(objects) else prompt
    if prompt and told.prompt is None:
        told.prompt = prompt
    elif prompt and prompt != told.prompt:
        told.meta["prompt"] = prompt


def spoke(told: Answer, text: Any, finish: str | None, run: Run) -> None:
    """Writes what the model answered; an empty text is no answer."""
    told.response, told.finish = check.text(text), finish
    if finish in BLOCKED:
        told.acts.append(Act("could_not_act", "helm", f"the provider ended it: {finish}"))
    elif told.response is None and not run.separate:
        why = "empty completion" + (f", ended by {finish}" if finish else "")
        told.acts.append(Act("could_not_act", "helm", why))


def judged(told: Answer, key: Key, numbers: Numbers, annotations: Any) -> None:
    """Writes the scores, the count of tokens, and what judges wrote."""
    told.scores = numbers.scores(key)
    tokens = numbers.of(key, "num_output_tokens")
    if tokens is not None and tokens.is_integer():
        told.n_tokens = check.whole(tokens, "num_output_tokens")
    if annotations:
        packed = check.packed(annotations)
        told.meta["annotations"] = annotations if len(packed) <= LARGE else packed[:LARGE]


def completed(told: Answer, completion: Object, mapping: Any) -> None:
    """Writes what a completion holds beside its text: tokens, log-probabilities, thoughts.

    HELM writes 0.0 where a model gives no log-probability: such are none.
    """
    tokens = _objects(completion.get("tokens"))
    told.n_tokens = told.n_tokens or len(tokens) or None
    if any(_log(one.get("logprob")) for one in tokens) and _log(completion.get("logprob")):
        told.meta["logprob"] = completion["logprob"]
    top = tokens[0].get("top_logprobs") if tokens else None
    if isinstance(mapping, dict) and isinstance(top, dict):
        held = {str(t).strip(): log for t, log in top.items() if _log(log) is not None}
        if mapping.keys() <= held.keys() and any(held[letter] for letter in mapping):
            told.option_logprobs = {letter: float(held[letter]) for letter in mapping}
            told.meta["option_tokens"] = dict.fromkeys(mapping, 1)  # alternatives of one token
    if thought := check.text(inner(completion, "thinking", "text")):
        told.meta["thinking"] = thought


def ended(completion: Object) -> str | None:
    """Why a completion ended."""
    said = completion.get("finish_reason")
    return check.text(said.get("reason") if isinstance(said, dict) else said)


def chosen(told: Answer, instance: Any, reference: Any) -> None:
    """Writes the option the model preferred as its answer: it wrote none."""
    references = inner(instance, "references")
    place = check.whole(reference, "reference_index")
    if _list(references) and place is not None and place < len(references):
        told.response = _text(inner(references[place], "output"))


def _log(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return float(value) if known else None


def _list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if _list(value) else []


def _text(output: Any) -> str | None:
    """The text of an input or output, which may be messages or media."""
    if not isinstance(output, dict):
        return check.text(output)
    if _list(messages := output.get("messages")) and messages:
        return _said(messages)
    media = inner(output, "multimedia_content", "media_objects")
    if _list(media) and media:
        return "\n".join(_medium(one) for one in media)
    return check.text(output.get("text"))


def _said(messages: list[Any]) -> str:
    told = [one for one in messages if isinstance(one, dict)]
    if len(told) == 1 and told[0].get("role") == "user":
        return _content(told[0].get("content"))
    said = ((check.text(one.get("role")), _content(one.get("content"))) for one in told)
    return "\n\n".join(f"{role}: {content}" for role, content in said)


def _content(content: Any) -> str:
    if not _list(content):
        return check.text(content) or ""
    return "\n".join(_medium(part) for part in content)


def _medium(one: Any) -> str:
    """Text as it is; an image or sound by its kind, never by where it lies."""
    text = check.text(inner(one, "text"))
    kind = check.text(inner(one, "content_type")) or check.text(inner(one, "type")) or "file"
    return text or f"[{kind.partition('/')[0][:40]}: …]"


def failed(told: Answer, result: Any) -> bool:
    """Whether the request gave no result; why is kept. Raises Refused for what is none at all."""
    if result is not None and not isinstance(result, dict):
        raise Refused(f"has a result that is no object but {type(result).__name__}")
    if result and result.get("success") is not False:
        return False
    told.meta["error"] = (check.text(inner(result, "error")) or "no result")[:LARGE]
    return True
