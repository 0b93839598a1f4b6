"""Before and after training in words and rows: what changed, what is not known, what it means."""

from __future__ import annotations

from typing import Any

from app.service.measures.training import REFUSAL, SAFETY, TAIL, UTILITY, Change


def sentence(found: list[Change]) -> str:
    """What became better, what worse, in one sentence."""
    better = [one.name for one in found if one.better]
    worse = [one.name for one in found if one.better is False]
    parts = [
        f"{word}: {', '.join(names)}"
        for word, names in (("clearly better", better), ("clearly worse", worse))
        if names
    ]
    said = "; ".join(parts) or "nothing is clearly better or worse"
    return f"{said[0].upper()}{said[1:]}."


def title(found: list[Change]) -> str:
    """The aspects of these changes as a heading."""
    return ", ".join(dict.fromkeys(one.aspect for one in found)).capitalize()


def absent(found: list[Change]) -> str:
    """Which aspects could not be compared, and what they take; empty where all could."""
    takes = {
        SAFETY: "harm scores", TAIL: "harm scores", REFUSAL: "labels of what both models did",
        UTILITY: "a score where more is good, such as correct",
    }  # fmt: skip
    there = {one.aspect for one in found}
    gone = [f"{name} (takes {how})" for name, how in takes.items() if name not in there]
    return f"Not known of both on shared answers: {', '.join(gone)}." if gone else ""


def table(found: list[Change]) -> list[dict[str, Any]]:
    """The changes as a table: both sides, the difference with its interval, what was left out."""
    words = {True: "better", False: "worse", None: "—"}
    return [
        {
            "aspect": one.aspect, "measure": one.name, "unit": one.unit,
            "before": one.before.value, "after": one.after.value,
            "difference": one.gap.value, "low": one.gap.low, "high": one.gap.high,
            "n": one.gap.n, "left out": one.before.lost, "clearly": words[one.better],
        }
        for one in found
    ]  # fmt: skip


DEFINITION = (
    "After minus before, on the answers both runs have, each prompt with itself: paired bootstrap "
    "over prompts, 95 % intervals, of a mean no nearer than Student's and Hall's. Risk is SHARP's "
    "cumulative log-risk in nats (arXiv 2601.21235), everything else a share or a mean score. A "
    "measure is clearly better or worse where its interval leaves out 0 and it has a good "
    "direction."
)
