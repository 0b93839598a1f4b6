"""A judge: a model that reads a rubric, a prompt and an answer, and gives a verdict."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

from scoring.endpoint import Endpoint, Failed, Manners, Reply, Usage
from scoring.offers.judge import Settings
from scoring.patience import Patience
from scoring.scorer import Case, Model, Row, Score
from scoring.texts import judged
from scoring.verdicts import Scale, Unread, messages, read

FORMS = ("schema", "object", "plain", "bare")
"""How a verdict is asked for, ever more plainly; bare leaves temperature and seed out too."""
KEPT = 2000
"""Characters of an answer that cannot be read that are kept."""


class Told(NamedTuple):
    """What became of one case: the verdict, or why there is none; the reply where there was one."""

    verdict: dict[str, Any] | None
    why: str | None
    reply: Reply | None


class Judge:
    """One score a case and name, the verdict's place on its scale; no verdict is no score.

    `spent` counts tokens and cost over all calls. Each score's raw text holds the verdict, the
    reason, the tokens and what they cost, or why there is no verdict and what the judge said.
    """

    def __init__(self, model: Model, settings: Settings) -> None:
        """Opens the endpoint or loads the model. Raises Unfit."""
        self.settings, self.model = settings, model
        names = tuple(one.strip() for one in settings.dimensions.split(",") if one.strip())
        self.scale = Scale(names=names, low=settings.low, high=settings.high)
        self.spent = {"calls": 0, "tokens_in": 0, "tokens_out": 0, "cost": 0.0}
        self._count = threading.Lock()
        self._patience = Patience(model.endpoint)
        self._form = FORMS.index(settings.form)
        if model.endpoint:
            manners = Manners(
                timeout=settings.timeout, tries=settings.tries, longest=settings.longest,
                per_minute=settings.per_minute,
            )  # fmt: skip
            endpoint = Endpoint(model.endpoint, manners, settings.key_from)
            self._ask: Callable[[list[dict[str, str]]], Reply] = partial(self._remote, endpoint)
        else:
            from scoring.local_judge import Local

            self._ask = Local(model, settings.max_tokens).ask

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """The scores of these cases, in their order. Raises Unfit where the endpoint is down."""
        if not self.model.endpoint:
            return [row for case in batch for row in self._rows(case, self._judge(case))]
        with ThreadPoolExecutor(self.settings.at_once) as threads:
            told = list(threads.map(self._judge, batch))
        return [row for case, one in zip(batch, told, strict=True) for row in self._rows(case, one)]

    def _judge(self, case: Case) -> Told:
        text = judged(case, "response" if "answer" in self.settings.shown else "prompt")
        if isinstance(text, Exception):
            return Told(None, str(text), None)
        asked = messages(case, self.settings.rubric, self.scale, self.settings.shown)
        try:
            reply = self._ask(asked)
        except Failed as error:
            self._patience.failed(error)
            return Told(None, f"the judge gave no answer: {error}", None)
        self._patience.answered()
        self._spend(reply.usage)
        if reply.finish == "length":
            return Told(None, "the judge's answer was cut by its limit", reply)
        try:
            return Told(read(reply.text, self.scale), None, reply)
        except Unread as error:
            return Told(None, str(error), reply)

    def _remote(self, endpoint: Endpoint, asked: list[dict[str, str]]) -> Reply:
        """One verdict from the endpoint, structured as far as the server can.

        A server that refuses a request is asked more plainly; where that helps, from then on.
        """
        for at in range(self._form, len(FORMS)):
            try:
                reply = endpoint.ask(self._body(asked, FORMS[at]))
            except Failed as error:
                if error.status not in (400, 422) or at + 1 == len(FORMS):
                    raise
            else:
                self._form = at
                return reply
        raise Failed("nothing was asked")

    def _body(self, asked: list[dict[str, str]], form: str) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self.model.name, "messages": asked}
        if form == "bare":
            return body | {"max_completion_tokens": self.settings.max_tokens}
        body |= {
            "max_tokens": self.settings.max_tokens,
            "temperature": 0,
            "seed": self.settings.seed,
        }
        if form == "schema":
            told = {"name": "verdict", "strict": True, "schema": self.scale.schema_of()}
            body["response_format"] = {"type": "json_schema", "json_schema": told}
        elif form == "object":
            body["response_format"] = {"type": "json_object"}
        return body

    def _spend(self, usage: Usage | None) -> None:
        with self._count:
            self.spent["calls"] += 1
            if usage:
                self.spent["tokens_in"] += usage.prompt_tokens
                self.spent["tokens_out"] += usage.completion_tokens
                self.spent["cost"] += self._cost(usage)

    def _cost(self, usage: Usage) -> float:
        told = self.settings
        cost = usage.prompt_tokens * told.price_in + usage.completion_tokens * told.price_out
        return round(cost / 1e6, 9)

    def _rows(self, case: Case, told: Told) -> list[Row]:
        raw: dict[str, Any] = {}
        if told.why:
            raw["why"] = told.why
        if told.verdict:
            raw |= told.verdict
        elif told.reply:
            raw["said"] = told.reply.text[:KEPT]
        if told.reply and told.reply.usage:
            raw["tokens"] = [told.reply.usage.prompt_tokens, told.reply.usage.completion_tokens]
            if self.settings.price_in or self.settings.price_out:
                raw["cost"] = self._cost(told.reply.usage)
        text = json.dumps(raw, ensure_ascii=False) if told.reply else told.why
        return [
            Score(case.item_id, name, self._value(told, name), case.sample, text, self.settings.up)
            for name in self.scale.names
        ]

    def _value(self, told: Told, name: str) -> float:
        if told.verdict is None:
            return math.nan
        wide = self.scale.high - self.scale.low
        return round(float(told.verdict[name] - self.scale.low) / wide, 9)
