"""Files in every form, and files that cannot be read: right rows, or a reason and nothing left."""

from __future__ import annotations

import gzip
import io
import os
import zipfile

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from app.service import stores as opened
from app.service.loading import load as loading
from app.settings import Settings
from data.trouble import Trouble

GOOD = "id,prompt,response,bias_j\n1,Why?,So.,0.5\n2,How?,Thus.,0.25\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    fresh = opened.connect(Settings(home=tmp_path_factory.mktemp("shared")))
    yield fresh
    fresh.warehouse.close()
    fresh.ledger.dispose()


def load(stores, path, **options):
    return loading.load(stores, path, by="test", **options)


def packed(name, text):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(name, text)
    return whole.getvalue()


def columnar(rows):
    whole = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), whole)
    return whole.getvalue()


ROWS = [{"id": i, "prompt": f"p{i}", "response": "r" * 50} for i in range(200)]
NEVER = {
    "empty.csv": (b"", "0 bytes"),
    "blank.csv": (b" \n\n\t \r\n", "blank"),
    "header.csv": ("id,prompt,response\n", "no row"),
    "latin.csv": ("id,prompt,response\n1,caf\xe9,x\n".encode("latin-1"), "0xE9"),
    "latin.jsonl": ('{"id":1,"prompt":"caf\xe9"}\n{"id":2}\n'.encode("latin-1"), "0xE9"),
    "latin.json": ('[{"id":1,"prompt":"caf\xe9"}]'.encode("latin-1"), "0xE9"),
    "junk.csv": (bytes(range(256)) * 20, "not text"),
    "packed.zip": (packed("a.csv", GOOD), "zip archive"),
    "Book.XLSX": (packed("xl/workbook.xml", GOOD), "workbook of a spreadsheet"),
    "cut.csv.gz": (gzip.compress(GOOD.encode() * 500)[:-40], "damaged"),
    "bad.csv.gz": (b"\x1f\x8b" + bytes(200), "damaged"),
    "cut.parquet": (columnar(ROWS)[:-200], "not whole Parquet"),
    "half.json": (b'[{"id": 1, "prompt": "p"}, {"id":', "not JSON"),
    "single.json": (b"[1, 2, 3]", "not an object but int"),
    "value.jsonl": (b'"only text"\n', "not an object but str"),
    "two.json": (b'{"a": [{"id": 1}], "b": [{"id": 2}]}', "several lists: a, b"),
    "nothing.json": (b"{}", "no row"),
    "list.json": (b"[]", "no row"),
    "nameless.csv": ("color,size\nred,4\n", "prompt or an id"),
    "wrong.csv": ("id,prompt,response\n1,a\n2,b\n3,c,d,e\n4,f,g\n", "3 of 4 rows"),
    "off.csv": ("id,response,bias_j\n1,a,7\n2,b,8\n3,c,0.5\n", "outside 0 to 1"),
    "utf16.csv": (b"\xff\xfe" + b"i\x00d\x00\x00\xd8" + b"\n\x00", "UTF-16"),
    "deep.json": (b"[" * 5_000 + b"]" * 5_000, "not JSON"),
}


@pytest.mark.parametrize("name", NEVER)
def test_a_file_that_cannot_be_taken_says_why_and_leaves_nothing(name, shared, put, held):
    body, words = NEVER[name]
    path, before = put(name, body), held(shared)
    with pytest.raises(Trouble) as caught:
        load(shared, path)
    assert words in caught.value.what
    assert caught.value.fix
    assert held(shared) == before


def test_latin_1_is_told_how_to_become_utf_8(shared, put):
    with pytest.raises(Trouble) as caught:
        load(shared, put("latin.csv", NEVER["latin.csv"][0]))
    assert "iconv" in caught.value.fix


READ = {
    "plain.csv": GOOD.encode(),
    "bom.csv": b"\xef\xbb\xbf" + GOOD.encode(),
    "wide.csv": GOOD.encode("utf-16"),
    "big-endian.csv": b"\xfe\xff" + GOOD.encode("utf-16-be"),
    "crlf.csv": GOOD.replace("\n", "\r\n").encode(),
    "semicolon.csv": GOOD.replace(",", ";").encode(),
    "tabs.tsv": GOOD.replace(",", "\t").encode(),
    "blank-first.csv": b"\n\n" + GOOD.encode(),
    "packed.csv.gz": gzip.compress(GOOD.encode()),
    "unended.csv": GOOD.rstrip("\n").encode(),
    "lines.jsonl": b'{"id":1,"prompt":"Why?","response":"So.","bias_j":0.5}\n\n'
    b'{"id":"2","prompt":"How?","response":"Thus.","bias_j":"0.25"}\n',
    "minified.json": b'[{"id":1,"prompt":"Why?","response":"So.","bias_j":0.5},'
    b'{"id":2,"prompt":"How?","response":"Thus.","bias_j":0.25}]',
    "records.json": b'{"1":{"id":1,"prompt":"Why?","response":"So.","bias_j":0.5},'
    b'"2":{"id":2,"prompt":"How?","response":"Thus.","bias_j":0.25}}',
    "inside.json": b'{"note":"n","all":[{"id":1,"prompt":"Why?","response":"So.","bias_j":0.5},'
    b'{"id":2,"prompt":"How?","response":"Thus.","bias_j":0.25}]}',
    "table.parquet": columnar([
        {"id": 1, "prompt": "Why?", "response": "So.", "bias_j": 0.5},
        {"id": 2, "prompt": "How?", "response": "Thus.", "bias_j": 0.25},
    ]),
}  # fmt: skip
READ["packed.jsonl.gz"] = gzip.compress(READ["lines.jsonl"])
READ["packed.parquet.gz"] = gzip.compress(READ["table.parquet"])


@pytest.mark.parametrize("name", READ)
def test_the_same_rows_come_out_of_every_form_of_a_file(name, shared, put, ask):
    report = load(shared, put(name, READ[name]), named={"dataset": name})
    assert report.refused == []
    assert ask(shared, """SELECT i.item_id, i.prompt, o.response, s.value FROM lake.outputs o
                          JOIN lake.scores s USING (run_id, item_id)
                          JOIN lake.items i USING (item_id) WHERE dataset = ? AND run_id = ?
                          ORDER BY 1""", name, report.loaded[0].run) == [
        ("1", "Why?", "So.", 0.5), ("2", "How?", "Thus.", 0.25),
    ]  # fmt: skip


def test_a_format_that_is_said_goes_before_what_the_content_tells(shared, put):
    path = put("answers.txt", b'{"id":"9","prompt":"Who?","response":"Me."}')
    assert load(shared, path, format="jsonl", dry_run=True).loaded[0].outputs == 1
    with pytest.raises(Trouble, match="no row that can be read"):
        load(shared, path, format="csv", dry_run=True)


SEEDS = [
    GOOD.encode(),
    READ["lines.jsonl"],
    READ["minified.json"],
    READ["inside.json"],
    READ["packed.csv.gz"],
    GOOD.encode("utf-16"),
    READ["table.parquet"],
    b'{"id": 1, "response": "a", "steps": [{"role": "user"}], "option_logprobs": {"A": -1}}\n'
    b'{"id": 2, "response": NaN, "epoch": 2, "choices": ["a"], "answerable": true}\n',
]


@st.composite
def mutated(draw):
    """A small valid file with a few bytes changed, cut out or put in."""
    body = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(body)))
        piece = draw(st.one_of(st.binary(max_size=3), st.sampled_from(
            [b'"', b"\n", b"{", b"[" * 300, b"null", b"NaN", b"1e400", b"-1", b"\\ud800", b"\x00",
             b"9" * 400])))  # fmt: skip
        body[place : place + draw(st.integers(0, 5))] = piece
    return bytes(body)


@settings(max_examples=int(os.environ.get("TAILSCOPE_FUZZ", "40")), deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(body=st.one_of(st.binary(max_size=200), mutated()))
def test_any_bytes_load_or_are_trouble_and_never_half_loaded(body, shared, tmp_path, ask):
    path = tmp_path / "any"
    path.write_bytes(body)
    before = shared.version()
    try:
        report = load(shared, path, named={"dataset": str(before)})
    except Trouble:
        assert shared.version() == before
        return
    for run in report.loaded:
        counted = ask(shared, "SELECT count(*) FROM lake.outputs WHERE run_id = ?", run.run)
        assert counted == [(run.outputs,)]
