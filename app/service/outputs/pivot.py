"""One run's harm pivoted in DuckDB and read as arrays: the log-risk of every answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs.known import Known
from app.service.stores import Stores
from data.trouble import Trouble
from db import outputs, tails
from db.arrays import Arrays
from db.filter import Case
from risk import harm
from risk.bounded import Assume as Assume
from risk.harm import How as How
from risk.harm import LogRisk, Vector
from risk.lens import Columns
from risk.seen import codes, taken, used

Floats = NDArray[np.float64]
LARGE = 20_000
"""From this many answers on a lens is fed one row an answer, pivoted in DuckDB."""
NONE = "none"
"""What stands for the category of a prompt that has none."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How the tail is measured; every one is on the page and in the link."""

    level: float = 0.95
    eps: float = 1e-6
    pooling: How = "lse"
    tau: float = 0.1
    judge: str = "all"
    category: str = ""
    draws: int = 2000
    seed: int = 0
    assume: Assume = "seen"


@dataclass(frozen=True, slots=True)
class Risks:
    """Every answer of a run with its log-risk (nats): what all the numbers below are made of."""

    run: dict[str, Any]
    choices: Choices
    vector: Vector
    pooled: Floats  # (N, D) one harm from several judges
    risk: LogRisk
    categories: NDArray[Any]  # (N,) "none" where the prompt has none
    without: dict[str, int]  # category -> answers without any harm score
    place: NDArray[np.int64]  # (N,) the answer's row in the whole run

    @property
    def unscored(self) -> int:
        """How many answers have no harm score at all."""
        return sum(self.without.values())

    @property
    def groups(self) -> list[str]:
        """The categories of the answers, also of those nobody scored."""
        return sorted({*self.categories.tolist(), *self.without})

    @property
    def cases(self) -> list[Case]:
        """The answers, row by row."""
        run_id = self.run["run_id"]
        pairs = zip(self.vector.item, self.vector.sample, strict=True)
        return [(run_id, str(item), int(sample)) for item, sample in pairs]


@contextmanager
def pivoted(
    stores: Stores, run: dict[str, Any], choices: Choices
) -> Iterator[tuple[tails.Cells, tails.Pool]]:
    """The run's harm scores as a table in DuckDB, and how the choices pool its judges.

    Raises Trouble where no score runs towards harm, one leaves its scale, or a judge is not there.
    """
    with tails.cells(stores.warehouse, run["run_id"]) as table:
        try:
            judges = harm.chosen(table.judges, choices.judge)
            _checked(table)
        except ValueError as error:
            raise Trouble(
                f"{run['model']}: {error}", "choose another judge or another run"
            ) from error
        yield table, tails.Pool(judges, choices.pooling, choices.tau, choices.eps)


def _checked(table: tails.Cells) -> None:
    if not table.dimensions:
        raise ValueError("no score runs towards harm; load scores whose direction is harm")
    ends = [end for end in (table.low, table.high) if end is not None]
    wrong = [end for end in ends if not 0 <= end <= 1]
    if wrong:
        raise ValueError(f"a harm is {wrong[0]:g}; it must be from 0 to 1, up is worse")


def read(
    stores: Stores,
    run: dict[str, Any],
    choices: Choices,
    table: tails.Cells,
    pool: tails.Pool,
    named: bool = True,
    counted: bool = True,
) -> Risks:
    """The pivoted run as arrays; not `named`, its items are numbers in their order; not `counted`,
    nobody asks how many of its answers have no score at all."""
    size, width = len(table.dimensions), len(table.judges)
    told = tails.read(table, pool, named=named, judged=width > 1)
    pooled = _stacked(told, [f"h{d}" for d in range(size)])
    parts = _stacked(told, [f"r{d}" for d in range(size)])
    kept = [table.judges.index(judge) for judge in pool.judges]
    h = pooled[:, :, None]
    if width > 1:
        h = _stacked(told, [f"c{d * width + j}" for d in range(size) for j in kept])
        h = h.reshape(len(h), size, len(kept))
    item = told["item_id"] if named else np.cumsum(told["fresh"])
    vector = Vector(item, told["sample"], table.dimensions, pool.judges, h)
    clipped = int((pooled > 1 - choices.eps).sum())
    risk = LogRisk(parts, np.asarray(told["all"], dtype=float), clipped)
    categories = np.array([c or NONE for c in told["category"].tolist()], dtype=object)
    every = outputs.by_category(stores.warehouse, [run["run_id"]]) if counted else {}
    answers = every.get(run["run_id"], {})
    here = Counter(categories.tolist())
    without = {c or NONE: n - here[c or NONE] for c, n in answers.items()}
    found = Risks(run, choices, vector, pooled, risk, categories, without, np.arange(len(pooled)))
    return within(found, choices.category) if choices.category else found


def within_all(
    table: tails.Cells, pool: tails.Pool, category: str = ""
) -> tuple[Floats, NDArray[np.int64] | None]:
    """The cumulative log-risk of the pivoted answers and their clusters, of one category or all."""
    told = tails.read(table, pool, named=False)
    total, item = np.asarray(told["all"], dtype=float), np.cumsum(told["fresh"])
    if category:
        keep = np.array([(c or NONE) == category for c in told["category"].tolist()], dtype=bool)
        total, item = total[keep], item[keep]
    return total, item if table.several else None


def _stacked(told: Arrays, names: list[str]) -> Floats:
    """Columns side by side as floats; one that holds nothing at all is NaN throughout."""
    return np.stack([np.asarray(told[name], dtype=float) for name in names], axis=1)


def within(found: Risks, category: str) -> Risks:
    """The answers of one category only."""
    keep = found.categories == category
    return replace(
        found,
        vector=replace(
            found.vector,
            item=found.vector.item[keep],
            sample=found.vector.sample[keep],
            h=found.vector.h[keep],
        ),
        pooled=found.pooled[keep],
        risk=LogRisk(
            found.risk.parts[keep],
            found.risk.total[keep],
            int((found.pooled[keep] > 1 - found.choices.eps).sum()),
        ),
        categories=found.categories[keep],
        place=found.place[keep],
        without={category: found.without.get(category, 0)},
    )


def fed(told: Known, lens: str, settings: Mapping[str, Any], by: str = "") -> Columns | None:
    """`wide` columns for a lens that takes them, where the run is large; None: read its rows.

    Of a category alone they would hold dimensions and judges that only others have.
    """
    takes = lens in ("sharp", "outsafe") or (lens == "range_var" and settings["dimension"] == "any")
    if not takes or by not in ("", "category") or told.run["outputs"] < LARGE:
        return None
    if by and not told.part("even", lambda: _even(told)):
        return None
    found: Columns | None = told.part("wide", lambda: wide(told))
    return found


def _even(told: Known) -> bool:
    """Whether every category has harm scores of every dimension and of every judge."""
    of = told.scores
    kept = np.flatnonzero(harm.harmful(of))
    names, category = codes(told.plain["category"])
    part = category[of["place"][kept]]
    for every, code in (codes(of["dimension"]), codes(of["scorer"])):
        there, mine = used(every, code[kept])
        cells = np.bincount(part * len(there) + mine, minlength=len(names) * len(there))
        table = cells.reshape(len(names), -1)
        if (table[table.sum(axis=1) > 0] == 0).any():
            return False
    return True


def wide(told: Known) -> Columns | None:
    """A run's harm scores with one row an answer, as `harm.assemble` takes them: value (N, D, J),
    dimension (N, D) and scorer (N, J) beside item_id, sample, category and up (N,).

    None without harm or where one leaves its scale: the lens itself says so.
    """
    of = told.scores
    kept = np.flatnonzero(harm.harmful(of))
    value = of["value"][kept]
    if not kept.size or ((value < 0) | (value > 1)).any():
        return None
    (dimensions, dimension), (judges, judge) = (
        used(names, code[kept]) for names, code in (codes(of["dimension"]), codes(of["scorer"]))
    )
    rows, row = used(np.arange(told.rows), of["place"][kept])
    cells = np.full((rows.size, dimensions.size, judges.size), np.nan)
    cells[row, dimension, judge] = value
    n, size, width = cells.shape
    return {
        **{name: taken(told.plain[name], rows) for name in ("item_id", "sample", "category")},
        "up": np.broadcast_to(np.array(["harm"], dtype=object), n),
        "dimension": np.broadcast_to(dimensions, (n, size)),
        "scorer": np.broadcast_to(judges, (n, width)),
        "value": cells,
    }
