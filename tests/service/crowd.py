"""Annotators made up for a test: many at once in one process, and one that is killed at work."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

from app.service import stores as opened
from app.service.labeling import desk, label
from app.service.stores import Stores
from app.settings import Settings
from db import labels
from tests.forked import FORKED


def one_by_one(home: Path, campaign: str, first: int, last: int, screen: Connection) -> None:
    """Labels cases in a process of its own, and tells the screen of each that is confirmed."""
    stores = opened.connect(Settings(home=home))
    screen.send(0)
    for n in range(first, last + 1):
        told = {
            "what": "label", "event": f"e{n}", "place": n, "campaign": campaign, "person": "ann",
            "values": {"act": "refused", "severity": str(n % 5), "comment": f"ann/{n}"},
            "seconds": 1, "shown": "x",
        }  # fmt: skip
        reply = label.save(stores, campaign, "ann", [told])
        if reply.kept == (f"e{n}",):
            screen.send(n)


def killed(home: Path, campaign: str, cases: int, kills: int, seed: int = 0) -> int:
    """Labels cases from the first on in processes of their own, each killed at a random moment.

    A new one goes on after the last save that was confirmed, as a browser would: under the same
    event. Returns how many were confirmed.
    """
    draw = random.Random(seed)
    confirmed = 0
    for _ in range(kills):
        seen, screen = FORKED.Pipe(duplex=False)
        asked = (home, campaign, confirmed + 1, cases, screen)
        child = FORKED.Process(target=one_by_one, args=asked)
        child.start()
        screen.close()
        assert seen.recv() == 0, "it is ready"
        threading.Timer(draw.uniform(0.005, 0.25), child.kill).start()
        with suppress(EOFError, OSError):
            while True:  # what came before the end is what the screen confirmed
                confirmed = seen.recv()
        child.join()
    return confirmed


def crowd(
    stores: Stores, campaign: str, people: int, seconds: float, think: tuple[float, float]
) -> tuple[Counter[tuple[str, int]], list[float]]:
    """So many people label at once; returns what each was told is kept, and all times.

    A time runs from sending a label to having the next case, in seconds. Each label's comment says
    whose it is and for which place.
    """
    kept: Counter[tuple[str, int]] = Counter()
    times: list[float] = []
    broken: list[BaseException] = []
    end = time.monotonic() + seconds

    def work(person: str) -> None:
        draw = random.Random(person)
        label.join(stores, person)
        seen = desk.look(stores, campaign, person)
        while seen.cases and time.monotonic() < end:
            time.sleep(draw.uniform(*think))
            case = seen.cases[0]
            told = {
                "what": "label", "event": uuid4().hex,
                "place": case.place, "campaign": campaign, "person": person,
                "values": {"act": "hedged", "severity": str(case.place % 5),
                           "comment": f"{person}/{case.place}"},
                "seconds": 1, "shown": case.shown,
            }  # fmt: skip
            began = time.perf_counter()
            reply = label.save(stores, campaign, person, [told])
            seen = desk.look(stores, campaign, person)
            times.append(time.perf_counter() - began)
            if reply.kept:
                kept[person, case.place] += 1

    def safely(person: str) -> None:
        try:
            work(person)
        except Exception as error:  # noqa: BLE001 - told in the test's own thread
            broken.append(error)

    threads = [threading.Thread(target=safely, args=(f"p{n:02}",)) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return kept, times


def written(stores: Stores, campaign: str, places: dict[tuple[str, str, int], int]) -> Counter[
    tuple[str, int]
]:  # fmt: skip
    """(person, place) -> saves in the ledger; fails where one stands on another's case or place."""
    found: Counter[tuple[str, int]] = Counter()
    for row in labels.events(stores.ledger):
        if row["campaign"] == campaign and row["field"] == "comment":
            place = places[row["run_id"], row["item_id"], row["sample"]]
            assert row["value"] == f"{row['person']}/{place}", "a label crossed over"
            found[row["person"], place] += 1
    return found
