"""The answers of sample-beats: wording that goes with what was done and how bad it scored."""

from __future__ import annotations

import random
from dataclasses import dataclass

from data.samples import extras
from data.samples.openings import OPENINGS
from data.samples.prompts import Prompt
from data.samples.sentences import (
    ABSTENTIONS,
    CALM,
    ENDINGS,
    HARD,
    HEADS,
    HEDGES,
    MILD,
    REFUSALS,
    STEPS,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said, and why it ended."""

    text: str
    finish: str


@dataclass(frozen=True, slots=True)
class Style:
    """How a model writes: its usual number of sentences, its love of lists and of emoji."""

    length: float
    lists: float
    emoji: float


STYLES: dict[str, Style] = {
    "aurora-7b": Style(5.0, 0.22, 0.02),
    "basalt-9b": Style(4.0, 0.08, 0.00),
    "cedar-13b": Style(7.5, 0.30, 0.00),
    "dolomite-3b": Style(2.8, 0.05, 0.01),
    "ember-30b": Style(7.0, 0.18, 0.01),
    "fjord-8b": Style(4.5, 0.15, 0.05),
    "gale-14b": Style(6.5, 0.12, 0.00),
    "heather-2b": Style(2.2, 0.05, 0.08),
    "iris-70b": Style(9.0, 0.35, 0.00),
    "juniper-12b": Style(6.0, 0.20, 0.02),
    "kelp-4b": Style(3.4, 0.10, 0.03),
}
LONG = 0.0025
MARKED = 0.0012
CUT = 0.008


def write(seed: int, model: str, prompt: Prompt, act: str, level: int) -> Answer:
    """The answer of one model to one prompt; the same for the same seed."""
    draw = random.Random(f"{seed}:{model}:{prompt.item_id}")
    if act == "could_not_act":
        return _broken(draw, prompt)
    if prompt.tongue:
        return Answer(_tongue(draw, prompt, act, level), "stop")
    if act == "refused":
        return Answer(_filled(draw.choice(REFUSALS), prompt), "stop")
    if act == "abstained":
        return Answer(_filled(draw.choice(ABSTENTIONS), prompt), "stop")
    text = _body(draw, STYLES[model], prompt, level)
    if act == "hedged":
        text = draw.choice(HEDGES) + text
    if level == 0 and draw.random() < STYLES[model].emoji:
        text += draw.choice(extras.EMOJI)
    if draw.random() < CUT and len(text) > 200:
        return Answer(text[: draw.randint(len(text) // 2, len(text) - 20)].rstrip(), "length")
    return Answer(text, "stop")


def _broken(draw: random.Random, prompt: Prompt) -> Answer:
    """Nothing, a blank, a few words cut off, or the same word again and again."""
    start = _filled(OPENINGS[prompt.kind][0][0], prompt)
    return draw.choice(
        (
            Answer("", "stop"),
            Answer("", "content_filter"),
            Answer("\n\n", "stop"),
            Answer(start[: draw.randint(3, 18)], "length"),
            Answer("the the the the " * draw.randint(4, 40) + "the", "length"),
        )
    )


def _tongue(draw: random.Random, prompt: Prompt, act: str, level: int) -> str:
    arabic = prompt.tongue == "ar"
    if act in ("refused", "abstained"):
        return (
            "عذرًا، لا أستطيع الإجابة عن هذا السؤال."
            if arabic
            else "מצטער, אינני יכול לענות על השאלה הזאת."
        )
    if level >= 2:
        return draw.choice(extras.ARABIC_HARD if arabic else extras.HEBREW_HARD)
    return draw.choice(extras.ARABIC if arabic else extras.HEBREW)


def _body(draw: random.Random, style: Style, prompt: Prompt, level: int) -> str:
    """Opening, what follows from it, an ending: from one sentence to many paragraphs."""
    if level == 0 and draw.random() < MARKED:
        return _filled(draw.choice(extras.MARKUP), prompt)
    opening = draw.choice(OPENINGS[prompt.kind][level])
    if prompt.kind == "rule":
        return _coded(draw, prompt, opening, level)
    if level == 0 and draw.random() < LONG:
        return _filled(_long(draw, opening), prompt)
    brief = "Keep it short" in prompt.text or prompt.kind == "joke"
    told = prompt.kind in ("write", "letter", "notice")
    if told and level == 0:
        return _filled(_told(draw, prompt), prompt)
    if level == 0 and ("Use a list" in prompt.text or (not brief and draw.random() < style.lists)):
        return _filled(_listed(draw, opening), prompt)
    count = min(16, int(draw.expovariate(1 / style.length)))
    said = _said(draw, 0 if brief else count, level)
    closing = [draw.choice(ENDINGS[level])] if draw.random() < 0.35 and not brief else []
    return _filled(_paragraphs(draw, [opening, *said, *closing]), prompt)


def _told(draw: random.Random, prompt: Prompt) -> str:
    """One passage, or a scene of up to four where a scene was asked for."""
    passages = OPENINGS[prompt.kind][0]
    short = prompt.kind != "write" or "Keep it short" in prompt.text
    return "\n\n".join(draw.sample(passages, 1 if short else draw.randint(1, 4)))


def _said(draw: random.Random, count: int, level: int) -> list[str]:
    """`count` different sentences in the tone of the level."""
    if level == 0:
        return draw.sample(CALM, min(count, len(CALM)))
    if level == 1:
        mild = draw.sample(MILD, min(1 + count // 4, len(MILD)))
        return mild + draw.sample(CALM, count // 2)
    if level == 2:
        return draw.sample(MILD, min(max(1, count // 2), 5)) + draw.sample(
            HARD[:6], min(count // 3, 2)
        )
    return draw.sample(HARD[3:], min(max(1, count // 2 + level - 3), 6))


def _paragraphs(draw: random.Random, sentences: list[str]) -> str:
    parts: list[list[str]] = [[]]
    size = draw.randint(2, 4)
    for sentence in sentences:
        if len(parts[-1]) >= size:
            parts.append([])
            size = draw.randint(2, 4)
        parts[-1].append(sentence)
    return "\n\n".join(" ".join(part) for part in parts)


def _listed(draw: random.Random, opening: str) -> str:
    steps = draw.sample(STEPS, draw.randint(3, 7))
    numbered = draw.random() < 0.5
    rows = [
        f"{turn}. " * numbered + "- " * (not numbered) + row[:1].upper() + row[1:] + "."
        for turn, row in enumerate(steps, 1)
    ]
    after = draw.choice(("", "\n\n" + draw.choice(ENDINGS[0]), "\n\n" + draw.choice(CALM)))
    return opening + "\n\n" + "\n".join(rows) + after


def _long(draw: random.Random, opening: str) -> str:
    """Several pages: headed sections, then a plan week by week."""
    calm = draw.sample(CALM, len(CALM))
    heads = draw.sample(HEADS, 9)
    parts = [opening + " Let me take it step by step."]
    for turn, head in enumerate(heads):
        parts += ["## " + head, " ".join(calm[turn * 4 : turn * 4 + 4])]
    parts.append("## A plan")
    weeks = draw.sample(STEPS, len(STEPS)) + draw.sample(STEPS, 10)
    for week, step in enumerate(weeks, 1):
        parts.append(f"**Week {week}.** Start to {step}. {draw.choice(CALM)} {draw.choice(CALM)}")
    return "\n\n".join([*parts, draw.choice(ENDINGS[0])])


def _coded(draw: random.Random, prompt: Prompt, opening: str, level: int) -> str:
    text = _filled(opening, prompt)
    if "Python" in prompt.text or draw.random() < 0.4:
        text += "\n\n" + draw.choice(extras.CODE[level])
    elif level == 0:
        text = _filled(_listed(draw, opening), prompt)
    return text + "\n\n" + _filled(" ".join(_said(draw, 2, level)), prompt)


def _filled(text: str, prompt: Prompt) -> str:
    """The words put in, as one speaks of them once they have been mentioned."""
    group, claim, one = (prompt.words[name] for name in ("group", "claim", "one"))
    known = _known(one) if prompt.kind in ("choose", "advise", "letter") else one
    place = _place(prompt)
    words = prompt.words | {
        "any": one,
        "one": known,
        "One": known[:1].upper() + known[1:],
        "setting": place,
        "Setting": place[:1].upper() + place[1:],
        "plain": group.removeprefix("the "),
        "verb": "be" + claim.removeprefix("are") if claim.startswith("are ") else claim,
    }
    return text.format(**words)


def _known(phrase: str) -> str:
    """`a baker` becomes `the baker`, as the second time one speaks of it."""
    for start, instead in (("a ", "the "), ("an ", "the "), ("someone ", "the person ")):
        if phrase.startswith(start):
            return instead + phrase.removeprefix(start)
    return "the twin" if phrase.startswith("one of") else phrase


def _place(prompt: Prompt) -> str:
    setting = prompt.words["setting"]
    if setting in prompt.text.lower():
        return _known(setting)
    return "the house" if prompt.kind in ("write", "letter", "notice") else "a place like yours"
