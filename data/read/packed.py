"""Zip archives read with suspicion: members as streams, whatever the directory claims of them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from data.read.unpacked import (
    AGAIN,
    BLOCK,
    DEFLATE,
    SMALL,
    STORED,
    ZSTD,
    Member,
    Slice,
    at_once,
    unpacked,
)
from data.trouble import Trouble

ENCRYPTED = 0x1
DIRECTORY = 128 * 2**20
"""Bytes the directory may take: more than half a million members."""


class Archive:
    """A zip archive on disk. Raises Trouble where it is cut off or is none; close it after use.

    Names are data: they may hold anything, `../` too, and are never made into a path. Of members
    with one name the last one counts, as in every zip reader.
    """

    def __init__(self, path: Path, name: str = "") -> None:
        self.path, self.name = path, name or path.name
        try:
            with path.open("rb") as file:
                _small_directory(file, self.name)
                with zipfile.ZipFile(file) as archive:
                    self._members = {info.filename: info for info in archive.infolist()}
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            OSError,
            EOFError,
            struct.error,
            NotImplementedError,
            RuntimeError,
            ValueError,
            OverflowError,
        ) as error:
            raise Trouble(
                f"{self.name} is not a whole zip archive: {str(error).lower()}", AGAIN
            ) from error  # fmt: skip
        self._apart()

    def names(self) -> list[str]:
        """The members, in the order of the directory."""
        return list(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A member as a stream. Reading it raises Trouble where it is damaged, lies or explodes."""
        info = self._info(name)
        with self.path.open("rb") as file:
            packed = Slice(file, self._begin(file, info), info.compress_size)
            member = Member(unpacked(packed, info.compress_type), info, self.name)
            stream = io.BufferedReader(member, BLOCK)
            try:
                yield cast(BinaryIO, stream)
            finally:
                stream.close()

    def read(self, name: str, limit: int) -> bytes:
        """A member whole. Raises Trouble where it really holds more than `limit` bytes."""
        with self.open(name) as stream:
            parts, size = [], 0
            while part := stream.read(min(BLOCK, limit + 1 - size)):
                parts.append(part)
                size += len(part)
                if size > limit:
                    raise Trouble(
                        f"{self.name}: its member {name!r} holds more than {limit:,} bytes",
                        "split it, or export it with less in it",
                    )
        return b"".join(parts)

    def small(self, name: str, limit: int) -> bytes | None:
        """A member at once, four times as fast as a stream; None where it claims more than `limit`.

        Raises Trouble where it is damaged or lies about its size.
        """
        info = self._info(name)
        if info.file_size > min(limit, SMALL) or info.compress_size > limit:
            return None
        with self.path.open("rb") as file:
            file.seek(self._begin(file, info))
            packed = file.read(info.compress_size)
        try:
            body = at_once(packed, info)
        except (OSError, ValueError, zlib.error) as error:
            raise Trouble(
                f"{self.name}: its member {name!r} is damaged: {str(error).lower()}", AGAIN
            ) from error
        if len(body) != info.file_size:
            what = f"does not hold the {info.file_size:,} bytes it claims to hold"
            raise Trouble(f"{self.name}: its member {name!r} {what}", AGAIN)
        if zlib.crc32(body) != info.CRC:
            what = "is damaged: its check sum does not fit"
            raise Trouble(f"{self.name}: its member {name!r} {what}", AGAIN)
        return body

    def size(self, name: str) -> int:
        """Packed bytes of a member: what reading it takes from the disk."""
        return self._info(name).compress_size

    def _info(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            raise Trouble(f"{self.name} has no member {name!r}", AGAIN)
        info = self._members[name]
        if info.flag_bits & ENCRYPTED:
            raise Trouble(
                f"{self.name}: its member {name!r} is encrypted", "unpack and zip it anew"
            )
        if info.compress_type not in (STORED, DEFLATE, ZSTD):
            raise Trouble(
                f"{self.name}: its member {name!r} is packed by method {info.compress_type}",
                "zip it anew with deflate or zstd",
            )
        return info

    def _apart(self) -> None:
        """Members that share their bytes unpack to more than any disk holds: refused."""
        ends = 0
        for info in sorted(self._members.values(), key=lambda info: info.header_offset):
            if info.header_offset < ends:
                raise Trouble(
                    f"{self.name}: its member {info.filename!r} lies inside another", AGAIN
                )
            ends = info.header_offset + 30 + info.compress_size

    def _begin(self, file: BinaryIO, info: zipfile.ZipInfo) -> int:
        """Where the member's bytes begin: after a header of its own, which may be longer."""
        file.seek(info.header_offset)
        header = file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise Trouble(f"{self.name}: its member {info.filename!r} is not where it ought to be",
                          AGAIN)  # fmt: skip
        name, extra = struct.unpack("<HH", header[26:])
        return info.header_offset + 30 + int(name) + int(extra)


def _small_directory(file: BinaryIO, name: str) -> None:
    """Raises Trouble for a directory too large to be taken in: it is read whole."""
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - 2**16 - 98))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    size = struct.unpack("<L", tail[at + 12 : at + 16])[0] if 0 <= at <= len(tail) - 22 else 0
    wide = tail.rfind(b"PK\x06\x06")
    if size == 0xFFFFFFFF and 0 <= wide <= len(tail) - 56:
        size = struct.unpack("<Q", tail[wide + 40 : wide + 48])[0]
    file.seek(0)
    if size > DIRECTORY:
        raise Trouble(
            f"{name}: the list of its members takes {size:,} bytes, more than {DIRECTORY:,}",
            "split the archive",
        )
