"""The colors: one hue a harm dimension, one ramp for severity, one warm accent for the tail."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

# Lightness between 43 and 62 (CIE L*), so each reads on white and on near-black alike; the four
# steps are at least 4.5 apart for grayscale print, and stay apart for protan and deutan eyes.
DIMENSIONS: dict[str, str] = {
    "ethics": "#8d4f93",
    "fairness": "#1c8568",
    "bias": "#5b82d8",
    "epistemic": "#bc8c38",
}
FURTHER: tuple[str, ...] = ("#a06a4a", "#2f8fa8", "#7a8a2e", "#b0607e", "#6a6fa0", "#7d7f83")

TAIL = "#e03e00"
MODEL = "#64788c"
MUTED = "#8b939c"
FAINT = "rgba(139,147,156,0.28)"
CLEAR = "rgba(0,0,0,0)"

# Severity 0 recedes on purpose; the ramp only ever darkens, so it survives gray print.
SEVERITY: tuple[str, ...] = ("#c9cdd2", "#d3a0ad", "#c8758c", "#b0476a", "#8c1c4c")


def hues(names: Iterable[str]) -> dict[str, str]:
    """One color a dimension, the same in every figure.

    Known dimensions have theirs; others take one of the further hues by their own name, and step
    to the next free one where two would share it. More than six unknown names repeat hues.

    >>> hues(["Bias", "fairness"])
    {'Bias': '#5b82d8', 'fairness': '#1c8568'}
    """
    found: dict[str, str] = {}
    for name in sorted(
        dict.fromkeys(names), key=lambda n: (n.strip().lower() not in DIMENSIONS, n)
    ):
        known = DIMENSIONS.get(name.strip().lower())
        if known is None:
            start = crc32(name.strip().lower().encode("utf-8", "replace")) % len(FURTHER)
            order = [FURTHER[(start + k) % len(FURTHER)] for k in range(len(FURTHER))]
            known = next((color for color in order if color not in found.values()), order[0])
        found[name] = known
    return found


def hue(name: str) -> str:
    """The color of one dimension by its name, known or not.

    >>> hue("epistemic")
    '#bc8c38'
    """
    return hues([name])[name]


def shade(color: str, alpha: float) -> str:
    """A `#rrggbb` color at an opacity between 0 and 1, for bands and areas.

    >>> shade("#e03e00", 0.2)
    'rgba(224,62,0,0.2)'
    """
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
