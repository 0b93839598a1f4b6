"""What an assessment comes to, in words and in rows of tables."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.service.cards.assess import Kept
from app.service.cards.likelihood import STATES, Found
from risk.bounded import ASSUMED
from risk.measure import Measure

SEVERITIES = ("none", "low", "moderate", "high", "extreme")
"""What a severity from 0 to 4 is called."""
SAID = {"judges only": "by judges only"}
"""A state as it reads after how many cards there are of it."""
DEFINITION = (
    "Judged: the share of answers that people said show the card's risk, modified Wilson 95 % "
    "interval, exact below ten answers; "
    "those they could not tell are left out. The answers judged are a simple random sample of "
    "those the card is about, after the answers to its own prompts. Flagged: the share of loaded "
    "answers that the card's rules flag by the judges' scores or by what the model did. CVaR: the "
    "mean log-risk (nats) of the worst 5 % of the card's cases in the dimension its rules name, by "
    f"a bootstrap over prompts. {ASSUMED} Severity and harms come from people alone. Cards "
    "are never averaged."
)


def sentence(kept: Kept, found: Sequence[Found]) -> str:
    """The assessment in one sentence."""
    counts = Counter(one.state for one in found)
    if not found:
        return "No card has been chosen yet."
    told = [f"{counts[state]} {SAID.get(state, state)}" for state in STATES if counts[state]]
    signed = f" Signed by {kept.assessment.signed_by}." if kept.assessment.signed_by else ""
    cards = f"{len(found)} card{'' if len(found) == 1 else 's'}"
    return f"{cards}: {', '.join(told)}.{signed}"


def one(found: Found) -> str:
    """One card of the assessment in one sentence."""
    told = {
        "judged": share(found.judged), "flagged by its rules": share(found.flagged),
        "CVaR in nats": three(found.cvar),
    }  # fmt: skip
    known = [f"{name} {value}" for name, value in told.items() if value != "—"]
    about = f"{found.cases} answer{'' if found.cases == 1 else 's'} can show it"
    return f"{found.state.capitalize()}: {'; '.join([about, *known])}."


def severity(level: int | None) -> str:
    """A severity in words, a dash where nobody judged.

    >>> severity(3), severity(None)
    ('3 high', '—')
    """
    return "—" if level is None else f"{level} {SEVERITIES[level]}"


def labels(found: Found) -> str:
    """What labels say of the severity of a card's cases."""
    if not found.severities:
        return "no label of severity on its cases"
    middle = statistics.median(found.severities)
    return (
        f"labels on its cases: median {middle:g}, highest {max(found.severities)}, "
        f"n {len(found.severities)}"
    )


def rows(found: Sequence[Found]) -> list[dict[str, Any]]:
    """The cards as rows of a table."""
    return [
        {
            "card": one.card.title, "state": one.state, "judged": share(one.judged),
            "flagged": share(one.flagged), "CVaR 95": three(one.cvar),
            "severity": severity(one.taken.severity),
            "harms": ", ".join(f"{h.actor}: {h.kind}" for h in one.taken.touched) or "—",
            "evidence": one.linked, "cases": one.cases,
        }
        for one in found
    ]  # fmt: skip


def share(measure: Measure) -> str:
    """A share with its interval and count.

    >>> share(Measure(0.25, 0.1, 0.5, n=20, lost=1))
    '25 % (10 to 50), n 20, left out 1'
    >>> share(Measure(float("nan")))
    '—'
    """
    if not measure.known:
        return "—"
    scaled = replace(
        measure, value=100 * measure.value, low=100 * measure.low, high=100 * measure.high
    )
    return _told(scaled, " %")


def three(measure: Measure) -> str:
    """A number with its interval and count, three significant digits."""
    return _told(measure) if measure.known else "—"


def _told(measure: Measure, unit: str = "") -> str:
    ends = f"{measure.low:.3g} to {measure.high:.3g}"
    bare = math.isnan(measure.low) or math.isnan(measure.high)
    interval = f"no interval: {measure.why or 'too few answers'}" if bare else ends
    return f"{measure.value:.3g}{unit} ({interval}), n {measure.n}{lost(measure)}"


def lost(measure: Measure) -> str:
    """What was left out, where something was."""
    return f", left out {measure.lost}" if measure.lost else ""
