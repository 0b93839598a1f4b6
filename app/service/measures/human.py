"""What people's labels say of a run's risk, and how far they correct the judges."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import losses, settle
from app.service.outputs.losses import LOG_RISK, Losses
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.columns import ACTS
from db import campaigns, draws, labels
from risk import harm, ppi
from risk.ppi import Estimate

Floats = NDArray[np.float64]
Key = tuple[str, int]
"""Item and sample of one answer of the run."""

SEVERITY = "severity"
HIGHEST = 4.0
"""The severity that counts as 1."""
DEFINITION = (
    "Three estimates of one number over all answers of the run. Judge alone: the mean of its "
    "score; the interval knows nothing of the judge's own error. People alone: the labeled "
    "answers, each weighted by 1 / the probability with which its case was drawn (Hájek). "
    "Combined: the judge's mean, corrected by how far people and judge differ where both spoke "
    "(prediction-powered inference with power tuning, Angelopoulos, Duchi and Zrnic, arXiv "
    "2311.01453); it is valid however bad the judge is. CVaR is estimated through its "
    "Rockafellar-Uryasev form. Intervals: 95 %, over prompts."
)


@dataclass(frozen=True, slots=True)
class Human:
    """One outcome three ways. `estimates` has mean, and cvar where the outcome is a severity;
    none where the labels cannot stand for the run, and `notes` say why."""

    outcome: str
    estimates: dict[str, Estimate]
    labels: int
    cases: int
    notes: tuple[str, ...]

    def more(self, half: float, name: str = "mean") -> float:
        """How many further labels bring the combined interval to that half-width; NaN: none do."""
        found = self.estimates.get(name)
        if found is None or not found.combined.known:
            return math.nan
        return max(found.labels(half) - self.labels, 0.0)


def outcomes(stores: Stores, run_id: str) -> dict[str, str]:
    """What people's labels of a run can be asked: key -> words, the most labeled first."""
    told = labels.current(stores.ledger, runs=[run_id])
    numbers = sum(row["field"] == SEVERITY and _number(row["value"]) is not None for row in told)
    found = {SEVERITY: "severity of harm, 0 to 1"} if numbers else {}
    acts = Counter(row["value"] for row in told if row["field"] == "act")
    known = [act for act, _ in acts.most_common() if act in ACTS]
    return found | {f"act:{act}": f"share {act.replace('_', ' ')}" for act in known}


def sources(stores: Stores, run_id: str) -> dict[str, str]:
    """Whose labels can be used: key -> words; every label first, then each campaign with some."""
    told = {row["campaign"] for row in labels.current(stores.ledger, runs=[run_id])}
    named = campaigns.names(stores.ledger)
    return {"": "all labels"} | {key: name for key, name in named.items() if key in told}


def estimates(
    stores: Stores,
    run_id: str,
    outcome: str,
    choices: Choices,
    campaign: str = "",
    judge: str = LOG_RISK,
) -> Human:
    """The outcome by judge, people and both. Raises Trouble where the run has no such judge score.

    `judge` is log-risk, read as the chance 1 - exp(-R), or a scored dimension. With a campaign a
    label counts 1 / the probability its case was drawn with; without, all labels are taken for a
    simple random sample, and a note says so.
    """
    found = losses.of_run(stores, run_id, judge, choices)
    score = harm.from_log(found.loss) if judge == LOG_RISK else found.loss
    at = {
        (str(item), int(sample)): row
        for row, (item, sample) in enumerate(zip(found.items, found.samples, strict=True))
    }
    people = np.full(len(at), np.nan)
    for key, value in _settled(stores, run_id, outcome, campaign).items():
        if key in at:
            people[at[key]] = value
    notes = []
    frame, drawn = np.ones(len(at), dtype=bool), None
    if campaign:
        drawn, frame, said = _drawn(stores, run_id, campaign, at, people)
        notes += said
        people = np.where(np.isnan(drawn), np.nan, people)
    else:
        notes.append("these labels have no draw probability: they are taken for a random sample")
    n = int((~np.isnan(people) & ~np.isnan(score)).sum())
    if not frame.any():
        return Human(outcome, {}, n, len(at), tuple(notes))
    score, people = score[frame], people[frame]
    chance = None if drawn is None else drawn[frame]
    clusters = _clusters(found, frame)
    told = {"mean": ppi.mean(score, people, chance, clusters)}
    if outcome == SEVERITY:
        told["cvar"] = ppi.cvar(score, people, choices.level, chance, clusters)
    return Human(outcome, told, n, int(frame.sum()), tuple(notes))


def _drawn(
    stores: Stores, run_id: str, campaign: str, at: Mapping[Key, int], people: Floats
) -> tuple[Floats, NDArray[np.bool_], list[str]]:
    """Each answer's probability of being labeled, the answers the draw stands for, and notes.

    The sum of 1 / probability estimates how many answers were in the draw: where it is not that of
    the run, the labels stand for the drawn answers alone if all were certain, else for nothing.
    """
    chance = np.full(len(at), np.nan)
    for row in draws.drawn(stores.ledger, campaign):
        key = (str(row["item_id"]), int(row["sample"]))
        if row["run_id"] == run_id and key in at:
            chance[at[key]] = row["probability"]
    pi = chance[~np.isnan(chance)]
    notes = []
    size, error = float((1 / pi).sum()), math.sqrt(float(((1 - pi) / pi**2).sum()))
    frame = np.ones(len(at), dtype=bool)
    if abs(size - len(at)) > 4 * error + 0.02 * len(at):
        certain = bool((pi == 1).all())
        frame = ~np.isnan(chance) & certain
        notes.append(
            f"the campaign drew from about {size:.0f} of the run's {len(at)} answers"
            + (": the numbers are about the drawn ones alone" if certain and pi.size else
               ": its labels say nothing of the rest; draw from all answers")
        )  # fmt: skip
    done = int((~np.isnan(people) & ~np.isnan(chance)).sum())
    if 0 < done < pi.size:
        notes.append(
            f"{done} of {pi.size} drawn answers are settled; the rest are taken for no different"
        )
        chance = chance * (done / pi.size)
    return chance, frame, notes


def _settled(stores: Stores, run_id: str, outcome: str, campaign: str) -> dict[Key, float]:
    """What each labeled answer comes to as a number: adjudicated, else the majority."""
    field, _, act = outcome.partition(":")
    said: dict[Key, dict[str, str]] = defaultdict(dict)
    told = labels.current(stores.ledger, runs=[run_id], campaign=campaign or None, field=field)
    for row in told:
        said[str(row["item_id"]), int(row["sample"])][row["person"]] = row["value"]
    found: dict[Key, float] = {}
    for key, people in said.items():
        value = settle.resolved(people, "settled")
        number = _mean(people) if field == SEVERITY else None if value is None else value == act
        if number is not None:
            found[key] = float(number)
    return found


def _mean(people: Mapping[str, str]) -> float | None:
    """The adjudicated severity, else the mean of the people's, 0 to 1; None where none is one."""
    ruled = people.get(settle.ADJUDICATOR)
    told = [_number(ruled)] if ruled is not None else [_number(v) for v in people.values()]
    numbers = [number for number in told if number is not None]
    return sum(numbers) / len(numbers) / HIGHEST if numbers else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number <= HIGHEST else None


def _clusters(found: Losses, frame: NDArray[np.bool_]) -> NDArray[np.int64]:
    codes = np.unique(found.items.astype(str), return_inverse=True)[1]
    return np.asarray(codes[frame], dtype=np.int64)


def table(found: Human, level: float) -> list[dict[str, Any]]:
    """The estimates as rows."""
    named = {"mean": "mean", "cvar": f"CVaR at {level * 100:g} %"}
    return [
        {
            "measure": named[name], "by": who, "value": m.value, "low": m.low, "high": m.high,
            "n": m.n, "left out": m.lost, "note": m.why,
        }
        for name, one in found.estimates.items()
        for who, m in (("judge", one.judge), ("people", one.human), ("combined", one.combined))
    ]  # fmt: skip


def sentence(found: Human, words: str) -> str:
    """What the labels change, made from the numbers."""
    one = found.estimates.get("mean")
    if one is None or not one.combined.known:
        return f"{found.labels} labels of {found.cases} answers: too few, or drawn from a part."
    both, people, judge = one.combined, one.human, one.judge
    wide = people.high - people.low
    gain = 1 - (both.high - both.low) / wide if wide > 0 else 0.0
    parts = [
        f"{words.capitalize()}: {both.value:.3g} by {found.labels} labels and the judge together "
        f"(95 % interval {both.low:.3g} to {both.high:.3g})"
    ]
    if gain > 0.01:
        parts.append(f"{gain * 100:.0f} % narrower than by people alone")
    if found.outcome == SEVERITY and not both.low <= judge.value <= both.high:
        way = "higher" if judge.value > both.value else "lower"
        parts.append(f"the judge alone lies {abs(judge.value - both.value):.2g} {way}")
    return "; ".join(parts) + "."


def remarks(found: Human, half: float) -> tuple[str, ...]:
    """The notes, and how many more labels the wanted half-width of the mean takes."""
    one = found.estimates.get("mean")
    if one is None or not one.combined.known:
        return found.notes
    more = found.more(half)
    need = f"{more:.0f} more labels, drawn as these were, bring the interval to ± {half:g}"
    if more == 0:
        need = f"the interval is already within ± {half:g}"
    elif math.isnan(more):
        need = f"± {half:g} cannot be reached on these {found.cases} answers: load more of them"
    return (*found.notes, need)
