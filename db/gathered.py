"""Many rows of the ledger as columns: the database itself puts each together as one JSON text.

No row passes through Python, whose lock other threads want meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa


def columns(
    engine: sa.Engine, wanted: Sequence[sa.ColumnElement[Any]], *among: sa.ColumnElement[bool]
) -> list[list[Any]]:
    """The columns of the rows among which they are wanted, all in the same order, whichever."""
    sqlite = engine.dialect.name == "sqlite"
    gather = sa.func.json_group_array if sqlite else sa.func.json_agg
    query = sa.select(*(sa.cast(gather(column), sa.Text) for column in wanted)).where(*among)
    with engine.connect() as connection:
        return [orjson.loads(text or "[]") for text in connection.execute(query).one()]
