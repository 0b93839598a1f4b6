"""A conversation in one cell: what was asked, and what the model answered last."""

from __future__ import annotations

from typing import Any

from data import check

MODEL = ("assistant", "gpt", "model", "bot", "ai")
"""Who speaks where the model does, in files of several makers."""


def told(cell: Any) -> dict[str, str | None]:
    """`prompt` and `response` of a list of messages; nothing where it is none.

    The last answer of the model is the response, what was said after it `said_after`. A single
    message before it is the prompt; of several each says who spoke.

    >>> told([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}])
    {'prompt': 'Hi', 'response': 'Hello'}
    >>> told([{"from": "system", "value": "Be brief"}, {"from": "human", "value": "Hi"}])
    {'prompt': 'system: Be brief\\n\\nhuman: Hi', 'response': None}
    >>> told(["no message"]), told("text")
    ({}, {})
    """
    if not isinstance(cell, list) or not all(isinstance(one, dict) for one in cell) or not cell:
        return {}
    said = [(str(one.get("role") or one.get("from") or ""), _text(one)) for one in cell]
    answers = [place for place, (who, _) in enumerate(said) if who.lower() in MODEL]
    end = answers[-1] if answers else len(said)
    found = {"prompt": _joined(said[:end]), "response": said[end][1] if answers else None}
    return found | ({"said_after": _joined(said[end + 1 :])} if said[end + 1 :] else {})


def plain(cell: list[dict[str, Any]]) -> bool:
    """Whether messages hold no more than who says what; what else they hold, such as calls of
    tools, is worth keeping.

    >>> plain([{"role": "user", "content": "Hi"}]), plain([{"role": "assistant", "tool_calls": []}])
    (True, False)
    """
    return all(
        one.keys() <= {"role", "from", "content", "value"}
        and _words(one.get("content", one.get("value")))
        for one in cell
    )


def _words(content: Any) -> bool:
    """Whether a message is text, as a whole or in parts."""
    if isinstance(content, list):
        return all(isinstance(part, dict) and part.keys() <= {"type", "text"} for part in content)
    return isinstance(content, str)


def _joined(said: list[tuple[str, str]]) -> str | None:
    named = [f"{who}: {text}" for who, text in said] if len(said) > 1 else [t for _, t in said]
    return "\n\n".join(named) or None


def _text(message: dict[str, Any]) -> str:
    """What a message says; of one in parts, its texts."""
    content = message.get("content", message.get("value"))
    if isinstance(content, list):
        texts = (part.get("text") if isinstance(part, dict) else part for part in content)
        return "\n".join(text for text in texts if isinstance(text, str))
    return check.text(content) or ""
