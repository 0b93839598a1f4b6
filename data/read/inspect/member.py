"""One sample of an Inspect log out of its member, its chunks or its bytes: large ones in pieces."""

from __future__ import annotations

from io import BytesIO
from typing import Any, BinaryIO

from data.read import loose, pieces
from data.read.inspect import pool as inspect_pool
from data.read.inspect.pool import SHELL, Chunks
from data.read.inspect.text import Resolve, table
from data.read.packed import Archive

BIG = 16 * 2**20
"""Bytes of a sample beyond which it is taken apart as it streams by."""
BLOCK = 2**20
CONVERSATION = 256 * 2**20
"""Bytes of JSON that the messages of one sample may take."""
STREAMED = ("messages", "events", "transcript.events", "events_data.messages", "events_data.calls",
            "message_pool", "call_pool", "error_retries", "timelines")  # fmt: skip
"""Lists of a large sample; of these only the messages are kept."""
UNREAD = ("store", *STREAMED)
CUT = "(events)"
"""What stands in place of the events that were stepped over."""


def names(archive: Archive) -> list[str]:
    """The members that are a sample each, not a chunk of one."""
    every = archive.names()
    shells = {name.removesuffix("sample.json") for name in every if SHELL.fullmatch(name)}
    return [name for name in every if _is_sample(name, shells)]


def body(archive: Archive, name: str, parts: dict[str, list[int]]) -> tuple[Any, Resolve | None]:
    """A sample, and how its references are resolved where they do not stand in it.

    `parts` are the chunks of the archive. Raises ValueError where it is no JSON or too large,
    Trouble where the archive is damaged.
    """
    if SHELL.fullmatch(name):
        return _chunked(archive, name, parts)
    return _member(archive, name), None


def loaded(raw: bytes) -> Any:
    """A sample that is in memory already. Raises ValueError or Trouble where it is no JSON."""
    return _streamed(BytesIO(raw), "it") if len(raw) > BIG else _parsed(raw)


def _is_sample(name: str, shells: set[str]) -> bool:
    """Whether a member is a sample of its own, not a chunk of one."""
    if not name.startswith("samples/") or not name.endswith(".json"):
        return False
    folders = (name[: at + 1] for at, sign in enumerate(name) if sign == "/")
    return bool(SHELL.fullmatch(name)) or not shells or shells.isdisjoint(folders)


def _member(archive: Archive, name: str) -> Any:
    """The sample in one member."""
    if (whole := archive.small(name, BIG)) is not None:
        return _parsed(whole)
    held, size = [], 0
    with archive.open(name) as stream:
        while size <= BIG and (part := stream.read(BLOCK)):
            held.append(part)
            size += len(part)
    if size <= BIG:
        return _parsed(b"".join(held))
    with archive.open(name) as stream:
        return _streamed(stream, name)


def _parsed(raw: bytes) -> Any:
    """A sample in memory, without its events unless the conversation stands nowhere else."""
    if lean := _lean(raw):
        try:
            body = loose.loads(lean)
        except ValueError:  # cut at a wrong place: what is wrong, if anything, the whole tells
            body = None
        if isinstance(body, dict) and body.get("messages") and CUT in body:
            return body
    return loose.loads(raw)


def _lean(raw: bytes) -> bytes | None:
    """The sample's JSON with a mark for its events, which are nine tenths of most logs.

    The tool writes `model_usage` after them, and a quote inside a text is escaped, so both names
    are names. Where what is left is JSON and the mark a member of the sample, both ends of the cut
    lay between members of the sample, since all brackets have their partners.
    """
    start, end = raw.find(b'"events":'), raw.rfind(b'"model_usage":')
    mark = b'"%b":0,' % CUT.encode()
    return raw[:start] + mark + raw[end:] if 0 <= start < end else None


def _streamed(stream: BinaryIO, name: str) -> dict[str, Any]:
    """A large sample without its events, which take most of it."""
    body: dict[str, Any] = {}
    size = 0
    for path, raw in pieces.members(stream, STREAMED, name):
        if path == "messages":
            size += len(raw)
            if size > CONVERSATION:
                raise ValueError(f"its messages take more than {CONVERSATION:,} bytes")
            body.setdefault(path, []).append(loose.loads(raw))
        elif path == "transcript.content":
            body.setdefault("attachments", loose.loads(raw))
        elif path not in UNREAD:
            body[path] = loose.loads(raw)
    return body


def _chunked(
    archive: Archive, name: str, parts: dict[str, list[int]]
) -> tuple[dict[str, Any], Resolve]:
    """A sample whose messages and long texts stand in members of their own."""
    body = table(loose.loads(archive.read(name, inspect_pool.CHUNK)))
    folder = name.removesuffix("/sample.json")
    if f"{folder}/metadata.json" in archive:
        body["metadata"] = loose.loads(
            archive.read(f"{folder}/metadata.json", inspect_pool.CHUNK)
        )  # fmt: skip
    pool = Chunks(archive, f"{folder}/messages", parts)
    body["messages"] = pool.picked(body.get("message_refs"))
    return body, Chunks(archive, f"{folder}/attachments", parts).resolve
