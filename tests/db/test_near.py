"""Near-duplicates in little memory: found, or said to be too many."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from db import near


def signed(texts: int) -> list[near.Signed]:
    marks = np.tile(np.arange(128, dtype=np.uint32), (texts, 1))
    marks[:, 0] = np.arange(texts)
    return [(np.arange(texts), marks)]


def test_texts_alike_are_paired_with_an_earlier_one() -> None:
    found = near.pairs(duckdb.connect(), signed(5), 0.8, 5)
    assert set(found[:, 0].tolist()) == {1, 2, 3, 4}
    assert (found[:, 1] < found[:, 0]).all()


def test_what_does_not_fit_in_memory_is_a_memory_error() -> None:
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '4MB'; SET max_temp_directory_size = '0MB'")
    with pytest.raises(MemoryError):
        near.pairs(connection, signed(20_000), 0.8, 5)
