"""Room: how much memory a look at the lake may take, and how many threads that leaves."""

from __future__ import annotations

from db.warehouse import Connection

LONG = ("outputs", "items", "steps", "scores")
"""Tables that are looked at row by row."""
LARGEST = 50
"""Files of a table that are asked for the size of their row groups, the largest first."""
MOST = 4
"""Threads at most: each takes room in joins and sorts as well."""
PAGE = 100_000_000
"""Bytes of a page that DuckDB writes at most."""
THREAD = f"""
  SELECT max(need) FROM (
    SELECT sum(2 * (pow(2, ceil(log2(greatest(least(total_uncompressed_size, {PAGE}), 1)))) +
                    pow(2, ceil(log2(greatest(total_compressed_size, 1)))))) AS need
    FROM parquet_metadata([FILES]) GROUP BY file_name, row_group_id)"""
"""Bytes that one thread takes for the largest row group: of every column a page and what it is
unpacked from, each as a power of 2, and those of the row group before. Measured: with less, DuckDB
1.5 ends with "out of memory", however little of the column is asked for."""


def fit(connection: Connection, tables: int, reading: int) -> int:
    """Bounds a connection to `tables` bytes for tables and joins and some for the files it reads.

    What does not fit is put aside on disk, but a row group cannot be: there are as many threads as
    have room for theirs in `reading`, and each may take twice as much again for what is made of it.
    Where not even one has room, it is alone and unbounded: long answers side by side then take what
    they take. Returns how many threads there are.
    """
    need = _need(connection)
    threads = max(1, min(_threads(connection), MOST, reading // max(need, 1)))
    connection.execute(f"SET threads = {threads}")
    if need <= reading:
        connection.execute(f"SET memory_limit = '{tables + max(3 * threads * need, 2**20)}B'")
    return threads


def handed(connection: Connection) -> int:
    """As many threads as there were, each to ask by a cursor of its own: DuckDB has none beside.

    Nothing else may be asked of this DuckDB meanwhile: 1.5 waits forever where another query puts
    the new number of threads in force while one of its own is within DuckLake.
    """
    threads = _threads(connection)
    connection.execute("SET threads = 1")
    return threads


def _threads(connection: Connection) -> int:
    return int(connection.execute("SELECT current_setting('threads')").fetchall()[0][0])


def _need(connection: Connection) -> int:
    """Bytes that one thread takes for the largest row group there is."""
    files = " UNION ALL ".join(
        f"""(SELECT data_file FROM ducklake_list_files('lake', '{name}')
             ORDER BY data_file_size_bytes DESC LIMIT {LARGEST})"""
        for name in LONG
    )
    found = [name for (name,) in connection.execute(files).fetchall()]
    if not found:
        return 0
    named = ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}'" for name in found)
    row = connection.execute(THREAD.replace("FILES", named)).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
