"""How a job's cases and rows are kept in the ledger: plain JSON, compressed, nothing that runs."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from db.filter import Case
from scoring.scorer import Act, Output, Row, Score

KINDS: dict[str, type[Output] | type[Score] | type[Act]] = {
    "output": Output, "score": Score, "act": Act,
}  # fmt: skip


def pack(rows: Sequence[Row]) -> bytes:
    """Rows as bytes; NaN and infinities stay what they are.

    >>> unpack(pack([Output("q1", option_logprobs={"A": float("-inf")})]))[0].option_logprobs
    {'A': -inf}
    """
    told = [[type(row).__name__.lower(), asdict(row)] for row in rows]
    return zlib.compress(json.dumps(told, default=str).encode(), 3)


def unpack(body: bytes) -> list[Row]:
    """The rows again. Half a sign, as a model may write one, is a question mark: no store takes it.

    >>> unpack(pack([Score("q1", "harm", 1, raw="\\ud83d!")]))[0].raw
    '?!'
    """
    return [
        KINDS[kind](**{name: _whole(value) for name, value in fields.items()})
        for kind, fields in json.loads(zlib.decompress(body))
    ]


def _whole(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.encode("utf-8", "replace").decode("utf-8")


def pack_cases(cases: Iterable[Case]) -> bytes:
    """Cases as bytes, their order kept. A prompt nobody answered yet has its data set as run.

    >>> unpack_cases(pack_cases([("r", "q2", 0), ("r", "q1", 3)]))
    [('r', 'q2', 0), ('r', 'q1', 3)]
    """
    return zlib.compress(json.dumps(list(cases), ensure_ascii=False).encode(), 6)


def unpack_cases(body: bytes) -> list[Case]:
    """The cases again."""
    return [(run, item, sample) for run, item, sample in json.loads(zlib.decompress(body))]


def digest(*parts: Any) -> str:
    """A key for what these parts say: the same for the same, whoever asks and when."""
    told = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:12]
