"""Messages of an Inspect log as text and steps: attachments put back, images named and left out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from data.answer import Step

Resolve = Callable[[str], str]
"""Puts an attachment back where a text is only a reference to it."""

REFERENCES = ("attachment://", "tc://")
NAMED = 120
"""Characters kept of the name of an image or a file."""
MEDIA = ("image", "audio", "video", "document")


def table(value: Any) -> dict[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def first(value: Any) -> dict[str, Any]:
    """The first entry of a list where it is an object, else an empty one."""
    return table(next(iter(entries(value)), None))


def short(value: Any) -> str:
    """Any value as text: text as it is, the rest as JSON.

    >>> short("a"), short({"b": 1}), short(None)
    ('a', '{"b":1}', '')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # a number beyond 64 bits, or lists inside one another for ever
        return str(value)


def resolver(attachments: Any) -> Resolve:
    """Looks references up in a sample's own attachments; what is not there stays as it is.

    >>> resolver({"1f": "long text"})("attachment://1f")
    'long text'
    """
    held = table(attachments)

    def resolve(text: str) -> str:
        if text.startswith(REFERENCES):
            found = held.get(text.partition("://")[2])
            return found if isinstance(found, str) else text
        return text

    return resolve


def text(content: Any, resolve: Resolve) -> str:
    """What a message says, without the thoughts and tool calls that may stand in it.

    >>> text([{"type": "text", "text": "See"}, {"type": "image", "image": "a.png"}], str)
    'See\\n[image: a.png]'
    """
    if isinstance(content, list):
        return "\n".join(filter(None, (_part(part, resolve) for part in content)))
    return resolve(short(content))


def thoughts(content: Any, resolve: Resolve) -> str:
    """The reasoning that stands apart from what a message says."""
    kept = [
        resolve(short(part.get("summary") or part.get("reasoning")))
        for part in entries(content)
        if isinstance(part, dict) and part.get("type") == "reasoning"
        if not part.get("redacted") or part.get("summary")
    ]
    return "\n".join(filter(None, kept))


def refuses(content: Any) -> bool:
    """Whether the model itself marked what it says as a refusal."""
    return any(isinstance(part, dict) and part.get("refusal") is True for part in entries(content))


def prompt(asked: Any, resolve: Resolve) -> str | None:
    """An input as one text: a single user message alone, several with their roles.

    >>> prompt([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}], str)
    'system: Be brief.\\n\\nuser: Hi'
    """
    if not isinstance(asked, list):
        return resolve(short(asked)) or None
    told = [m for m in asked if isinstance(m, dict)]
    if len(told) == 1 and told[0].get("role", "user") == "user":
        return text(told[0].get("content"), resolve) or None
    said = (f"{short(m.get('role'))}: {text(m.get('content'), resolve)}" for m in told)
    return "\n\n".join(said) or None


def turns(messages: list[Any]) -> bool:
    """Whether this is more than a question and its answer: tools, or a model that speaks twice."""
    told = [m for m in messages if isinstance(m, dict)]
    spoken = sum(m.get("role") == "assistant" for m in told)
    return spoken > 1 or any(
        m.get("role") == "tool"
        or m.get("tool_calls")
        or any(table(part).get("type") == "tool_use" for part in entries(m.get("content")))
        for m in told
    )


def steps(messages: list[Any], resolve: Resolve) -> Iterator[Step]:
    """A conversation step by step: thoughts, what is said, each tool's call, each tool's answer."""
    for message in messages:
        if not isinstance(message, dict):
            continue
        role, content = short(message.get("role")), message.get("content")
        plain = isinstance(content, str)
        if not plain and (thought := thoughts(content, resolve)):
            yield Step("reasoning", thought)
        said = text(content, resolve)
        flags: tuple[str, ...] = ()
        if message.get("error"):
            said, flags = _failed(table(message["error"]), said, resolve)
        if role == "tool":
            yield Step(_named("tool", message.get("function")), said or None, None, flags)
        elif said:
            yield Step(role, said, None, flags)
        if not plain:
            yield from _server_side(content, resolve)
        for call in entries(message.get("tool_calls")):
            yield _call(table(call), resolve)


def _failed(error: dict[str, Any], said: str, resolve: Resolve) -> tuple[str, tuple[str, ...]]:
    """What a failed call gave back, with the error where it does not say it itself."""
    why = resolve(short(error.get("message")))
    if why and why not in said:
        said = f"{said}\n{why}".lstrip()
    return said, (f"error: {short(error.get('type')) or 'unknown'}",)


def _call(call: dict[str, Any], resolve: Resolve) -> Step:
    held = call.get("function")
    # the provider's own shape holds the name and the arguments one level deeper
    function, arguments = (
        (table(held).get("name"), table(held).get("arguments"))
        if isinstance(held, dict)
        else (held, call.get("arguments"))
    )
    if isinstance(arguments, dict):
        arguments = {k: resolve(v) if isinstance(v, str) else v for k, v in arguments.items()}
    flags = ("error: parsing",) if call.get("parse_error") else ()
    content = f"{short(function)}({resolve(short(arguments))})"
    return Step(_named("tool call", function), content, flags=flags)


def _server_side(content: Any, resolve: Resolve) -> Iterator[Step]:
    """Tools the provider called by itself, inside one message."""
    for part in entries(content):
        if isinstance(part, dict) and part.get("type") == "tool_use":
            name, asked = short(part.get("name")), resolve(short(part.get("arguments")))
            yield Step(_named("tool call", name), f"{name}({asked})")
            flags = ("error: tool",) if part.get("error") else ()
            answer = resolve(short(part.get("error") or part.get("result")))
            yield Step(_named("tool", name), answer or None, flags=flags)


def _named(role: str, function: Any) -> str:
    return f"{role}: {short(function)[:NAMED]}" if function else role


def _part(part: Any, resolve: Resolve) -> str:
    if not isinstance(part, dict):
        return resolve(short(part))
    kind = part.get("type")
    if kind in ("reasoning", "tool_use"):
        return ""
    if kind in MEDIA:
        held = part.get(kind)
        if isinstance(held, dict):  # as the provider writes it
            held = held.get("url")
        return f"[{kind}: {_medium(resolve(short(held)), short(part.get('filename')))}]"
    if "text" in part:
        return resolve(short(part["text"]))
    return f"[{short(kind) or 'part'}: {resolve(short(part.get(short(kind))))[:NAMED]}]"


def _medium(held: str, name: str) -> str:
    """What stands for an image or a file: its name, or what kind of data it was and its hash."""
    if not held.startswith("data:"):
        return (name or held)[:NAMED] or "none"
    kind = held[5:NAMED].partition(",")[0].partition(";")[0]
    mark = hashlib.sha256(held.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{name[:NAMED] or kind or 'data'}, sha256 {mark}"
