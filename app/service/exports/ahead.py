"""Stripes of an export read by several threads at once, and still in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue

import pyarrow as pa

from db import stripes
from db.stripes import Cut, Read
from db.warehouse import Connection

Coming = SimpleQueue[pa.Table | None]
"""Stripes as they come; None after the last."""


def same(table: pa.Table) -> pa.Table:
    """The table as it is."""
    return table


def read(cursor: Connection, cut: Cut, made: Callable[[pa.Table], pa.Table]) -> Iterator[pa.Table]:
    """The stripes in order, as `made` makes them; as many threads as `cut` has hands read and make.

    What the first brings is given on at once, what the others bring is held until its turn comes.
    Whoever stops early waits for those at hand, so that nobody uses the connection meanwhile.
    """
    free: SimpleQueue[Connection] = SimpleQueue()
    left, hands = iter(cut.reads), cut.hands

    def bring(some: Read, to: Coming) -> None:
        one = free.get()
        try:
            for stripe in some(one):
                to.put(made(stripe))
        finally:
            free.put(one)
            to.put(None)

    def begun(most: int) -> Iterator[tuple[Future[None], Coming]]:
        for some in islice(left, most):
            to: Coming = SimpleQueue()
            yield pool.submit(bring, some, to), to

    with stripes.looking(cursor, hands) as cursors, ThreadPoolExecutor(hands, "stripes") as pool:
        for one in cursors:
            free.put(one)
        coming = deque(begun(hands))
        try:
            while coming:
                done, to = coming.popleft()
                while (stripe := to.get()) is not None:
                    yield stripe
                done.result()
                coming.extend(begun(1))
        finally:
            pool.shutdown(cancel_futures=True)
