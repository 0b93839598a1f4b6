"""Orders: what they come to, what is found again, what is refused, what it would take."""

from __future__ import annotations

from typing import Any

import pytest

from app.service.outputs.cases import Chosen, Filter
from app.service.scoring import jobs, orders, plan, work
from app.service.scoring.orders import Asked
from app.service.stores import Stores
from data.trouble import Trouble
from db import claims, runs
from tests.service.ordered import N, asked, fields, items, made, order
from tests.service.ordered import offered as offered
from tests.service.ordered import run as run

pytestmark = pytest.mark.usefixtures("offered")


def test_a_job_becomes_a_run_beside_the_old_one(stores: Stores, run: str) -> None:
    placed = order(stores, samples=2)
    assert jobs.one(stores, placed.job).state == "waiting"
    assert work.once(stores) == placed.job
    found = jobs.one(stores, placed.job)
    assert (found.state, found.done, found.total) == ("done", N, N)
    (new,) = found.runs
    assert items(stores, new) == sorted(2 * [f"q{n:03}" for n in range(N)])
    told = next(one for one in runs.every(stores.warehouse) if one["run_id"] == new)
    assert (told["model"], told["dataset"], told["format"]) == ("tiny", "made", "scored here")
    assert told["params"]["settings"]["samples"] == 2
    assert told["params"]["versions"]["python"]
    assert work.once(stores) is None
    assert not claims.kept(stores.ledger, placed.job)


def test_option_log_probabilities_arrive_as_they_were_made(stores: Stores, run: str) -> None:
    order(stores, limit=1)
    work.once(stores)
    (new,) = made(stores)
    found = stores.warehouse.cursor().execute(
        "SELECT option_logprobs, opening, finish FROM lake.outputs WHERE run_id = ?", [new]
    )
    logs, opening, finish = found.fetchall()[0]
    assert logs == {"A": -1.0, "B": float("-inf")}
    assert opening.startswith("asked q")
    assert finish == "stop"


def test_the_same_work_is_found_and_not_done_again(stores: Stores, run: str) -> None:
    first = order(stores)
    assert order(stores).job == first.job
    work.once(stores)
    again = order(stores)
    assert (again.job, again.already, again.state) == (first.job, True, "done")
    assert work.once(stores) is None
    assert not order(stores, samples=3).already
    forced = orders.place(stores, Asked(**{**fields(asked()), "again": True}), "ann")
    assert not forced[0].already


def test_a_judge_adds_to_the_run_it_judges_and_not_twice(stores: Stores, run: str) -> None:
    order(stores, "judge_slowly", limit=10)
    work.once(stores)
    count = "SELECT count(*), count(DISTINCT (item_id, sample)) FROM lake.scores WHERE scorer = ?"
    cursor = stores.warehouse.cursor()
    name = "judge_slowly tiny"
    assert cursor.execute(count, [name]).fetchall() == [(10, 10)]
    placed = order(stores, "judge_slowly")
    work.once(stores)
    assert cursor.execute(count, [name]).fetchall() == [(N, N)]
    found = jobs.one(stores, placed.job)
    assert (found.state, found.runs) == ("done", [run])
    assert found.job.note["found"] == 10
    judged = cursor.execute("SELECT count(*) FROM lake.acts WHERE origin = ?", [name]).fetchall()
    assert judged == [(N,)]


def test_a_larger_limit_holds_the_cases_of_a_smaller_one(stores: Stores, run: str) -> None:
    (small,) = orders.prepare(stores, asked(limit=5))
    (large,) = orders.prepare(stores, asked(limit=20))
    assert set(small.cases) < set(large.cases)
    assert len(large.cases) == 20


def test_a_plan_says_what_it_would_take(stores: Stores, run: str) -> None:
    planned = plan.plan(stores, asked())
    assert (planned.cases, planned.runs, planned.done) == (N, 1, 0)
    assert planned.tokens == N * len("asked q000") // plan.LETTERS
    assert planned.why_not is not None
    placed = order(stores)
    work.once(stores)
    planned = plan.plan(stores, asked())
    assert (planned.done, planned.seconds) == (N, 0.0)
    assert placed.job in plan.plan(stores, asked(samples=2)).basis


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"scorer": "no such"}, "there is no scorer"),
        ({"settings": {"wings": 2}}, "wings"),
        ({"settings": {"samples": 0}}, "samples"),
        ({"chosen": Chosen(Filter(datasets=("nowhere",)))}, "no case fits"),
    ],
)
def test_what_cannot_be_ordered_is_said_and_nothing_is_kept(
    stores: Stores, run: str, change: dict[str, Any], what: str
) -> None:
    with pytest.raises(Trouble, match=what):
        orders.place(stores, Asked(**fields(asked()) | change), "ann")
    assert jobs.every(stores) == []
