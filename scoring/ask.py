"""Lets a model at an endpoint answer prompts, many requests at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scoring.endpoint import Endpoint, Failed, Manners
from scoring.offers.ask import Settings
from scoring.patience import Patience
from scoring.scorer import Case, Model, Output, Row


class Ask:
    """The answers of each case, `samples` of them; one that did not come says why."""

    def __init__(self, model: Model, settings: Settings) -> None:
        """Opens no connection yet. Raises Unfit."""
        self.model, self.settings = model, settings
        manners = Manners(
            timeout=settings.timeout, tries=settings.tries, per_minute=settings.per_minute
        )
        self._endpoint = Endpoint(model.endpoint, manners, settings.key_from)
        self._patience = Patience(model.endpoint)

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """The answers of these cases, in their order. Raises Unfit where the endpoint is down."""
        wanted = [(case, sample) for case in batch for sample in range(self.settings.samples)]
        with ThreadPoolExecutor(self.settings.at_once) as threads:
            return list(threads.map(self._answer, *zip(*wanted, strict=True))) if wanted else []

    def _answer(self, case: Case, sample: int) -> Output:
        try:
            reply = self._endpoint.ask(self._body(case, sample))
        except Failed as error:
            self._patience.failed(error)
            return Output(case.item_id, sample, meta={"why": f"no answer came: {error}"})
        self._patience.answered()
        tokens = reply.usage.completion_tokens if reply.usage else None
        meta = {"served": reply.model} if reply.model else {}
        return Output(case.item_id, sample, reply.text, {}, reply.finish, tokens, meta)

    def _body(self, case: Case, sample: int) -> dict[str, Any]:
        told = self.settings
        messages = [{"role": "system", "content": told.system}] if told.system else []
        body: dict[str, Any] = {
            "model": self.model.name, "max_tokens": told.max_tokens,
            "temperature": told.temperature, "top_p": told.top_p, "seed": _die(told.seed, sample),
            "messages": [*messages, {"role": "user", "content": case.prompt}],
        }  # fmt: skip
        return body | ({"stop": list(told.stop)} if told.stop else {})


def _die(seed: int, sample: int) -> int:
    """The seed of one sample: the same whatever batch it is asked in."""
    told = hashlib.sha256(f"{seed} {sample}".encode()).digest()
    return int.from_bytes(told[:4], "big") >> 1
