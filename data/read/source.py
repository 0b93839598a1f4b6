"""One file to be read: is it there, what is it, how far have we got."""

from __future__ import annotations

import gzip
import hashlib
import io
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, cast, get_args

from data.read.recoded import Recoded
from data.trouble import Trouble

Kind = Literal["csv", "jsonl", "json", "parquet", "arrow"]
BLOCK = 1 << 20
HEAD = 1 << 16
"""Bytes of a line looked at to tell what a file is."""
GZIP, ZIP, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
SHEETS = (".xlsx", ".xlsm", ".ods", ".numbers")
"""Ends of names of workbooks, which are zip archives."""
ARROW = (b"ARRO", b"\xff\xff\xff\xff")
"""How an Arrow file begins, and a stream."""
UTF16 = (b"\xff\xfe", b"\xfe\xff")
UNPACKED = 2**36
"""Bytes that a packed file read in any order may take on the disk."""


class Source:
    """A file on disk. Raises Trouble at once when there is nothing to read.

    `name` is what people know the file by; an upload lies under another name on disk. `format`
    says what the file is where a person knows better than its content tells.
    """

    def __init__(self, path: Path, name: str = "", format: str | None = None) -> None:
        self.path = path
        self.format = format
        # a name that is not UTF-8 on disk could be neither stored nor printed
        self.name = (name or path.name).encode("utf-8", "replace").decode()
        self._position = 0.0
        if not path.exists():
            raise Trouble(f"{path} does not exist", "check the path; quote it if it holds spaces")
        if path.is_dir():
            raise Trouble(f"{path} is a folder", f"name the files in it: {path}/*.csv")
        if not path.is_file():
            raise Trouble(f"{path} is not an ordinary file", "copy what it holds into a file first")
        try:
            self.size = path.stat().st_size
            with path.open("rb") as file:
                self._head = file.read(4)
        except OSError as error:
            raise Trouble(
                f"{path} cannot be read: {error.strerror}", "check its permissions"
            ) from error
        if self.size == 0:
            raise Trouble(f"{self.name} is empty (0 bytes)", "export it again, then load it")
        self._file: BinaryIO | None = None

    def sha256(self) -> str:
        """The content's hash: the same file is the same file under any name."""
        total = hashlib.sha256()
        with self.path.open("rb") as file:
            while block := file.read(BLOCK):
                total.update(block)
        return total.hexdigest()

    @property
    def position(self) -> float:
        """How much of the file has been read, 0 to 1."""
        if self._file and not self._file.closed:
            return self._file.tell() / self.size
        return self._position

    @position.setter
    def position(self, part: float) -> None:
        self._position = part

    def utf8(self, raw: bytes, number: int = 0) -> None:
        """Raises Trouble naming the byte, and the line, where `raw` is not UTF-8."""
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.not_utf8(error, number) from error

    def not_utf8(self, error: UnicodeDecodeError, number: int = 0) -> Trouble:
        """What to say of a file in another encoding, or in several."""
        place = f"line {number:,}" if number else "it"
        return Trouble(
            f"{self.name} is not UTF-8: {place} holds the byte 0x{error.object[error.start]:02X}",
            "save it as UTF-8 (in a spreadsheet: CSV UTF-8), or convert it: "
            "iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW",
        )

    @property
    def gzipped(self) -> bool:
        """Whether gzip wrote it."""
        return self._head[:2] == GZIP

    @property
    def zipped(self) -> bool:
        """Whether it is a zip archive."""
        return self._head == ZIP

    @contextmanager
    def binary(self) -> Iterator[BinaryIO]:
        """The bytes, decompressed where gzip wrote them, in UTF-8 where UTF-16 was declared."""
        with self.path.open("rb") as file:
            self._file = file
            plain = gzip.GzipFile(fileobj=file) if self.gzipped else file
            stream = io.BufferedReader(cast(io.RawIOBase, plain), BLOCK)
            try:
                if stream.peek(2)[:2] in UTF16:
                    recoded = cast(io.RawIOBase, Recoded(cast(BinaryIO, stream), self.name))
                    yield cast(BinaryIO, io.BufferedReader(recoded, BLOCK))
                else:
                    if stream.peek(3)[:3] == b"\xef\xbb\xbf":
                        stream.read(3)
                    yield cast(BinaryIO, stream)
            except (EOFError, OSError, zlib.error) as error:
                raise Trouble(
                    f"{self.name} stops in the middle or is damaged: {error}",
                    "copy or download it again",
                ) from error

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """The bytes in any order: the file itself, or on disk what gzip hid."""
        if not self.gzipped:
            with self.path.open("rb") as file:
                yield file
            return
        with tempfile.TemporaryFile() as file, self.binary() as stream:
            while block := stream.read(BLOCK):
                file.write(block)
                if file.tell() > UNPACKED:
                    raise Trouble(
                        f"{self.name} unpacks to more than {UNPACKED:,} bytes", "split the file"
                    )
            file.seek(0)
            yield cast(BinaryIO, file)

    def kind(self) -> Kind:
        """What the file is, as said or told by its content. Raises Trouble for what is not read."""
        if self.format in get_args(Kind):
            return cast(Kind, self.format)
        if self._head == PARQUET:
            return "parquet"
        if self._head in ARROW:
            return "arrow"
        if self._head == ZIP and Path(self.name).suffix.lower() in SHEETS:
            raise Trouble(
                f"{self.name} is a workbook of a spreadsheet, which is not read",
                "save its sheet as CSV UTF-8 and load that",
            )
        if self._head == ZIP:
            raise Trouble(
                f"{self.name} is a zip archive",
                "unpack it and load the CSV, JSONL, JSON or Parquet inside",
            )
        with self.binary() as stream:
            head, more = _line(stream)
            while head.isspace():
                head, more = _line(stream)
            while more and head[:4] not in (PARQUET, *ARROW):
                _, more = _line(stream)  # one line can be the whole file: look at its beginning
            second = stream.readline(HEAD)
            while second.isspace():
                second = stream.readline(HEAD)
        if head.startswith(PARQUET):
            return "parquet"
        if head[:4] in ARROW:
            return "arrow"
        start = head.lstrip()[:1]
        if not start:
            raise Trouble(f"{self.name} holds only blank space", "export it again, then load it")
        if b"\x00" in head:
            raise Trouble(
                f"{self.name} is not text, and not a format read here",
                "load CSV, TSV, JSONL, JSON or Parquet, plain or gzipped, or Arrow",
            )
        if start == b"[":
            return "json"
        if start == b"{":
            several = second.lstrip().startswith(b"{") or (second and _complete(head))
            return "jsonl" if several or self._says("jsonl", "ndjson") else "json"
        return "jsonl" if self._says("jsonl", "ndjson") else "csv"

    def _says(self, *endings: str) -> bool:
        """Whether the name claims one of these endings, where the content leaves it open."""
        return any(f".{ending}" in self.name.lower() for ending in endings)


def _line(stream: BinaryIO) -> tuple[bytes, bool]:
    """The next line, or as much of it as is looked at, and whether more of it follows."""
    line = stream.readline(HEAD)
    return line, len(line) == HEAD and not line.endswith(b"\n")


def _complete(line: bytes) -> bool:
    """Whether the line is a whole object by itself, as in JSONL."""
    return line.rstrip().endswith(b"}") and line.count(b"{") == line.count(b"}")
