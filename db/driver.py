"""What the drivers of the ledger need to be told: how SQLite writes, and when pg8000 is lost."""

from __future__ import annotations

import sqlalchemy as sa


def wal(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    """Lets SQLite read while another writes, wait for its turn, and write to the disk."""
    cursor = connection.cursor()
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def mistrust(context: sa.engine.ExceptionContext) -> None:
    """Lets go of a connection whose driver broke off between two messages.

    pg8000 does so at a value it cannot write, such as half an emoji: the answer to what it had
    asked stays unread, and whoever asks next would be given it in place of their own.
    """
    told = (context.dialect.loaded_dbapi.Error, sa.exc.SQLAlchemyError)
    if not isinstance(context.original_exception, told):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
