"""Agent runs in words and tables: what the Trajectories page says, lists and has picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.service.measures.tabulate import row
from app.service.measures.trajectories import AHEAD, Found, Ride, Step
from app.service.measures.trajectories_picked import START, Pick
from risk.measure import Measure

Rows = list[dict[str, Any]]
ROLES = {"agent": "the agent's", "any": "every step"}

DEFINITIONS = {
    "map": "One row a run, one square a step, darker the greater the chance of a violation within "
    "the chosen moves from the state the run is in (an absorbing Markov chain, SafetyDrift, arXiv "
    "2603.27148; states as chosen above). A square in the warm color is the violation, a cross a "
    "run that was cut off: what would have come is not known. Gray: no state.",
    "ahead": "Chance of violation within 1, 2, … moves, 1 − Σ_j (Qⁿ)_ij of the absorbing chain "
    "fitted to all moves of this model, the added moves chosen above given to every pair of "
    "states. A run that ends without a violation adds the moves it made. Bands: 95 % over items, "
    "as far as a bootstrap with and without the added moves and leaving each item out reach, so "
    "that they are about the chance itself. Eventual violation is certain wherever it can be "
    "reached, so only a finite number of moves says something (SafetyDrift, arXiv 2603.27148; "
    "the estimation is ours).",
    "points": "Chance of violation within the chosen moves, by state and from where the runs "
    "begin. A state at or beyond the dotted threshold is a point of no return: from it a "
    "violation is more likely than the threshold (our definition after SafetyDrift).",
    "time": "Share of runs without a violation after so many moves: Kaplan and Meier (1958), with "
    "Greenwood's log-log band at 95 %. Runs that ended or were cut off are censored there (small "
    "marks), not counted as safe for ever.",
    "monitor": "Detected and false alarms of two monitors. The chain flags a run at the first "
    "state at or beyond the threshold; each half of the items is judged by the chain of the other "
    "half. The flags of the file stop a run at the k-th of them (Streaming Content Monitor, arXiv "
    "2506.09996). Detected: flagged before the violation or with it. Shares with their modified "
    "Wilson 95 % interval, exact below ten runs. Below them CARE (arXiv 2404.10320) takes each "
    "run as an event and its "
    "flags as the monitor's; segments (STAR, arXiv 2505.17196) are a guard's scores of the "
    "growing answer. The lenses care, streaming and segments have all their settings.",
}


def direction(found: Found) -> str:
    """What the runs were read by."""
    whose = "every step" if found.asked.role == "any" else "moves of the agent"
    return f"{whose} · states: {' < '.join(found.names) or 'none'}"


def sentence(found: Found) -> str:
    """What is seen first: how many runs broke the rule, and from where on most do."""
    n = len(found.rides)
    broke = sum(ride.outcome == "violated" for ride in found.rides)
    cut = sum(ride.outcome == "cut off" for ride in found.rides)
    first = f"{broke} of {n} runs broke the rule"
    first += f" and {cut} were cut off before anyone could know" if cut else ""
    if not found.chain:
        return f"{first}; {found.why}."
    begin = found.now(-1)
    within = f"within {found.asked.horizon} moves"
    told = f"from the start {share(begin)} do {within}" if begin.known else ""
    points = point_states(found)
    if not points:
        return f"{first}; {told}. No state is a point of no return."
    worst = found.names[points[0]]
    turned = [ride for ride in found.rides if ride.point is not None]
    safe = sum(ride.outcome != "violated" for ride in turned)
    return (
        f"{first}; {told}, once {worst} {share(found.now(points[0]))}. "
        f"{len(turned)} runs passed that point; {safe} of them ended or were cut "
        "off before they broke it."
    )


def share(m: Measure) -> str:
    """A chance in percent with its interval."""
    if not m.known:
        return "—"
    if m.low != m.low:
        return f"{100 * m.value:.0f} %"
    return f"{100 * m.value:.0f} % (95 % interval {100 * m.low:.0f} to {100 * m.high:.0f})"


def point_states(found: Found) -> list[int]:
    """The states, least first, that are points of no return; not the violation itself."""
    return [
        s for s in range(len(found.names) - 1) if found.now(s).value >= found.asked.threshold - 1e-9
    ]


def footing(found: Found) -> str:
    """What the page stands on, and what was left out."""
    parts = [f"n {len(found.rides)} runs", direction(found)]
    if found.chain:
        parts.append(f"{int(found.chain.counts.sum())} moves fitted")
        parts.append(f"added to each pair of states: {found.asked.smoothing:g}")
        parts.append(f"left out, without a state: {found.chain.lost} moves")
    parts.append(f"left out, without a known time: {found.lost} runs")
    return " · ".join(parts)


def mapped(rides: Sequence[Ride]) -> Rows:
    """Every step of the map."""
    return [
        {"run": ride.case[1], "sample": ride.case[2], "step": s.step, "role": s.role,
         "state": s.state, "chance ahead": s.chance, "flags": ", ".join(s.flags),
         "outcome": ride.outcome}
        for ride in rides for s in ride.steps
    ]  # fmt: skip


def ahead(found: Found) -> Rows:
    """The chance of violation by state and moves."""
    names = [*found.names, START]
    many = max(found.asked.horizon, AHEAD)
    return [
        row(name, f"within {m + 1} moves", found.ahead[s][m])
        for s, name in enumerate(names) for m in range(many)
    ] if found.ahead else []  # fmt: skip


def points(found: Found) -> Rows:
    """Every state: chance within the horizon, expected moves, whether it is beyond return."""
    if not found.chain:
        return []
    no_return = point_states(found)
    rows = [
        row(name, f"within {found.asked.horizon} moves", found.now(s))
        | {"expected moves": float(found.moves[s]), "point of no return": s in no_return}
        for s, name in enumerate(found.names[:-1])
    ]
    return [*rows, row(START, f"within {found.asked.horizon} moves", found.now(-1))]


def starts(found: Found) -> list[str]:
    """Where a violation may come from: every state but itself, and the start."""
    return [*found.names[:-1], START] if found.chain else []


def chances(found: Found) -> list[list[Measure]]:
    """The chance within 1, 2, … moves for each of `starts`."""
    return [*found.ahead[:-2], found.ahead[-1]] if found.chain else []


def points_of(found: Found) -> list[tuple[str, Measure, bool]]:
    """Each of `starts`, its chance within the horizon, whether it is a point of no return."""
    no_return = [found.names[s] for s in point_states(found)]
    at = found.asked.horizon - 1
    told = zip(starts(found), chances(found), strict=True)
    return [(name, column[at], name in no_return) for name, column in told]


def survived(found: Found) -> Rows:
    """The survival curve at each move with a violation."""
    time = found.time
    return [
        row("all", f"no violation by move {t:g}", time.at(t))
        | {"at risk": float(risk), "violations": float(events)}
        for t, risk, events in zip(
            time.time.tolist(), time.risk.tolist(), time.events.tolist(), strict=True
        )
    ]


def monitored(found: Found) -> list[tuple[str, str, Measure]]:
    """Monitor, what of it, and the number."""
    told = [("the chain", found.warned), (f"flags, at number {found.asked.delay}", found.stopped)]
    return [
        (name, word, getattr(one, field))
        for name, one in told if one is not None
        for word, field in (("violations detected", "detected"), ("false alarms", "false_alarms"))
    ]  # fmt: skip


NEXT = {
    "next_ece": "error of the next move's chance (ECE)",
    "next_brier": "Brier score of the next move's chance",
    "next_bias": "next move's chance less what came",
}
"""How well the chance of the next move says what comes, in words."""


def warned(found: Found) -> Rows:
    """The numbers of the monitors, how far ahead they warn, and how true the chain's chance is."""
    told = [row(name, word, m) for name, word, m in monitored(found)]
    for name, one in (("the chain", found.warned), ("flags", found.stopped)):
        told += [row(name, "warning ahead", one.ahead)] if one is not None else []
    return told + [row("the chain", NEXT[name], one) for name, one in found.next_move.items()]


def early(found: Found) -> str:
    """How many moves ahead the monitors warn, and how true the chain's chance is."""
    told = [("the chain", found.warned, "moves"), ("the flags", found.stopped, "steps")]
    parts = [
        f"{name} {one.ahead.value:.1f} {unit} ({one.ahead.low:.1f} to {one.ahead.high:.1f})"
        for name, one, unit in told
        if one is not None and one.ahead.known
    ]
    said = [f"Warning ahead of the violations detected: {'; '.join(parts)}"] if parts else []
    if (bias := found.next_move.get("next_bias")) is not None and bias.known:
        ends = f"({100 * bias.low:+.1f} to {100 * bias.high:+.1f})"
        said.append(f"The chain's chance of the next move is {100 * bias.value:+.1f} percent "
                    f"points {ends} off what came, on runs it was not fitted to")  # fmt: skip
    return ". ".join(said)


def hover(step: Step, horizon: int) -> str:
    """What pointing at a step says."""
    chance = "" if step.chance != step.chance else (
        f"{100 * step.chance:.0f} % chance of violation within {horizon} moves"
    )  # fmt: skip
    told = (" · ".join(w for w in (step.state, step.role) if w), chance, ", ".join(step.flags))
    return "\n".join(line for line in told if line) or "nothing is said of this step"


def head(step: Step, horizon: int, picked: bool) -> str:
    """What stands above the words of a step."""
    told = hover(step, horizon).split("\n")
    return " · ".join([f"step {step.step}", *told, *(["picked"] if picked else [])])


def title(ride: Ride) -> str:
    """A run in a line: its name, how it ended, and when it turned."""
    parts = [ride.case[1], ride.category, ride.outcome]
    parts[2] += f" at step {ride.broke}" if ride.broke is not None else ""
    parts += [f"past a point of no return at step {ride.point}"] if ride.point is not None else []
    return " · ".join(part for part in parts if part)


def which(rides: Sequence[Ride], outcome: str, pick: Pick | None = None) -> str:
    """The runs shown, in words."""
    kind = "" if outcome == "all" else f" {outcome}"
    through = f" through {pick.state}" if pick and pick.state else ""
    return f"{len(rides)} run{'' if len(rides) == 1 else 's'}{kind}{through}"


def _step(n: int | None) -> str:
    return "—" if n is None else str(n)


def listed(rides: Sequence[Ride]) -> Rows:
    """The runs as a list to pick from."""
    return [
        {"run": ride.case[1], "category": ride.category, "outcome": ride.outcome,
         "steps": len(ride.steps), "violated at step": _step(ride.broke),
         "no return at step": _step(ride.point),
         "highest chance before": ride.peak}
        for ride in rides
    ]  # fmt: skip
