"""UTF-16 read as the UTF-8 that everything else is in, a block at a time."""

from __future__ import annotations

import codecs
import io
from typing import Any, BinaryIO

from data.trouble import Trouble

BLOCK = 2**18


class Recoded(io.RawIOBase):
    """A stream that begins with the mark of UTF-16, as UTF-8 without any mark."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        self._decode = codecs.getincrementaldecoder("utf-16")()
        self._held = b""
        self._over = False

    def readable(self) -> bool:
        """A stream of bytes asks this."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes. Raises Trouble where they are not UTF-16."""
        while not self._held and not self._over:
            block = self._stream.read(BLOCK)
            self._over = not block
            try:
                self._held = self._decode.decode(block, self._over).encode("utf-8")
            except UnicodeError as error:
                raise Trouble(
                    f"{self._name} begins as UTF-16 but is not: {error}", "save it as UTF-8"
                ) from error
        part, self._held = self._held[: len(buffer)], self._held[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
