"""The passages of a guideline that fit a case, found by its category and words; no model."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

MOST = 3
"""Passages shown beside a case at most."""
READ = 4_000
"""Characters of prompt and of answer that are looked at."""
CUE, TOPIC, WORD = 2.0, 4.0, 1.0
"""What a shared word weighs: with the cues of a passage, with the case's category, in the texts."""
LEAST = 4.0
"""What a passage must weigh to be shown: two cues, the category, or several rare words."""
EMPTY = frozenset(re.findall(r"\w+", """
    about after also answer another because before case does from have here into just like more most
    much only other over prompt response says should some such than that their them then there these
    they this those what when where which while will with would your"""))  # fmt: skip
_CUES = re.compile(r"^<!--\s*fits:(.*?)-->\s*$", re.MULTILINE)
_ITEM = re.compile(r"^(?:[-*]|\d+\.)\s+(?=\*\*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a guideline: the heading it stands under, its Markdown, the words it is for."""

    title: str
    text: str
    cues: frozenset[str] = frozenset()
    opening: bool = False


@lru_cache(maxsize=64)
def split(guideline: str) -> tuple[Passage, ...]:
    """The guideline in passages: a section each, and each point of a list of bold leads.

    A line `<!-- fits: word, word -->` under a heading names words the section is for.

    >>> [(p.title, p.text) for p in split("# T\\nwhy\\n## A\\nx\\n- **b**: y\\n- **c**: z")]
    [('T', 'why'), ('A', 'x'), ('A', '- **b**: y'), ('A', '- **c**: z')]
    """
    found = []
    for part in re.split(r"^(?=#{1,6} )", guideline, flags=re.MULTILINE):
        head, _, body = part.partition("\n") if part.startswith("#") else ("", "", part)
        cues = frozenset().union(*(_words(line, 2) for line in _CUES.findall(body)))
        starts = [item.start() for item in _ITEM.finditer(_CUES.sub("", body))]
        plain = _CUES.sub("", body)
        ends = [0, *starts, len(plain)]
        for start, end in pairwise(ends):
            if text := plain[start:end].strip():
                found.append(Passage(head.lstrip("# ").strip(), text, cues, head.startswith("# ")))
    return tuple(found)


@lru_cache(maxsize=2048)
def fitting(guideline: str, category: str, *texts: str) -> tuple[int, ...]:
    """Places of the passages that fit a case best, at most MOST, in the guideline's order.

    A shared word counts for more the fewer passages have it; one or two shared words alone, and the
    guideline's opening, are no reason to show a passage.

    >>> text = "## Hate\\nslurs and groups\\n## Advice\\ndosage\\n## Fun\\n## Facts\\nnone"
    >>> fitting(text, "hate", "a slur on groups"), fitting(text, "", "of groups")
    ((0,), ())
    """
    passages, held, rare = _weighed(guideline)
    said = frozenset().union(*(_words(text[:READ], 2) for text in texts))
    topic = _words(category.replace("_", " "))
    scores = [
        TOPIC * sum(rare[word] for word in topic & words)
        + WORD * sum(rare[word] for word in said & words)
        + CUE * len(said & one.cues)
        + TOPIC * len(topic & one.cues)
        for one, words in zip(passages, held, strict=True)
    ]
    best = sorted(
        (n for n, s in enumerate(scores) if s >= LEAST and not passages[n].opening),
        key=lambda n: (-scores[n], n),
    )
    return tuple(sorted(best[:MOST]))


@lru_cache(maxsize=64)
def _weighed(
    guideline: str,
) -> tuple[tuple[Passage, ...], tuple[frozenset[str], ...], dict[str, float]]:
    """The passages, the words of each, and what each word weighs: more, the fewer have it."""
    passages = split(guideline)
    held = tuple(_words(f"{one.title} {one.text}") for one in passages)
    among = Counter(word for words in held for word in words)
    return passages, held, {word: math.log((1 + len(held)) / (1 + n)) for word, n in among.items()}


def _words(text: str, shortest: int = 4) -> frozenset[str]:
    """The words of a text that say something, without their plural."""
    found = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.lower().replace("’", "'"))
    kept = (w.removesuffix("s") if len(w) > 4 else w for w in found if w not in EMPTY)
    return frozenset(word for word in kept if len(word) >= shortest)
