"""Setting up a campaign: which cases, drawn how, by whom; and every change of it as an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.labeling import gold, schemes, sizes, suggest
from app.service.labeling.sizes import How
from app.service.outputs import cases as found
from app.service.outputs.cases import Chosen
from app.service.stores import Stores
from data.trouble import Trouble
from db import assignments, campaigns, draws, people, warehouse
from db.filter import Case as Case
from db.staff import LEASE, Staff
from risk import draw

DESIGNS = draw.DESIGNS
SAMPLING = "fixed size, systematic along a random order: each case has exactly its probability"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a campaign is set up with.

    `size` cases of those chosen; all of them where there are no more, and by the design "all".
    `per_case` 0: as many labels as people come. `quotas`: person -> cases (None: no limit), empty:
    anybody may come. `highest_first` shows the largest first instead of in random order. `suggest`
    is one of `suggest.SOURCES`; of the share `withheld` of cases nothing is suggested.
    """

    name: str
    chosen: Chosen = field(default_factory=Chosen)
    how: How = field(default_factory=How)
    size: int = 200
    per_case: int = 1
    scheme: str = schemes.DEFAULT
    versions: tuple[int, int] | None = None
    floor: float = draw.FLOOR
    seed: int = 0
    highest_first: bool = False
    training: int = 0
    drift: int = 0
    quotas: Mapping[str, int | None] = field(default_factory=dict)
    lease: float = LEASE
    show: tuple[str, ...] = ()
    withheld: float = suggest.WITHHELD
    suggest: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw before it is made a campaign: the `frame` (N,) that could be drawn, each case's size
    and `chance`, and the drawn ones in the order they would be shown."""

    frame: list[Case]
    size: NDArray[np.float64]
    chance: NDArray[np.float64]
    cases: list[tuple[Case, float]]
    unsized: int

    @property
    def certain(self) -> int:
        """How many cases are drawn for sure."""
        return int((self.chance == 1).sum())


def planned(chosen: Chosen, asked: Mapping[str, Any]) -> Plan:
    """The plan a form describes: the fields of Plan, `design`, and the `settings` of the design."""
    settings = dict(asked["settings"])
    rest = {k: v for k, v in asked.items() if k not in ("design", "settings")}
    if "floor" in settings:
        rest["floor"] = settings.pop("floor")
    if "level" in settings:
        chosen = replace(chosen, choices=replace(chosen.choices, level=settings.pop("level")))
    return Plan(chosen=chosen, how=How(asked["design"], **settings), **rest)


def prepare(stores: Stores, plan: Plan) -> Drawn:
    """Draws as planned; the same plan on the same data draws the same. Raises Trouble where no case
    is chosen, or the design lacks what it needs."""
    frame = found.keys(stores, plan.chosen)
    if not frame:
        raise Trouble("no case is chosen", "widen the filter")
    size = sizes.of(stores, frame, plan.how, plan.chosen.choices)
    n = len(frame) if plan.how.design == "all" else min(plan.size, len(frame))
    try:
        drawn = draw.draw(size, n, plan.floor, plan.seed)
    except ValueError as error:
        raise Trouble(str(error), "change the number of cases or the floor") from error
    rows = drawn.cases
    if plan.highest_first:
        rows = rows[np.argsort(-np.nan_to_num(size[rows], nan=-1), kind="stable")]
    cases = [(frame[row], float(drawn.probability[row])) for row in rows.tolist()]
    return Drawn(frame, size, drawn.probability, cases, drawn.unsized)


def start(stores: Stores, plan: Plan, person: str) -> str:
    """Starts the campaign, its people put on it; returns its key. Raises Trouble as `prepare`."""
    if not plan.name.strip():
        raise Trouble("the campaign has no name", "give it a name annotators will recognize")
    drawn = prepare(stores, plan)
    scheme, guideline = schemes.taken(stores, plan.scheme)
    if plan.versions is not None:
        scheme, guideline = (scheme[0], plan.versions[0]), (guideline[0], plan.versions[1])
    body = campaigns.scheme(stores.ledger, *scheme)
    if body is None:
        raise Trouble(f"scheme {scheme[0]} has no version {scheme[1]}", "choose one that is listed")
    if plan.suggest not in suggest.SOURCES or not 0 <= plan.withheld <= 1:
        raise Trouble(
            f"suggestions by {plan.suggest!r}, held back from {plan.withheld:.0%} of cases",
            f"choose one of {', '.join(filter(None, suggest.SOURCES))}, and a share from 0 to 1",
        )
    offered = {"source": plan.suggest, "withheld": plan.withheld} if plan.suggest else {}
    settings = {
        "how": asdict(plan.how), "where": found.words(plan.chosen), "frame": len(drawn.frame),
        "unsized": drawn.unsized, "floor": plan.floor, "seed": plan.seed, "lease": plan.lease,
        "order": "highest first" if plan.highest_first else "random", "show": list(plan.show),
        "level": plan.chosen.choices.level, "sampling": SAMPLING, "suggest": offered,
    }  # fmt: skip
    try:
        key = campaigns.start(
            stores.ledger, plan.name.strip(), scheme, guideline, words(plan, drawn),
            warehouse.snapshot(stores.warehouse), drawn.cases, person,
            per_case=plan.per_case or None, settings=settings,
            known=gold.drawn(
                stores, plan.scheme, plan.training, plan.drift, plan.seed,
                {case for case, _ in drawn.cases},
            ),
        )  # fmt: skip
    except ValueError as error:
        raise Trouble(str(error), "change the plan and start it again") from error
    for name, quota in plan.quotas.items():
        assign(stores, key, name, quota, person)
    return key


def words(plan: Plan, drawn: Drawn) -> str:
    """The design as a phrase: how many of how many, by what, in which order."""
    said = DESIGNS[plan.how.design].partition(":")[0]
    particulars = {"stratified": plan.how.by, "disagreement": plan.how.among}
    by = particulars.get(plan.how.design, "")
    order = "highest first" if plan.highest_first else "in random order"
    return (
        f"{said}{f' ({by})' if by else ''}: {len(drawn.cases)} of {len(drawn.frame)} cases, "
        f"{order}; {found.words(plan.chosen)}"
    )


def assign(stores: Stores, campaign: str, person: str, quota: int | None, by: str) -> None:
    """Puts a person on a campaign, or changes their quota (None: no limit) or takes them back on.

    From the first person on, only those who were put on it may label. Raises Trouble for an empty
    name, a quota below 1, or no such campaign.
    """
    _one(stores, campaign)
    if not person.strip() or (quota is not None and quota < 1):
        raise Trouble(f"person {person!r}, quota {quota}", "give a name, and a quota of at least 1")
    if people.one(stores.ledger, person) is None:
        people.add(stores.ledger, person)
    body = {"person": person, "quota": quota}
    campaigns.record(stores.ledger, campaign, "assigned", body, by)


def stop(stores: Stores, campaign: str, person: str, by: str, instead: Sequence[str] = ()) -> int:
    """Takes a person off: their labels stay, what lay before them is free at once.

    What is left of their quota goes to `instead`, in equal parts; returns how many cases that is.
    Who came by without being put on the campaign gets so many beyond what they labeled.
    """
    team = staff(stores, campaign)
    engine, quota = stores.ledger, team.quotas.get(person)
    left = assignments.left(engine, campaign, person, gold=False) if quota is not None else 0
    campaigns.record(engine, campaign, "stopped", {"person": person, "left": left}, by)
    done = Counter(row["person"] for row in draws.saves(engine, campaign) if not row["gold"])
    for turn, name in enumerate(instead):
        theirs = team.quotas.get(name, done[name])
        more = left // len(instead) + (turn < left % len(instead))
        if more or name in team.quotas:
            assign(stores, campaign, name, None if theirs is None else theirs + more, by)
    return left


def freeze(stores: Stores, campaign: str, by: str) -> None:
    """No more labels from now on; what stands is the result."""
    if not staff(stores, campaign).frozen:
        saves = len(draws.saves(stores.ledger, campaign))
        campaigns.record(stores.ledger, campaign, "frozen", {"labels": saves}, by)


def reopen(stores: Stores, campaign: str, by: str, why: str) -> None:
    """Takes labels again; Trouble without a reason, which is kept."""
    if not why.strip():
        raise Trouble("a frozen campaign is reopened without a reason", "say why")
    if staff(stores, campaign).frozen:
        campaigns.record(stores.ledger, campaign, "reopened", {"why": why.strip()}, by)


def names(stores: Stores) -> dict[str, str]:
    """Campaign -> its name, the newest first; told apart by key where several share one."""
    return campaigns.names(stores.ledger)


def history(stores: Stores, campaign: str) -> list[dict[str, Any]]:
    """Every change of the campaign, the newest first: when, who, what, particulars."""
    said = {"started": "started", "assigned": "put on", "stopped": "taken off", "frozen": "frozen"}
    return [
        {
            "when": event["made_at"][:19].replace("T", " "),
            "who": event["made_by"],
            "what": said.get(event["what"], event["what"]),
            "particulars": ", ".join(
                f"{key.replace('_', ' ')} {value}"
                for key, value in event["body"].items()
                if value is not None
            ),
        }
        for event in reversed(campaigns.events(stores.ledger, campaign))
    ]


def staff(stores: Stores, campaign: str) -> Staff:
    """Who works on it, and whether it is frozen. Raises Trouble where there is none such."""
    _one(stores, campaign)
    return assignments.staff(stores.ledger, campaign)


def _one(stores: Stores, campaign: str) -> dict[str, Any]:
    head = campaigns.one(stores.ledger, campaign)
    if head is None:
        raise Trouble(f"there is no campaign {campaign!r}", "choose one of those on Campaigns")
    return head
