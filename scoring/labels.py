"""Which label of a classifier counts for which dimension."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scoring.place import Unfit

HARMLESS = frozenset({
    "safe", "neutral", "normal", "none", "non toxic", "nontoxic", "not toxic", "ok", "okay",
    "harmless", "clean", "benign", "not offensive", "non offensive", "acceptable", "unharmful",
    "non hate", "not hate", "nothate", "no hate", "negative for harm", "compliance",
})  # fmt: skip
"""Names by which classifiers call what is no harm; they make no dimension of their own."""
LEFT_OUT = "-"


def dimensions(labels: Sequence[str], told: str, name: str) -> dict[str, list[int]]:
    """Dimension -> the places of its labels.

    `told` is `label: dimension, label: dimension`, `-` for one that counts for nothing; a label it
    does not name is left out. Where it is empty every label is a dimension, harmless ones apart.
    Raises Unfit for a label the model does not have, and for labels without names.

    >>> dimensions(["safe", "toxic", "insult"], "", "m")
    {'toxic': [1], 'insult': [2]}
    >>> dimensions(["safe", "toxic", "insult"], "toxic: harm, insult: harm", "m")
    {'harm': [1, 2]}
    """
    places = {plain(label): place for place, label in enumerate(labels)}
    found: dict[str, list[int]] = {}
    if not told.strip():
        if all(re.fullmatch(r"label[ _]?\d+", label.lower()) for label in labels):
            raise Unfit(
                f"the labels of {name} have no names ({', '.join(labels)})",
                "say what they mean, for example LABEL_1: toxicity",
            )
        for label, place in places.items():
            if label not in HARMLESS:
                found.setdefault(label.replace(" ", "_"), []).append(place)
        return found
    for label, dimension in pairs(told):
        if plain(label) not in places:
            raise Unfit(
                f"{name} has no label {label!r}; it has {', '.join(labels)}",
                "take the labels as the model writes them",
            )
        if dimension != LEFT_OUT:
            found.setdefault(dimension, []).append(places[plain(label)])
    return found


def pairs(told: str) -> list[tuple[str, str]]:
    """The pairs of `a: b, c: d`. ValueError where one has no colon.

    >>> pairs("toxic: harm, insult: harm")
    [('toxic', 'harm'), ('insult', 'harm')]
    """
    found = []
    for part in (part.strip() for part in re.split(r"[,\n]", told) if part.strip()):
        label, colon, dimension = (one.strip() for one in part.rpartition(":"))
        if not (colon and label and dimension):
            raise ValueError(f"{part!r} is not label: dimension")
        found.append((label, dimension))
    return found


def plain(label: str) -> str:
    """A label without case, dashes and underscores.

    >>> plain("Non-Toxic")
    'non toxic'
    """
    return " ".join(re.split(r"[\s_-]+", label.strip().lower()))
