"""A sequence classifier at work: the probability of each label, long texts window by window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch

from scoring import model as models
from scoring import room
from scoring.scorer import Model

Piece = dict[str, list[int]]
"""What a tokenizer makes of one window."""
Text = str | tuple[str, str]
"""A text, or a prompt and the answer to it."""
Long = Literal["windows", "cut"]
Heads = Literal["auto", "softmax", "sigmoid"]
GIVEN = ("input_ids", "token_type_ids", "attention_mask")
OVERLAP = 64
"""Tokens that two windows next to each other share."""


class Seen(NamedTuple):
    """What was seen of one text: label probabilities of its windows (W, L), and whether cut.

    NaN where a window alone is too large for the memory.
    """

    p: torch.Tensor
    cut: bool


class Classes:
    """The labels of one model and how likely each is.

    `softmax` labels exclude one another, `sigmoid` ones do not; `auto` takes the model's own
    problem_type, and without one softmax from two labels up. Padding is masked, so what is seen of
    a text does not depend on the texts beside it.
    """

    def __init__(self, model: Model, heads: Heads = "auto", long: Long = "windows") -> None:
        """Loads the model. Raises Unfit."""
        self.loaded = models.load(model, "classifier")
        names = self.loaded.net.config.id2label
        self.labels = tuple(str(names[number]) for number in sorted(names))
        self.softmax = heads == "softmax" or (heads == "auto" and self._excludes())
        self.windows = long == "windows"
        if self.loaded.tokenizer.pad_token_id is None:
            self.loaded.tokenizer.pad_token = self.loaded.tokenizer.eos_token
        if self.loaded.net.config.pad_token_id is None:
            self.loaded.net.config.pad_token_id = self.loaded.tokenizer.pad_token_id

    def _excludes(self) -> bool:
        told = getattr(self.loaded.net.config, "problem_type", None)
        return told != "multi_label_classification" and len(self.labels) > 1

    def __call__(self, texts: Sequence[Text]) -> list[Seen]:
        """What is seen of each text."""
        every = [self._pieces(text) for text in texts]
        kept = [found if self.windows else found[:1] for found in every]
        pieces = [piece for found in kept for piece in found]
        p = torch.zeros(len(pieces), len(self.labels), dtype=torch.float64)
        sizes = [len(piece["input_ids"]) for piece in pieces]
        for rows in room.batches(sizes, room.tokens(self.loaded)):
            read = room.halved(self._read, [pieces[row] for row in rows])
            for row, one in zip(rows, read, strict=True):
                p[row] = torch.nan if one is None else one
        seen: list[Seen] = []
        start = 0
        for found, some in zip(every, kept, strict=True):
            seen.append(Seen(p[start : start + len(some)], len(found) > len(some)))
            start += len(some)
        return seen

    def _pieces(self, text: Text) -> list[Piece]:
        """A text's windows as the tokenizer makes them; a prompt before an answer is in each."""
        tokenizer, limit = self.loaded.tokenizer, self.loaded.limit
        if not isinstance(text, str):
            # the answer keeps at least half of the room, so the end of a long prompt makes way
            room = limit // 2 - tokenizer.num_special_tokens_to_add(True)
            text = (self._head(text[0], room), text[1])
        pair = {} if isinstance(text, str) else {"text_pair": text[1]}
        told = tokenizer(
            text if isinstance(text, str) else text[0], **pair,
            truncation="only_second" if pair else "only_first", max_length=limit,
            stride=min(OVERLAP, limit // 4), return_overflowing_tokens=True,
        )  # fmt: skip
        names = [name for name in GIVEN if name in told]
        columns = zip(*(told[name] for name in names), strict=True)
        return [dict(zip(names, one, strict=True)) for one in columns]

    def _head(self, text: str, most: int) -> str:
        """The beginning of a text, `most` tokens of it."""
        told = self.loaded.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        ends = told["offset_mapping"]
        return text if len(ends) <= most else text[: ends[most - 1][1]]

    def _read(self, rows: Sequence[Piece]) -> list[torch.Tensor]:
        logits = self.logits(rows)
        p = logits.softmax(-1) if self.softmax else logits.sigmoid()
        return list(p.double().cpu())  # each (L,)

    @torch.inference_mode()
    def logits(self, rows: Sequence[Piece]) -> torch.Tensor:
        """The scores of all labels (B, L), in single precision."""
        longest = max(len(row["input_ids"]) for row in rows)
        pads = {"input_ids": self.loaded.tokenizer.pad_token_id}
        given = {
            name: torch.tensor(
                [row[name] + [pads.get(name, 0)] * (longest - len(row[name])) for row in rows],
                device=self.loaded.device,
            )
            for name in rows[0]
        }  # each (B, T)
        return torch.as_tensor(self.loaded.net(**given).logits).float()
