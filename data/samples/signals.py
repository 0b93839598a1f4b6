"""Made-up answers that hold every column lenses look for, and the mapping that reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

Row = dict[str, Any]
MODELS = ("aster", "birch")
OPTIONS = tuple("ABCDE")
JUDGES = ("owl", "fox")
DIMENSIONS = ("bias", "fairness", "ethics", "jailbreak")
HARMS = tuple(f"{dimension}_{judge}" for dimension in DIMENSIONS for judge in JUDGES)
YES = {
    "rubric_1": 0.4, "rubric_2": 0.3, "bgd": 0.3, "completed": 0.6, "misaligned": 0.2, "ic": 0.1,
    "adjudicated": 0.5, "hit": 0.3, "leak": 0.1, "is_reflected": 0.3, "milestone_3": 0.4,
    "acknowledgment": 0.5, "boundary": 0.6, "transition": 0.3, "redirection": 0.4, "given": 0.3,
    "reasoning_unsafe": 0.2, "refusal": 0.2, "helpful": 0.7, "decision": 0.4, "known": 0.5,
}  # fmt: skip
"""Fields that are yes (1) or no (0), and how often they are yes."""
SHARES = (
    "p_target_sum", "p_target_reach", "p_good", "guard", "specificity", "convincingness", "cost",
    "reward", "identifiability", "sensitivity", "usability", "linkability", "self_rating", "p_ab",
    "p_ba", "human_score", "risk_score", "quality", "score",
)  # fmt: skip
"""Fields anywhere between 0 and 1."""
SCORED = ("violated", "risk_score", "guard", "rubric_1", "rubric_2", "score", "risk_grade")
"""Fields that are scores without a direction."""
TAGS = ("prompt_is", "pair_id", "prompt_variant", "split", "domain", "naming", "variant", "u")
LABELED, SOME = ("act", "unsafe"), ("severity", "risk_grade", "rating")
"""Label fields of every answer, and of one in ten."""
ACTS = ("answered", "hedged", "abstained", "refused", "could_not_act")
STATES = ("safe", "probing", "risky", "violated")
WORDS = [f"{a}{b}" for a in ("tal", "mor", "fen", "ost", "rik", "sud") for b in ("en", "ow", "a")]
OPTIONED = ("option_logprobs", "target")
SOURCES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("correct", "confidence", "abstained", "p_gold", "gold", "idk"), OPTIONED),
    **dict.fromkeys(("harm", "dimension", "scorer", "value", "up"), HARMS),
    **dict.fromkeys(("state", "flags"), ("steps",)),
    **{name: (f"label_{name}",) for name in (*LABELED, "severity")},
    "understood": ("label_act",), "hazard": ("category",), "forced_correct": ("known",),
}  # fmt: skip
"""Where a column that a lens names comes from, other than a field of that name."""
ALWAYS = ("model", "revision", "dataset", "item_id", "prompt", "response", "category")


@dataclass(frozen=True, slots=True)
class Made:
    """What is made: the data set's name, the variants of its prompts, the keys of its options."""

    dataset: str = "signals"
    variants: tuple[str, ...] = ("clean", "trigger")
    options: tuple[str, ...] = OPTIONS


def rows(
    model: str, prompts: int, seed: int, revision: str = "1", of: Made = Made()
) -> Iterator[Row]:
    """One model's answers, one to a prompt; prompts and their tags are the same for all models."""
    asked, told = np.random.default_rng(0), np.random.default_rng(seed)
    safe, able, kind = (
        asked.random(prompts),
        asked.random(prompts),
        asked.integers(12, size=prompts),
    )
    logs = np.log(told.dirichlet(np.ones(len(OPTIONS)), prompts)).round(4).tolist()
    harms = np.minimum(told.gamma(0.6, 0.15, (len(HARMS), prompts)), 1).round(4).tolist()
    yes = {name: (told.random(prompts) < p).astype(int).tolist() for name, p in YES.items()}
    part = {name: told.random(prompts).round(4).tolist() for name in SHARES}
    part["cost"] = [max(0.0, round(2 * one - 1, 4)) for one in part["cost"]]
    words = told.integers(0, len(WORDS), (prompts, 12)).tolist()
    act = told.choice(ACTS, prompts, p=(0.6, 0.1, 0.1, 0.15, 0.05)).tolist()
    bad = (told.random(prompts) < 0.15).tolist()
    level = told.integers(0, 4, (prompts, 3)).tolist()
    walk = np.minimum(told.integers(0, 2, (prompts, 4)).cumsum(axis=1), 3).tolist()
    several, options = len(of.variants), of.options
    for i in range(prompts):
        held = {name: one[i] for name, one in (yes | part).items()}
        some = i % 10 == 0
        yield held | dict(zip(HARMS, (one[i] for one in harms), strict=True)) | {
            "model": model, "revision": revision, "dataset": of.dataset, "item_id": f"q{i:06d}",
            "prompt": f"question {i} of {WORDS[i % 18]}", "category": f"c{kind[i]}",
            "prompt_is": "safe" if safe[i] < 0.5 else "unsafe", "answerable": bool(able[i] < 0.7),
            "pair_id": f"p{i // several}", "prompt_variant": of.variants[i % several],
            "split": ("forget", "retain")[i % 2], "domain": f"d{i % 5}",
            "naming": ("harmful", "benign")[i // several % 2], "level": 10 * level[i][2],
            "variant": ("baseline", "pressed")[i % 2], "target": options[i % 4],
            "option_logprobs": dict(zip(options, logs[i], strict=True)),
            "response": " ".join(WORDS[w] for w in words[i]), "n_tokens": 12 + i % 90,
            "finish": "stop", "steps": _steps(walk[i]), "violated": int(walk[i][-1] == 3),
            "parsed_choice": options[(i + words[i][0]) % 4], "decoding": ("greedy", "beam")[i % 2],
            "sampling": ("plain", "suppressed")[i % 2], "evidence": WORDS[words[i][0]],
            "preferred": "A" if held["p_ab"] + held["p_ba"] > 0.9 else "B", "u": level[i][0],
            "required": 5, "created": 3 + level[i][1],
            "refusal_scores": [0.2, held["guard"], held["cost"]],
            "segment_scores": [0.9, held["p_good"], held["reward"]],
            "label_act": act[i], "label_unsafe": "unsafe" if bad[i] else "safe",
            "label_severity": str(level[i][1]) if some else None,
            "label_risk_grade": str(1 + level[i][2]) if some else None,
            "label_rating": str(held["human_score"]) if some else None,
            "risk_grade": level[i][0] / 3,
        }  # fmt: skip


def _steps(walk: list[int]) -> list[Row]:
    return [
        {"step": at, "role": "agent", "content": WORDS[at], "state": STATES[state],
         "flags": ["alarm"] if state > 1 else []}
        for at, state in enumerate(walk)
    ]  # fmt: skip


def fields(names: Collection[str]) -> set[str]:
    """The fields of a row that columns of these names come from, with those every row needs.

    >>> sorted(fields(["segment_scores|state"]) - set(ALWAYS))
    ['segment_scores', 'steps']
    """
    wanted = {one for name in names for one in name.split("|")}
    return {field for name in wanted for field in SOURCES.get(name, (name,))}.union(ALWAYS)


def mapping(there: Collection[str]) -> dict[str, Any]:
    """How rows with the fields `there` are read; what is not named stays by its name in `meta`."""
    labels = [field for field in (*LABELED, *SOME) if f"label_{field}" in there]
    scored = [name for name in SCORED if name in there]
    harms = {d: {j: f"{d}_{j}" for j in JUDGES} for d in DIMENSIONS if f"{d}_owl" in there}
    found = {
        "scores": harms | {name: {"made": name} for name in scored},
        "scales": {name: {"up": "neither"} for name in scored},
        "labels": {field: {"ann": f"label_{field}"} for field in labels},
        "tags": {name: name for name in TAGS if name in there},
        "abstain_options": ["E"] if "option_logprobs" in there else [],
    }
    return {name: one for name, one in found.items() if one}


def lines(made: Iterable[Row], kept: Collection[str] = ()) -> bytes:
    """The rows as JSON lines, all of their fields or those that are `kept`."""
    return b"".join(
        orjson.dumps(
            {name: row[name] for name in row if name in kept} if kept else row,
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for row in made
    )
