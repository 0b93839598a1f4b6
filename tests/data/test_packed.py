"""Archives as they come, and as an enemy would make them."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.read import packed, unpacked
from data.read.packed import Archive
from data.trouble import Trouble

TEXT = b'{"answer": "no"}' * 5_000
MANY = int(os.environ.get("TAILSCOPE_FUZZ", "100"))


def member(name: str, body: bytes, method: int, flags: int = 0) -> tuple[bytes, bytes]:
    """Local part and directory entry of one member, by the published layout."""
    whole = {
        0: lambda: body,
        8: lambda: zlib.compress(body, 9, -15),
        93: lambda: bytes(pa.Codec("zstd").compress(body)),
    }[method]()  # fmt: skip
    facts = struct.pack(
        "<HHHHHLLLHH", 63, flags, method, 0, 0x21, zlib.crc32(body), len(whole), len(body),
        len(name.encode()), 0,
    )  # fmt: skip
    return b"PK\x03\x04" + facts + name.encode() + whole, b"PK\x01\x02\x3f\x00" + facts


def archive(members: list[tuple[str, bytes, int]]) -> bytes:
    body, directory = b"", b""
    for name, content, method in members:
        local, entry = member(name, content, method)
        directory += entry + struct.pack("<HHHLL", 0, 0, 0, 0, len(body)) + name.encode()
        body += local
    end = struct.pack("<HHHHLLH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "log.eval"
    path.write_bytes(archive([("a.json", TEXT, 0), ("b.json", TEXT, 8), ("../c", TEXT, 93)]))
    return path


def test_stored_deflated_and_zstd_members_come_out_whole(made: Path) -> None:
    whole = Archive(made)
    assert whole.names() == ["a.json", "b.json", "../c"]
    for name in whole.names():
        assert whole.read(name, len(TEXT)) == TEXT
        assert whole.small(name, len(TEXT)) == TEXT
        assert whole.small(name, len(TEXT) - 1) is None
        with whole.open(name) as stream:
            assert stream.read(3) + stream.read() == TEXT


def test_the_standard_library_writes_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("a", TEXT, zipfile.ZIP_DEFLATED)
        with out.open("streamed", "w", force_zip64=True) as stream:
            stream.write(TEXT)
    assert [Archive(path).read(name, 10**6) for name in ("a", "streamed")] == [TEXT, TEXT]


def test_a_member_larger_than_the_limit_is_refused(made: Path) -> None:
    for name in Archive(made).names():
        with pytest.raises(Trouble, match="more than 79,999 bytes"):
            Archive(made).read(name, len(TEXT) - 1)


@pytest.mark.parametrize("method", [0, 8, 93])
@pytest.mark.parametrize("claimed", [10, len(TEXT) + 1])
def test_a_member_that_lies_about_its_size_is_refused(
    tmp_path: Path, method: int, claimed: int
) -> None:
    path = tmp_path / "z.zip"
    honest, lie = struct.pack("<L", len(TEXT)), struct.pack("<L", claimed)
    raw = archive([("a", TEXT, method)])
    # not the packed size, which is the same where the member is only stored
    at = raw.rfind(honest)
    path.write_bytes(raw[:at] + lie + raw[at + 4 :])
    with pytest.raises(Trouble, match="bytes it claims to hold"):
        Archive(path).read("a", 10**6)
    with pytest.raises(Trouble, match=r"bytes it claims to hold|is damaged"):
        Archive(path).small("a", 10**6)


@pytest.mark.parametrize("method", [8, 93])
def test_a_bomb_is_refused_while_it_unpacks(
    tmp_path: Path, method: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(archive([("a", bytes(3_000_000), method)]))
    monkeypatch.setattr(unpacked, "SMALL", 100_000)
    monkeypatch.setattr(unpacked, "RATIO", 100)
    with Archive(path).open("a") as stream, pytest.raises(Trouble, match="100 times its size"):
        stream.read()


def test_a_wrong_check_sum_is_refused(made: Path) -> None:
    raw = bytearray(made.read_bytes())
    raw[raw.index(TEXT) + 5] ^= 1
    made.write_bytes(raw)
    with pytest.raises(Trouble, match="check sum"):
        Archive(made).read("a.json", 10**6)
    with pytest.raises(Trouble, match="check sum"):
        Archive(made).small("a.json", 10**6)


def test_an_encrypted_or_strangely_packed_member_is_refused(tmp_path: Path) -> None:
    raw = archive([("a", TEXT, 8)])
    at = raw.rfind(b"PK\x01\x02")
    path = tmp_path / "z.zip"
    path.write_bytes(raw[: at + 8] + b"\x01\x00" + raw[at + 10 :])
    with pytest.raises(Trouble, match="encrypted"):
        Archive(path).read("a", 10**6)
    path.write_bytes(raw[: at + 10] + b"\x0c\x00" + raw[at + 12 :])
    with pytest.raises(Trouble, match="method 12"):
        Archive(path).read("a", 10**6)


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    local, entry = member("a", TEXT, 8)
    directory = b"".join(
        entry + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name for name in (b"a", b"b")
    )
    end = struct.pack("<HHHHLLH", 0, 0, 2, 2, len(directory), len(local), 0)
    path = tmp_path / "z.zip"
    path.write_bytes(local + directory + b"PK\x05\x06" + end)
    with pytest.raises(Trouble, match=r"inside another|overlap"):
        Archive(path).read("a", 10**6)


def test_a_cut_archive_is_refused_wherever_it_was_cut(made: Path) -> None:
    raw = made.read_bytes()
    for size in [*range(60), len(raw) // 2, *range(len(raw) - 200, len(raw))]:
        made.write_bytes(raw[:size])
        with pytest.raises(Trouble, match=r"log\.eval"):
            Archive(made)


def test_a_directory_too_large_to_take_in_is_refused(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "DIRECTORY", 100)
    with pytest.raises(Trouble, match="list of its members"):
        Archive(made)


def test_an_absent_member_is_named(made: Path) -> None:
    with pytest.raises(Trouble, match=r"no member 'header\.json'"):
        Archive(made).read("header.json", 1)


@settings(max_examples=MANY)
@given(data=st.data())
def test_no_damage_raises_anything_but_trouble_or_changes_what_is_read(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    small = b'{"a": 1}' * 8
    raw = bytearray(archive([("a", small, 0), ("b", small, 8), ("c", small, 93)]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    path = tmp_path_factory.getbasetemp() / "damaged.zip"
    path.write_bytes(raw)
    try:
        damaged = Archive(path)
    except Trouble:
        return
    for name in damaged.names():
        try:
            body = damaged.read(name, 10**6)
        except Trouble:
            continue
        assert body in (small, b"")
