"""The sample data, written once for the tests that look at it."""

from __future__ import annotations

import orjson
import pytest

from data.samples import make

Rows = list[dict]


def strict(line: bytes) -> dict[str, object]:
    """One line as JSON; orjson knows no NaN and no Infinity."""
    row = orjson.loads(line)
    assert isinstance(row, dict)
    return row


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[make.Made]:
    return make.write(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def rows(made: list[make.Made]) -> dict[str, Rows]:
    return {
        file.path.stem: [strict(line) for line in file.path.read_bytes().splitlines()]
        for file in made
    }
