"""Labels written back to a copy of an Inspect log, as edits of scores with author and reason.

An edit stands in a score's `history` with its provenance, after the score's first value; a label
about which the log has no score makes a new one. The log's own metrics stay as they were.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from data.read import loose
from data.read.inspect.score import CORRECT, VERDICTS
from data.read.packed import Archive
from data.trouble import Trouble

Record = dict[str, Any]
Place = tuple[str, int]
"""A sample: its id as text, and its epoch counted from 0."""
LARGEST = 1 << 30
"""Bytes of a `.json` log, or of one sample, that are taken in whole."""
LETTERS = {word: letter for letter, word in VERDICTS.items()}


class Edit(NamedTuple):
    """What one person, or the rule, said of a sample in one field."""

    field: str
    value: str
    author: str
    made_at: str
    reason: str
    metadata: Record

    def record(self, letters: bool) -> Record:
        """The edit as the log holds it; `letters` where the score speaks in C, P, I, N."""
        value: Any = LETTERS.get(self.value, self.value) if letters else _plain(self.value)
        return {
            "value": value, "answer": "UNCHANGED", "explanation": "UNCHANGED",
            "reason": "UNCHANGED", "metadata": "UNCHANGED",
            "provenance": {"timestamp": self.made_at, "author": self.author,
                           "reason": self.reason, "metadata": self.metadata},
        }  # fmt: skip


def _plain(told: str) -> Any:
    """A number where the label is one.

    >>> _plain("3"), _plain("refused"), _plain("03")
    (3, 'refused', '03')
    """
    return int(told) if told.isdecimal() and str(int(told)) == told else told


def edited(scores: Record | None, edits: Sequence[Edit]) -> Record:
    """The scores of a sample after these edits, one after the other."""
    found = dict(scores or {})
    for edit in edits:
        name = _scorer(found, edit.field)
        held = found.get(name)
        held = dict(held) if isinstance(held, dict) else None if held is None else {"value": held}
        letters = held is not None and held.get("value") in VERDICTS
        record = edit.record(letters)
        if held is None:
            held = {"value": record["value"], "history": []}
        elif not held.get("history"):
            first = {k: held.get(k) for k in ("value", "answer", "explanation", "reason")}
            held["history"] = [first | {"metadata": held.get("metadata") or {}}]
        held["value"] = record["value"]
        held["history"] = [*held["history"], record]
        found[name] = held
    return found


def _scorer(scores: Record, field: str) -> str:
    """The score a label is about: the one of its name; `correct` is the log's only verdict."""
    if field == CORRECT and field not in scores:
        verdicts = [
            name
            for name, one in scores.items()
            if isinstance(one, dict) and isinstance(one.get("value"), str)
            and one["value"] in VERDICTS
        ]  # fmt: skip
        if len(verdicts) == 1:
            return verdicts[0]
    return field


def copy(log: Path, to: Path, edits: Mapping[Place, Sequence[Edit]]) -> int:
    """Writes the log with its edits to `to`; returns how many of the samples they are about it has.

    The log itself is only read. Raises Trouble where it cannot be.
    """
    with log.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
    return len((_archive if zipped else _document)(log, to, edits))


def _document(log: Path, to: Path, edits: Mapping[Place, Sequence[Edit]]) -> set[Place]:
    if log.stat().st_size > LARGEST:
        raise Trouble(f"{log.name} is larger than {LARGEST:,} bytes", "convert it to .eval first")
    body, done = _loaded(log.read_bytes(), log.name), set[Place]()
    for sample in body.get("samples") or ():
        done |= _sample(sample, edits)
    to.write_bytes(_dumped(body))
    return done


def _archive(log: Path, to: Path, edits: Mapping[Place, Sequence[Edit]]) -> set[Place]:
    archive, done = Archive(log), set[Place]()
    with zipfile.ZipFile(to, "w") as into:
        for name in archive.names():
            raw = archive.read(name, LARGEST)
            listed = name == "summaries.json" or name.startswith("_journal/summaries/")
            if listed or (name.startswith("samples/") and name.endswith(".json")):
                raw, places = _changed(raw, name, edits)
                done |= places
            info = zipfile.ZipInfo(name)  # the same time for every copy, so the same bytes
            info.compress_type = zipfile.ZIP_DEFLATED
            into.writestr(info, raw)
    return done


def _changed(
    raw: bytes, name: str, edits: Mapping[Place, Sequence[Edit]]
) -> tuple[bytes, set[Place]]:
    """A member with its samples edited; as it was where none of them is."""
    body = _loaded(raw, name, dict | list)
    samples = body if isinstance(body, list) else [body]
    done = set[Place]().union(*(_sample(sample, edits) for sample in samples))
    return (_dumped(body), done) if done else (raw, done)


def _sample(body: Any, edits: Mapping[Place, Sequence[Edit]]) -> set[Place]:
    """Edits a sample in place; returns where it stands, nothing where nothing is said of it."""
    if not isinstance(body, dict) or "id" not in body:
        return set()
    epoch = body.get("epoch")
    place = (str(body["id"]), max(epoch - 1, 0) if isinstance(epoch, int) else 0)
    told = edits.get(place)
    if not told:
        return set()
    body["scores"] = edited(body.get("scores"), told)
    return {place}


def _loaded(raw: bytes, name: str, kind: Any = dict) -> Any:
    try:
        body = loose.loads(raw)
    except ValueError as error:
        raise Trouble(f"{name} is not JSON: {error}", "copy the log again") from error
    if not isinstance(body, kind):
        raise Trouble(f"{name} is no Inspect log", "name the log the answers came from")
    return body


def _dumped(body: Any) -> bytes:
    """JSON as Inspect writes it: NaN, which it knows, stays where the log held one."""
    try:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return orjson.dumps(body)
    return text.encode("utf-8", "replace")
