"""What a campaign lets its annotators see beside the texts: the model, the judges, the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from app.service.labeling.gold import UNCOUNTED, worded
from app.service.outputs import shown
from app.service.outputs.shown import Text
from app.service.stores import Stores
from data.read.scheme import Scheme
from db import desk
from db.filter import Case

SHOWN = ("model", "judge", "others")
"""What an annotator sees only where a campaign says so."""
Ahead = Callable[[], Sequence[Case]]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told of a case: what it is, and it in words."""

    title: str
    words: str


def told(
    stores: Stores,
    campaign: str,
    person: str,
    scheme: Scheme,
    show: Collection[str],
    texts: Mapping[Case, Text],
    ahead: Ahead = tuple,
) -> dict[Case, tuple[Told, ...]]:
    """Case -> all that this campaign lets this person see of it; nothing else is ever asked for."""
    cases = list(texts)
    found: dict[Case, list[Told]] = {case: [] for case in cases}
    if "model" in show:
        for case, text in texts.items():
            found[case].append(Told("Model", text.model or "not known"))
    if "judge" in show:
        for case, one in shown.judged(stores, cases, ahead).items():
            found[case].append(Told("Judges", _judges(one)))
    if "others" in show:
        said = desk.others(stores.ledger, campaign, person, cases)
        for case in cases:
            found[case].append(Told("Others", _others(scheme, said[case])))
    return {case: tuple(many) for case, many in found.items()}


def _judges(one: shown.Judged) -> str:
    """Every judge's score by dimension, a dash where one gave none."""
    by: dict[str, list[str]] = defaultdict(list)
    for dimension, judge, value, _ in one.scores:
        by[dimension].append(f"{judge} {'—' if value is None else f'{value:.2g}'}")
    scored = [f"{dimension}: {', '.join(many)}" for dimension, many in by.items()]
    acts = [f"the log says {act.replace('_', ' ')}" for act in dict.fromkeys(one.acts)]
    return " · ".join([*scored, *acts]) or "no judge scored this answer"


def _others(scheme: Scheme, said: Sequence[tuple[str, str, str]]) -> str:
    """How many others said what, nobody named."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for _, field, value in said:
        votes[field][value] += 1
    parts = [
        f"{field.title}: "
        + ", ".join(f"{worded(field, v)} {n}" for v, n in votes[field.field].most_common())
        for field in scheme.fields
        if votes.get(field.field) and field.field not in UNCOUNTED
    ]
    return " · ".join(parts) or "nobody else has labeled this yet"
