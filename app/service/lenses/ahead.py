"""What any lens wants of some runs, read before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import suppress
from typing import get_args

from app.service.outputs import tables
from app.service.outputs.known import Known
from data.trouble import Trouble
from risk import lenses
from risk.lens import Table


def read(held: Iterable[Known], readers: Executor) -> None:
    """Sets `readers` to it; who asks meanwhile for a part of a run waits for that part alone."""
    for told in held:  # all that does not wait for the lenses to be found
        readers.submit(getattr, told, "act")
        readers.submit(getattr, told, "scored")
    wanted: dict[Table, set[str]] = {name: set() for name in get_args(Table)}
    for lens in lenses.every().values():
        wanted[lens.table].update((*lens.needs, *lens.may_use))
    names = {part for some in wanted.values() for name in some for part in name.split("|")}

    def fill(told: Known) -> None:
        for table, some in wanted.items():
            with suppress(Trouble):  # a lens that asks for what is amiss says so itself
                tables.columns(told, table, some)

    for told in held:
        told.expect(names)
        readers.submit(fill, told)
