"""A campaign in memory is what the ledger says; writers who come at once are written together."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import assignments, board, campaigns, desk, imports, labels, ledger, skips, turn
from db.draws import Gold
from db.labels import Case, Label

N = 8
CASES: list[Case] = [("r", f"i{n}", 0) for n in range(1, N + 1)]
PEOPLE = ("ann", "bo", "settled")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    opened = ledger.connect(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield opened
    opened.dispose()


def start(engine: sa.Engine, per_case: int | None = 1) -> str:
    drawn = [(case, 0.5) for case in CASES[1:]]
    known = [Gold(CASES[0], {"act": "x"}, "training")]
    return campaigns.start(
        engine, "n", ("s", 1), ("g", 1), "all", 1, drawn, "lead", per_case=per_case, known=known
    )


def act(engine: sa.Engine, key: str, draw: random.Random, step: int) -> None:
    """Something anybody may do: mostly labels, now and then an undo, a skip, a file of labels."""
    person, case, event = draw.choice(PEOPLE), draw.choice(CASES), f"e{step}"
    what = draw.choice(("label", "label", "label", "undo", "skip", "import"))
    if what == "label":
        labels.save(engine, Label(event, key, person, case, "s", 1, 1, {"act": "a", "b": event}))
    elif what == "undo":
        labels.undo(engine, event, key, person)
    elif what == "skip":
        skips.keep(engine, event, key, person, case)
    else:
        imports.add_many(engine, [(*case, person, "act", event)], scheme="s", campaign=key)


def standing(engine: sa.Engine, key: str) -> dict[Case, set[str]]:
    """Case -> who has a label on it, counted from what holds now."""
    found: dict[Case, set[str]] = {}
    for row in labels.current(engine, campaign=key):
        if row["person"] != "settled":
            found.setdefault((row["run_id"], row["item_id"], row["sample"]), set()).add(
                row["person"]
            )
    return found


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_in_memory_is_what_counting_the_ledger_gives(
    engine: sa.Engine, seed: int
) -> None:
    key, draw = start(engine, per_case=draw_per_case(seed)), random.Random(seed)
    for step in range(40):
        act(engine, key, draw, step)
        truth = standing(engine, key)
        with board.reading(engine, key) as (here, connection):
            at = here.at(connection, range(1, N + 1))
            voices = {at[place]: who for place, who in here.voices.items() if who}
            opened = {person: set(here.open(person, ())) for person in ("ann", "bo")}
        assert voices == truth
        for person, places in opened.items():
            wanted = draw_per_case(seed)
            assert places == {
                place
                for place, case in at.items()
                if person not in truth.get(case, ())
                and (place == 1 or wanted is None or len(truth.get(case, ())) < wanted)
            }
    board.forget(engine, key)
    with board.reading(engine, key) as (anew, connection):
        anew.at(connection, range(1, N + 1))
        assert {anew.cases[p]: w for p, w in anew.voices.items() if w} == standing(engine, key)


def draw_per_case(seed: int) -> int | None:
    return (None, 1, 2)[seed % 3]


def test_of_writers_who_wait_one_writes_for_all(engine: sa.Engine) -> None:
    key, began, go = start(engine), threading.Event(), threading.Event()
    seen: list[sa.Connection] = []

    def slow(connection: sa.Connection) -> None:
        began.set()
        go.wait(10)

    def work(connection: sa.Connection) -> int:
        seen.append(connection)
        return len(seen)

    told: list[int] = []
    threads = [threading.Thread(target=turn.write, args=(engine, key, slow))]
    threads += [
        threading.Thread(target=lambda: told.append(turn.write(engine, key, work)))
        for _ in range(5)
    ]
    threads[0].start()
    began.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(turn._lines[engine].waiting) < 5:
        time.sleep(0.01)
    go.set()
    for thread in threads:
        thread.join()
    assert sorted(told) == [1, 2, 3, 4, 5]
    assert len({id(connection) for connection in seen}) == 1


def test_one_piece_of_work_that_fails_leaves_the_others_whole(engine: sa.Engine) -> None:
    key = start(engine)

    def broken(connection: sa.Connection) -> None:
        connection.execute(
            sa.insert(ledger.people).values(person="x", name="x", role="y", made_at="")
        )
        raise ValueError("no")

    jobs = [
        turn._Job(lambda here: campaigns.append(here, key, "frozen", {}, "lead"), key, True, print),
        turn._Job(broken, key, True, print),
    ]
    turn._together(engine, jobs)
    assert [type(job.error) for job in jobs] == [type(None), ValueError]
    assert assignments.staff(engine, key).frozen
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(ledger.people)) == 0


def test_what_came_to_nothing_is_let_go_of(engine: sa.Engine) -> None:
    key, gone = start(engine), []

    def work(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        row = {"campaign": "none", "place": 1, "person": "a", "what": "given", "made_at": ""}
        connection.execute(sa.insert(ledger.assignments).values(row))

    with pytest.raises(sa.exc.IntegrityError):
        turn.write(engine, key, work, failed=lambda: gone.append(key))
    assert gone == [key]


def test_what_one_process_keeps_another_one_finds(engine: sa.Engine) -> None:
    key = start(engine)
    assert desk.progress(engine, key, "ann").done == 0
    other = ledger.connect(str(engine.url))
    labels.save(other, Label("e", key, "ann", CASES[2], "s", 1, 1, {"act": "a"}, None, 3.0))
    campaigns.record(other, key, "stopped", {"person": "bo"}, "lead")
    other.dispose()
    assert desk.progress(engine, key, "ann") == campaigns.Progress(1, N, 3.0)
    assert "has stopped" in assignments.refusal(engine, key, "bo")
