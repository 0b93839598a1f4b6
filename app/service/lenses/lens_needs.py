"""What lenses need in a person's words, to find those that one's data can feed."""

from __future__ import annotations

from collections.abc import Sequence

from app.service.lenses.lens import State
from data.trouble import Trouble
from risk.lens import Lens

KINDS: dict[str, frozenset[str]] = {
    "labels": frozenset(
        (
            "act",
            "abstained",
            "unsafe",
            "severity",
            "answer_state",
            "bgd",
            "leak",
            "is_reflected",
            "acknowledgment",
            "boundary",
            "transition",
            "redirection",
            "adjudicated",
            "label_unsafe",
            "label_harmful",
            "label_severity",
            "label_harm",
            "label_score",
            "label_rating",
            "label_risk_grade",
        )
    ),
    "scores": frozenset(
        (
            "value",
            "unsafe",
            "harm",
            "score",
            "guard",
            "risk_score",
            "correct",
            "quality",
            "u",
            "refusal",
            "refused",
            "helpful",
            "misaligned",
            "specificity",
            "convincingness",
            "rubric",
            "rubric_1",
            "risk_grade",
        )
    ),
    "options": frozenset(
        ("option_logprobs", "gold", "p_gold", "confidence", "correct", "abstained")
    ),
    "steps": frozenset(("state", "flags", "violated", "safe_flag")),
    "pairs": frozenset(("pair_id", "prompt_variant")),
    "texts": frozenset(("response", "prompt")),
    "tags": frozenset(
        (
            "prompt_is",
            "answerable",
            "should_abstain",
            "target",
            "category",
            "group",
            "specialty",
            "split",
        )
    ),
}
"""What people may have -> the needed columns it can fill."""
COMMON = frozenset(("item_id", "dimension", "scorer", "up", "model", "n_tokens"))
MODELS, FIELDS = "models", "fields"
WORDS = {
    "labels": "labels of answers",
    "scores": "scores by a judge or metric",
    "options": "probabilities of options",
    "steps": "steps of an agent",
    "pairs": "the same prompt in variants",
    "texts": "texts of answers",
    "tags": "marks of the prompts",
    MODELS: "two models or revisions",
    FIELDS: "fields of its own",
}
"""Each kind of need, in words."""


def kinds(lens: Lens) -> frozenset[str]:
    """The kinds of what a lens needs; of two columns either of which will do, both count."""
    found = {"steps"} if lens.table == "steps" else set()
    for need in lens.needs:
        columns = set(need.split("|"))
        here = {kind for kind, some in KINDS.items() if columns & some}
        found |= here or (set() if columns & COMMON else {FIELDS})
    return frozenset(found | ({MODELS} if lens.across and not lens.alone else set()))


def needing(states: Sequence[State], asked: str) -> list[State]:
    """The lenses that need a column of that name, or columns of that kind; all for "".

    Raises Trouble listing the kinds where no lens does.
    """
    if not asked:
        return list(states)
    found = [one for one in states if asked in _columns(one.lens) or asked in kinds(one.lens)]
    if not found:
        raise Trouble(
            f"no lens needs {asked!r}",
            f"name a column, such as act, or a kind: {', '.join(WORDS)}",
        )
    return found


def _columns(lens: Lens) -> set[str]:
    return {name for need in lens.needs for name in need.split("|")}
