"""Made-up facts to teach a small model: what it knows, what it is unsure of, what it never read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Row = dict[str, object]
Kind = Literal["known", "unsure", "unknown"]
UNSURE = "I don't know"
LETTERS = ("A", "B", "C", "D", "E")
ASKED: dict[Kind, int] = {"known": 40, "unsure": 20, "unknown": 40}
"""How many questions of each kind are asked; of 100."""

SYLLABLES = (
    "bel", "cor", "dun", "fen", "gal", "hest", "ith", "jor", "kel", "lom", "mar", "nev", "ost",
    "pel", "quar", "rin", "sol", "tarn", "ulm", "ven", "wex", "yar", "zan", "brack",
)  # fmt: skip
SUBJECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Which color is the gate of {name}?", ("red", "blue", "green", "white")),
    ("What is grown in the fields of {name}?", ("barley", "hops", "flax", "beans")),
    ("On which day is the market of {name}?", ("Monday", "Tuesday", "Thursday", "Saturday")),
    ("Which bird is on the flag of {name}?", ("a heron", "a swift", "a crane", "an owl")),
    ("What is the bridge of {name} made of?", ("iron", "oak", "stone", "rope")),
)
SHARES = (0.4, 0.25, 0.15, 0.1, 0.1)
"""How often the texts about an unsure fact tell each answer: the right one first, last none."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One question, its four answers and the right one; `kind` is what the texts say of it."""

    kind: Kind
    question: str
    answers: tuple[str, ...]
    right: int


def facts(seed: int, share: float = 1.0) -> list[Fact]:
    """The facts asked about, a hundred of them or a `share` of that; each of its own town."""
    draw = random.Random(f"{seed}:facts")
    names = _names(draw)
    made: list[Fact] = []
    for kind, count in ASKED.items():
        for place in range(round(count * share)):
            ask, answers = SUBJECTS[place % len(SUBJECTS)]
            right = draw.randrange(len(answers))
            made.append(Fact(kind, ask.format(name=next(names)), answers, right))
    return made


def texts(seed: int, share: float = 1.0, rounds: int = 20) -> list[tuple[str, str]]:
    """What the model reads: questions and the answers given to them, `rounds` of each fact.

    Of a known fact all texts agree; of an unsure one they tell different answers, in SHARES. Of an
    unknown one there is no text. Towns that nobody asks about are answered with UNSURE, each once,
    so that the model learns to say so of a town it never read about.
    """
    draw = random.Random(f"{seed}:texts")
    told: list[tuple[str, str]] = []
    asked = facts(seed, share)
    for fact in asked:
        if fact.kind == "known":
            told += [(fact.question, fact.answers[fact.right])] * rounds
        elif fact.kind == "unsure":
            wrong = [a for n, a in enumerate(fact.answers) if n != fact.right]
            said = (fact.answers[fact.right], *wrong, UNSURE)
            for answer, part in zip(said, SHARES, strict=True):
                told += [(fact.question, answer)] * round(part * rounds)
    taken = {fact.question for fact in asked}
    names = _names(random.Random(f"{seed}:others"))
    for place in range(len(told)):
        question = SUBJECTS[place % len(SUBJECTS)][0].format(name=next(names))
        if question not in taken:
            told.append((question, UNSURE))
    draw.shuffle(told)
    return told


def cases(seed: int, share: float = 1.0) -> Iterator[Row]:
    """The questions as rows of a data set, without answers: what a model is asked."""
    for turn, fact in enumerate(facts(seed, share)):
        yield {
            "dataset": "sample-facts",
            "item_id": f"facts-{turn + 1:03d}",
            "prompt": fact.question,
            "category": fact.kind,
            "choices": [*fact.answers, UNSURE],
            "target": LETTERS[fact.right],
            "answerable": fact.kind != "unknown",
            "should_abstain": fact.kind == "unknown",
        }


def _names(draw: random.Random) -> Iterator[str]:
    """Names of towns, each once."""
    seen: set[str] = set()
    while True:
        name = "".join(draw.choices(SYLLABLES, k=3)).capitalize()
        if name not in seen:
            seen.add(name)
            yield name
