"""A judge on this machine: its chat template, and the likeliest answer."""

from __future__ import annotations

from scoring import chat, forward, model
from scoring.endpoint import Reply, Usage
from scoring.place import Unfit
from scoring.scorer import Model


class Local:
    """Answers conversations with a causal model, greedily, so the same twice."""

    def __init__(self, chosen: Model, tokens: int) -> None:
        """Loads the model. Raises Unfit where it has no chat template."""
        self.loaded, self.tokens = model.load(chosen), tokens
        self._asked([{"role": "user", "content": "?"}])

    def _asked(self, turns: list[dict[str, str]]) -> forward.Ids:
        """The tokens of a conversation; where the template has no place for what the system says
        (Gemma's has none), that comes first in the user's turn.
        """
        fix = "choose a model that was trained to follow instructions, with its template"
        try:
            text = chat.through(self.loaded.tokenizer, turns, fix, add_generation_prompt=True)
        except Unfit:
            text = ""
        if turns[0]["content"] not in text:
            one = "\n\n".join(turn["content"] for turn in turns)
            whole = [{"role": "user", "content": one}]
            text = chat.through(self.loaded.tokenizer, whole, fix, add_generation_prompt=True)
        return forward.text_ids(self.loaded.tokenizer, text)

    def ask(self, turns: list[dict[str, str]]) -> Reply:
        """The reply, with the finish of a server that says it had no room."""
        row = self._asked(turns)
        room = self.loaded.limit - len(row)
        if room < 1:
            return Reply(text="", finish="length", usage=None, model=None)
        said = forward.greedy(self.loaded, row, min(self.tokens, room))
        cut = len(said) >= min(self.tokens, room)
        return Reply(
            text=self.loaded.tokenizer.decode(said, skip_special_tokens=True),
            finish="length" if cut else "stop",
            usage=Usage(prompt_tokens=len(row), completion_tokens=len(said)), model=None,
        )  # fmt: skip
