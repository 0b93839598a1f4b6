"""Probing a model with a card's own prompts: they become a data set, and a scoring job asks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from app.service.cards import assess, deck
from app.service.cards.assess import Kept
from app.service.loading import load
from app.service.outputs.cases import Chosen, Filter
from app.service.scoring import orders
from app.service.stores import Stores
from data.mapping import Mapping
from data.trouble import Trouble

COLUMNS = {"item_id": "item", "prompt": "prompt", "category": "card"}


@dataclass(frozen=True, slots=True)
class Ask:
    """Which model answers: a hub id, a folder, or its name at an endpoint; and how."""

    model: str
    endpoint: str = ""
    revision: str = ""
    samples: int = 1
    temperature: float = 0.0
    max_tokens: int = 256


def prompts(stores: Stores, kept: Kept, cards: Iterable[str]) -> list[dict[str, Any]]:
    """The prompts of these cards, as rows of the assessment's own data set."""
    found = []
    for name in cards:
        taken = kept.assessment.taken(name)
        card = deck.one(stores, name, taken.version if taken else 0).card
        for prompt in card.prompts:
            digest = hashlib.sha256(prompt.encode()).hexdigest()[:10]
            found.append({"item": f"{name}-{digest}", "prompt": prompt, "card": name})
    return found


def bring(stores: Stores, kept: Kept, cards: Iterable[str], by: str) -> int:
    """Loads the prompts of these cards as the assessment's data set; returns how many they are.

    Prompts that are there stay as they are; an edited prompt is another item.
    """
    rows = prompts(stores, kept, cards)
    if not rows:
        raise Trouble(
            "these cards have no prompts", "write some on the cards, or judge loaded ones"
        )
    mapping = Mapping.model_validate(
        {**COLUMNS, "fixed": {"dataset": assess.probe_set(kept.assessment.assessment)}}
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "prompts.jsonl"
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
        report = load.load(stores, path, mapping=mapping, by=by)
    if report.refused:
        raise Trouble(f"a prompt was refused: {report.refused[0]}", "edit it on its card")
    return len(rows)


def order(stores: Stores, kept: Kept, cards: Iterable[str], ask: Ask, by: str) -> list[str]:
    """Orders a job that lets the model answer the cards' prompts; returns what became of it.

    The answers become a run of the assessment's model, found as soon as the job is done.
    """
    names = list(cards)
    bring(stores, kept, names, by)
    own = assess.probe_set(kept.assessment.assessment)
    wanted = orders.Asked(
        scorer="generate", model=ask.model, revision=ask.revision, endpoint=ask.endpoint,
        settings={"samples": ask.samples, "temperature": ask.temperature,
                  "max_tokens": ask.max_tokens},
        chosen=Chosen(Filter(datasets=(own,), categories=tuple(names))),
        name=kept.assessment.model,
    )  # fmt: skip
    return [placed.said for placed in orders.place(stores, wanted, by)]
