"""What a member of a zip archive unpacks to, checked against what the archive claims of it."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any, BinaryIO, cast

import pyarrow as pa

from data.trouble import Trouble

STORED, DEFLATE, ZSTD = 0, 8, 93
RATIO, SMALL = 1_000, 64 * 2**20
"""A member may not unpack to more than RATIO times its packed size once it is beyond SMALL."""
BLOCK = 2**18
AGAIN = "write or download it again"


class Slice(io.RawIOBase):
    """Some bytes of a file, as a file."""

    def __init__(self, file: BinaryIO, begin: int, size: int) -> None:
        self._file, self._left = file, size
        file.seek(begin)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer as far as it goes and says how far; 0 at the end."""
        part = self._file.read(min(len(buffer), self._left))
        if not part and self._left and len(buffer):
            raise EOFError("it ends too early")
        buffer[: len(part)] = part
        self._left -= len(part)
        return len(part)


class _Inflated(io.RawIOBase):
    """What deflate packed, unpacked no further than asked for."""

    def __init__(self, packed: Slice) -> None:
        self._packed, self._inflate = packed, zlib.decompressobj(-15)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer as far as it goes and says how far; 0 at the end."""
        part = b""
        while not part and not self._inflate.eof and len(buffer):
            packed = self._inflate.unconsumed_tail or self._packed.read(BLOCK)
            part = self._inflate.decompress(packed or b"", len(buffer))
            if not part and not packed:
                raise EOFError("it ends too early")
        buffer[: len(part)] = part
        return len(part)


class Member(io.RawIOBase):
    """Counts and checks what really comes out of a member."""

    def __init__(self, unpacked: Any, info: zipfile.ZipInfo, archive: str) -> None:
        self._unpacked, self._info, self._archive = unpacked, info, archive
        self._size = self._sum = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer as far as it goes and says how far; 0 at the end."""
        try:
            part = self._unpacked.read(len(buffer)) or b""
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise self._trouble(f"is damaged: {str(error).lower()}") from error
        info = self._info
        self._size += len(part)
        self._sum = zlib.crc32(part, self._sum)
        over = not part and len(buffer) > 0
        if self._size > info.file_size or (over and self._size < info.file_size):
            raise self._trouble(f"does not hold the {info.file_size:,} bytes it claims to hold")
        if self._size > max(SMALL, RATIO * info.compress_size):
            raise self._trouble(f"unpacks to more than {RATIO:,} times its size")
        if over and self._sum != info.CRC:
            raise self._trouble("is damaged: its check sum does not fit")
        buffer[: len(part)] = part
        return len(part)

    def _trouble(self, what: str) -> Trouble:
        return Trouble(f"{self._archive}: its member {self._info.filename!r} {what}", AGAIN)


def unpacked(packed: Slice, method: int) -> Any:
    """The bytes of a member as a stream that unpacks them."""
    if method == STORED:
        return packed
    if method == DEFLATE:
        return _Inflated(packed)
    return pa.CompressedInputStream(pa.PythonFile(io.BufferedReader(packed, BLOCK), "r"), "zstd")


def at_once(packed: bytes, info: zipfile.ZipInfo) -> bytes:
    """The whole of a member, and no more than one byte beyond what it claims."""
    if info.compress_type == STORED:
        return packed
    if info.compress_type == DEFLATE:
        return zlib.decompressobj(-15).decompress(packed, info.file_size + 1)
    body = pa.Codec("zstd").decompress(packed, info.file_size, asbytes=True)
    return cast(bytes, body)
