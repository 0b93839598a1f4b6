"""The scorer that lets a model answer: greedy or sampled, several times, or cautiously."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import transformers

from scoring import cautious, chat, choose, pairs, room
from scoring.cautious import Written
from scoring.model import Loaded, load
from scoring.offers.generate import GenerateSettings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Output, Row

PLACES = 4
"""Decimal places that log-probabilities and entropies of tokens are kept with."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer to be written: the case, which sample, the prompt's tokens, the most of its own.

    `cut` is how many tokens the prompt lost at its beginning.
    """

    case: Case
    sample: int
    ids: tuple[int, ...]
    most: int
    cut: int


class Generate:
    """Answers to prompts. A sample depends on case, seed and settings, never on its batch.

    `meta` keeps the model's own log-probability of every token, before temperature and cuts, and
    the entropy it was chosen at, in nats.
    """

    def __init__(self, model: Model, settings: GenerateSettings) -> None:
        if settings.entropy_low >= settings.entropy_high:
            raise Unfit(
                f"one trial up to {settings.entropy_low} nats leaves none below "
                f"{settings.entropy_high}, from where there are most",
                "let the first lie below the second",
            )
        self.settings = settings
        self.loaded = load(model)
        self.ends = ends(self.loaded)
        told = settings.chat == "yes" or bool(settings.system and settings.chat == "auto")
        self.chat = told or (settings.chat == "auto" and chat.has_template(self.loaded.tokenizer))
        if self.chat:
            chat.rendered(self.loaded.tokenizer, "a question", settings.system)
        # The model's own habits (temperature, penalties, suppressed tokens) would mix with ours.
        filler = min(self.ends, default=0)
        config: Any = transformers.GenerationConfig
        self.loaded.net.generation_config = config(
            do_sample=False, eos_token_id=sorted(self.ends) or None, pad_token_id=filler
        )
        # A step reads one token a row, so a GPU wants many rows.
        self.room = room.tokens(self.loaded, 8 * room.MOST)

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """An output a sample, case by case; one without an answer says why."""
        turns = [turn for case in batch for turn in self._turns(case)]
        ready = [turn for turn in turns if isinstance(turn, Turn)]
        found: dict[tuple[int, int], Written | None] = {}
        places = room.batches([len(t.ids) + t.most for t in ready], self.room)
        for some in [[ready[place] for place in part] for part in places]:
            longest = max(len(turn.ids) + turn.most for turn in some)
            told = room.halved(self._write, some, partial(self._narrow, longest))
            found |= {(id(t.case), t.sample): one for t, one in zip(some, told, strict=True)}
        return [
            self._output(turn, found[(id(turn.case), turn.sample)])
            if isinstance(turn, Turn) else turn
            for turn in turns
        ]  # fmt: skip

    def _narrow(self, longest: int, rows: int) -> None:
        """So many rows were too many: from the next call on, half of that is held at once."""
        self.room = max(1, min(self.room, rows * longest // 2))

    def _turns(self, case: Case) -> Iterator[Turn | Output]:
        text, tokenizer = case.prompt, self.loaded.tokenizer
        if self.chat:
            text = chat.rendered(tokenizer, text, self.settings.system)
        ids = pairs.encode(tokenizer, [text])[0]
        first = pairs.begins(tokenizer)
        ids = ids or ([first] if first is not None else [])
        limit = self.loaded.limit
        kept = ids[-(limit - min(self.settings.max_tokens, limit // 2)) :]
        most = min(self.settings.max_tokens, limit - len(kept))
        for sample in range(case.sample, case.sample + self.settings.samples):
            if kept:
                yield Turn(case, sample, tuple(kept), most, len(ids) - len(kept))
            else:
                yield Output(case.item_id, sample, meta={"why": "the prompt is empty"})

    def _write(self, turns: Sequence[Turn]) -> list[Written]:
        streams = [choose.numbers(self.settings.seed, t.case.item_id, t.sample) for t in turns]
        if self.settings.cautious:
            return [
                cautious.write(self.loaded, list(turn.ids), turn.most, self.ends, self.settings,
                               stream, self._stopped)
                for turn, stream in zip(turns, streams, strict=True)
            ]  # fmt: skip
        wide = max(len(turn.ids) for turn in turns)
        ids = torch.full((len(turns), wide), min(self.ends, default=0))
        seen = torch.zeros_like(ids)
        for n, turn in enumerate(turns):
            ids[n, wide - len(turn.ids) :] = torch.tensor(turn.ids)
            seen[n, wide - len(turn.ids) :] = 1
        chooser = choose.Chooser(self.settings, streams)
        stops = choose.Stops(
            self.loaded.tokenizer, self.settings.stop, wide, [turn.most for turn in turns]
        )
        with torch.inference_mode():
            made = self.loaded.net.generate(
                input_ids=ids.to(self.loaded.device), attention_mask=seen.to(self.loaded.device),
                max_new_tokens=max(turn.most for turn in turns),
                logits_processor=transformers.LogitsProcessorList([chooser]),
                stopping_criteria=transformers.StoppingCriteriaList([stops]),
            )[:, wide:].tolist()  # fmt: skip
        logs = torch.stack(chooser.logs, dim=1).tolist()  # (B, T)
        spread = torch.stack(chooser.entropies, dim=1).tolist()
        return [
            self._trimmed(turn, Written(*told))
            for turn, *told in zip(turns, made, logs, spread, strict=True)
        ]

    def _trimmed(self, turn: Turn, told: Written) -> Written:
        """What was written before the answer ended; behind that a batch only fills up."""
        end = next((n + 1 for n, token in enumerate(told.ids) if token in self.ends), turn.most)
        if self.settings.stop:
            known = range(1, min(end, len(told.ids)))
            end = 1 + bisect_left(known, True, key=lambda n: self._stopped(told.ids[:n]))
        return Written(told.ids[:end], told.logs[:end], told.entropies[:end])

    def _stopped(self, ids: list[int]) -> bool:
        text = self.loaded.tokenizer.decode(ids, skip_special_tokens=True)
        return any(stop in text for stop in self.settings.stop)

    def _output(self, turn: Turn, told: Written | None) -> Output:
        if told is None:
            why = "it does not fit into the memory of the device, even alone"
            return Output(turn.case.item_id, turn.sample, meta={"why": why})
        text = self.loaded.tokenizer.decode(told.ids, skip_special_tokens=True)
        at = [(text.index(stop), stop) for stop in self.settings.stop if stop in text]
        meta: dict[str, Any] = {
            "token_logprobs": [round(log, PLACES) for log in told.logs],
            "token_entropies": [round(h, PLACES) for h in told.entropies],
        }
        if told.trials:
            meta["trials"] = told.trials
        if turn.cut:
            meta["cut"] = turn.cut
        if at:
            meta["stop"] = min(at)[1]
            text = text[: min(at)[0]]
        ended = bool(at) or (bool(told.ids) and told.ids[-1] in self.ends)
        return Output(
            turn.case.item_id, turn.sample, response=text.strip(),
            finish="stop" if ended else "length", n_tokens=len(told.ids), meta=meta,
        )  # fmt: skip


def ends(loaded: Loaded) -> frozenset[int]:
    """The tokens that end an answer, as the model's settings and its tokenizer say."""
    said = getattr(loaded.net.generation_config, "eos_token_id", None)
    many = said if isinstance(said, list) else [said]
    return frozenset(int(i) for i in (*many, loaded.tokenizer.eos_token_id) if i is not None)
