"""What a document of lm-evaluation-harness asks, of what kind it is, what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data import check
from data.answer import Answer
from data.read import loose

CATEGORY = ("category", "subject", "topic", "type")
TAGS = (
    "level", "difficulty", "lang", "language", "domain", "subcategory", "subset", "split", "type",
)  # fmt: skip
QUESTIONS = (
    "question", "query", "problem", "prompt", "goal", "instruction", "input", "premise", "sentence",
    "ctx", "context", "text",
)  # fmt: skip
"""Fields of a document that commonly hold what is asked."""
LONG = 16
"""Characters from which any field of a document is looked for in the prompt."""
SHORT = 200
"""Characters of a tag at most."""


def describe(told: Answer, line: Mapping[str, Any]) -> None:
    """Writes the document's kind, tags, target and hashes into an answer."""
    doc = line.get("doc")
    doc = doc if isinstance(doc, dict) else {}
    said = {name: doc[name] for name in (*CATEGORY, *TAGS) if isinstance(doc.get(name), str | int)}
    kind = next((name for name in CATEGORY if name in said), None)
    told.category = check.text(said[kind]) if kind else None
    told.tags = {
        name: text
        for name in TAGS
        if name in said and name != kind and (text := check.text(said[name])) and len(text) < SHORT
    }
    told.target = check.text(line.get("target"))
    hashes = (name for name in ("doc_hash", "prompt_hash", "target_hash") if line.get(name))
    told.meta = {name: line[name] for name in hashes if isinstance(line[name], str)}


def ask(told: Answer, line: Mapping[str, Any], sent: str | None) -> None:
    """Writes what is asked into an answer, and the prompt as sent where that is another text.

    Chat templates and examples differ from model to model; the question must not, so that models
    meet on it. It is what of the document stands in the prompt, with the words between.
    """
    doc = line.get("doc")
    told.prompt = _question(doc, sent) if isinstance(doc, dict) and sent else sent
    if told.prompt != sent:
        told.meta["prompt"] = sent


def _question(doc: Mapping[str, Any], sent: str) -> str:
    fields = {
        name: text.strip()
        for name, text in doc.items()
        if isinstance(text, str) and (len(text.strip()) >= LONG or name in QUESTIONS)
    }
    spans = [
        (at, at + len(text)) for text in fields.values() if text and (at := sent.rfind(text)) >= 0
    ]
    if spans:
        start, end = min(at for at, _ in spans), max(at for _, at in spans)
        longest = max(spans, key=lambda span: span[1] - span[0])
        # far apart, one of them stands in an example before the question
        near = end - start <= 2 * sum(b - a for a, b in spans) + SHORT
        return sent[start:end] if near else sent[slice(*longest)]
    named = (fields[name] for name in QUESTIONS if fields.get(name))
    return next(named, sent)


def prompt(context: Any) -> str | None:
    """The text of a request; messages of a chat become paragraphs that name who speaks."""
    if isinstance(context, list) and len(context) == 1 and isinstance(context[0], str):
        context = context[0]
    messages = context
    if isinstance(context, str) and context.lstrip().startswith("[{") and '"role"' in context:
        try:
            messages = loose.loads(context.encode())
        except ValueError:
            return context
    if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
        return check.text(context)
    said = [(check.text(m.get("role")), _said(m.get("content"))) for m in messages]
    if len(said) == 1 and said[0][0] == "user":
        return said[0][1]
    return "\n\n".join(f"{role}: {text}" for role, text in said)


def _said(content: Any) -> str:
    if not isinstance(content, list):
        return check.text(content) or ""
    parts = (part for part in content if isinstance(part, dict))
    return "\n".join(
        str(part["text"]) if "text" in part else f"[{str(part.get('type', 'part'))[:40]}: …]"
        for part in parts
    )


def images(extra: Any) -> list[str]:
    """Images and sounds are named by their kind, never taken in."""
    if not isinstance(extra, dict):
        return []
    return [
        f"[image: {n} of {len(held)}]" if kind == "visual" else f"[{kind[:40]}: {n} of {len(held)}]"
        for kind, held in extra.items()
        if isinstance(held, list)
        for n in range(1, min(len(held), 20) + 1)
    ]
