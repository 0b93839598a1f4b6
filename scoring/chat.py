"""A prompt as the model is to read it: as it stands, or through the model's chat template."""

from __future__ import annotations

from typing import Any

import jinja2

from scoring.place import Unfit


def has_template(tokenizer: Any) -> bool:
    """Whether the model came with a chat template."""
    return bool(getattr(tokenizer, "chat_template", None))


def rendered(tokenizer: Any, prompt: str, system: str = "") -> str:
    """`prompt` as a user's turn, the model's turn begun. Raises Unfit where that cannot be."""
    turns = [{"role": "system", "content": system}] if system else []
    turns.append({"role": "user", "content": prompt})
    fix = "leave the system message out" if system else "score it without the chat template"
    return through(tokenizer, turns, fix, add_generation_prompt=True)


def through(tokenizer: Any, turns: list[dict[str, str]], fix: str, **told: Any) -> str:
    """The turns through the chat template, which is given `told`. Raises Unfit with this `fix`.

    Templates are run by transformers in a sandbox.
    """
    if not has_template(tokenizer):
        raise Unfit("this model has no chat template", fix)
    try:
        text: str = tokenizer.apply_chat_template(turns, tokenize=False, **told)
    except (jinja2.TemplateError, TypeError, ValueError) as error:
        said = str(error).strip() or type(error).__name__
        raise Unfit(f"the model's chat template refuses this: {said[:200]}", fix) from error
    return text
