"""A log's own numbers held against those recomputed from the rows that were loaded."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from db.outputs import rows
from db.warehouse import Connection

SHAPE = pa.schema([
    ("run_id", pa.string()), ("metric", pa.string()), ("reported", pa.float64()),
    ("recomputed", pa.float64()), ("n", pa.int64()), ("agrees", pa.bool_()), ("why", pa.string()),
])  # fmt: skip
CLOSE = 1e-6
"""Relative difference that is rounding in the last place."""
FEWEST = 3
"""A reported number with so many decimals or more may have been rounded to them."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One number a log gives, what the `n` loaded items or answers come to, and whether they agree.

    `recomputed` is None where it cannot be recomputed, and `why` says why; `agrees` is then None
    too, unless there are answers that ought to carry the score and none does: that is a difference.
    """

    metric: str
    reported: float
    recomputed: float | None
    n: int | None
    agrees: bool | None
    why: str | None = None

    def json(self) -> dict[str, Any]:
        """As `tailscope runs --json` prints it."""
        return asdict(self)


def staged(cursor: Connection) -> dict[str, list[Checked]]:
    """Run -> its checks, recomputed from the staged rows. Samples of an item are averaged first."""
    found = cursor.execute(
        """WITH items AS (
             SELECT run_id, dimension, scorer, item_id, avg(value) AS v, sum(value) AS total
             FROM temp.staged_scores GROUP BY ALL),
           seen AS (
             SELECT run_id, dimension, scorer, count(v) AS n, count(*) AS of, avg(v) AS mean,
                    stddev_samp(v) AS std, sum(v) AS gained, sum(total) AS total
             FROM items GROUP BY ALL),
           said AS (SELECT run_id, count(*) AS answers FROM temp.staged_outputs GROUP BY 1)
           SELECT r.run_id, r.metric, r.value, r.how,
                  CASE r.how WHEN 'mean' THEN s.mean WHEN 'std' THEN s.std
                             WHEN 'stderr' THEN s.std / sqrt(s.n) WHEN 'share' THEN s.gained / s.of
                             WHEN 'sum' THEN s.total WHEN 'count' THEN coalesce(a.answers, 0) END,
                  CASE r.how WHEN 'count' THEN coalesce(a.answers, 0) WHEN 'share' THEN s.of
                             ELSE s.n END,
                  a.answers > 0 AND s.of IS NULL
           FROM temp.staged_reported r
           LEFT JOIN seen s USING (run_id, dimension, scorer)
           LEFT JOIN said a USING (run_id)
           ORDER BY r.run_id, r.metric"""
    ).fetchall()
    by: dict[str, list[Checked]] = defaultdict(list)
    for run, metric, reported, how, recomputed, n, unscored in found:
        by[run].append(_checked(metric, reported, how, recomputed, n, bool(unscored)))
    return dict(by)


def _checked(
    metric: str, reported: float, how: str, recomputed: float | None, n: int | None, unscored: bool
) -> Checked:
    if recomputed is None:
        if not how:
            why = "no average of the loaded scores: taken as it stands"
            return Checked(metric, reported, None, n, None, why)
        why = (
            "no loaded answer carries this score" if unscored else "no answers to recompute it from"
        )
        return Checked(metric, reported, None, n, False if unscored else None, why)
    return Checked(metric, reported, recomputed, n, agree(reported, recomputed))


def agree(reported: float, recomputed: float) -> bool:
    """Whether two numbers are the same, the first perhaps rounded to the decimals it shows.

    >>> agree(0.333, 1 / 3), agree(1.0, 0.96), agree(0.6667, 0.6666)
    (True, False, False)
    """
    if math.isclose(reported, recomputed, rel_tol=CLOSE, abs_tol=CLOSE):
        return True
    places = -int(Decimal(repr(reported)).as_tuple().exponent)
    return places >= FEWEST and abs(reported - recomputed) <= 0.5 * 10.0**-places


def land(cursor: Connection, found: Mapping[str, Sequence[Checked]], wanted: Iterable[str]) -> None:
    """Adds the checks of these runs to the lake, inside the transaction that is open."""
    told = [{"run_id": run, **one.json()} for run in wanted for one in found.get(run, [])]
    if told:
        cursor.register("told", pa.Table.from_pylist(told, schema=SHAPE))
        cursor.execute("INSERT INTO lake.checks FROM told")
        cursor.unregister("told")


def every(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Run -> its checks: metric, reported, recomputed, n, agrees, why."""
    by: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(connection.cursor().execute("FROM lake.checks ORDER BY run_id, metric")):
        by[row.pop("run_id")].append(row)
    return dict(by)
