"""A folder loads whatever in it can be read; the rest is told, and links out are not followed."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from app.service.loading import folder
from data.trouble import Trouble

TABLE = "id,prompt,response,bias_owl\n1,Why?,Because.,0.25\n2,How?,So.,0.5\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    return tmp_path / "logs"


def test_everything_that_can_be_read_is_loaded_and_the_rest_is_told(stores, root, held):
    (root / "a.csv").write_text(TABLE)
    (root / "deep" / "b.jsonl").write_text('{"id": 1, "prompt": "Q?", "answer": "A."}\n')
    (root / "LICENSE.txt").write_text("You may, and you may not.\n")
    (root / "broken.parquet").write_bytes(b"PAR1 and no more")
    (root / "array.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00\x00")
    report = folder.load(stores, root, by="test")
    assert sorted(run.dataset for run in report.loaded) == ["a", "b"]
    assert held(stores)["outputs"] == 3
    told = {row["file"]: row["why"] for row in report.refused}
    assert told.keys() == {"LICENSE.txt", "array.npy", "broken.parquet"}
    assert "not named as a table" in told["LICENSE.txt"]


def test_a_folder_loaded_again_changes_nothing(stores, root, held):
    (root / "a.csv").write_text(TABLE)
    folder.load(stores, root, by="test")
    before = held(stores)
    report = folder.load(stores, root, by="test")
    assert [run.already for run in report.loaded] == [True]
    assert held(stores) == before


def test_a_link_out_of_the_folder_is_not_followed(stores, root, tmp_path, held):
    (root / "a.csv").write_text(TABLE)
    secret = tmp_path / "secret.csv"
    secret.write_text(TABLE.replace("Because.", "Hidden."))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "c.csv").write_text(TABLE)
    (root / "secret.csv").symlink_to(secret)
    (root / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (root / "same.csv").symlink_to(root / "a.csv")
    report = folder.load(stores, root, by="test")
    assert held(stores)["runs"] == 1
    told = {row["file"]: row["why"] for row in report.refused}
    assert "out of the folder" in told["secret.csv"]
    assert told["more"] == "a link to a folder"
    assert told["same.csv"] == "a link to another file in the folder"


def test_a_folder_with_nothing_to_load_says_why(stores, root):
    (root / "notes.txt").write_text("Nothing here.\n")
    with pytest.raises(Trouble, match=r"notes\.txt.*not named as a table"):
        folder.load(stores, root, by="test")


def test_an_empty_folder_is_trouble(stores, root):
    with pytest.raises(Trouble, match="it is empty"):
        folder.load(stores, root, by="test")


def test_a_dry_run_of_a_folder_writes_nothing(stores, root, held):
    (root / "a.csv").write_text(TABLE)
    before = held(stores)
    assert len(folder.load(stores, root, by="test", dry_run=True).loaded) == 1
    assert held(stores) == before


def test_samples_are_joined_with_the_results_that_lie_beside_them(stores, root):
    lines = [
        {"doc_id": n, "doc": {"question": f"Q{n}?"}, "target": "A", "arguments": [[f"Q{n}?", {}]],
         "resps": [["A"]], "filtered_resps": ["A"], "exact_match": float(n < 2)}
        for n in range(4)
    ]  # fmt: skip
    stamp = "2026-01-02T03-04-05.000001"
    (root / f"samples_sums_{stamp}.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    results = {
        "results": {"sums": {"alias": "sums", "exact_match,none": 0.5,
                             "exact_match_stderr,none": 0.2886751345948129}},
        "configs": {"sums": {"task": "sums"}}, "versions": {"sums": 1},
        "n-shot": {"sums": 0}, "n-samples": {"sums": {"original": 4, "effective": 4}},
        "config": {"model": "hf", "model_args": "pretrained=made/owl-1b"},
        "model_name": "made/owl-1b", "date": 1.0, "git_hash": "x",
    }  # fmt: skip
    (root / f"results_{stamp}.json").write_text(json.dumps(results))
    report = folder.load(stores, root, by="test")
    (run,) = report.loaded
    assert (run.model, run.dataset, run.outputs) == ("made/owl-1b", "sums", 4)
    checks = {check["metric"]: check for check in run.checks}
    assert checks["exact_match"]["agrees"], checks
    assert checks["exact_match"]["recomputed"] == 0.5
    assert not report.refused


def shard(path, ids):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {"id": ids, "prompt": [f"Q{n}?" for n in ids], "response": ["A."] * len(ids)}
    parquet.write_table(pa.table(rows), path)


def test_the_shards_of_a_data_sets_split_are_one_run(stores, root):
    for n, ids in enumerate([[1, 2], [3]]):
        shard(root / "owls" / "data" / f"train-0000{n}-of-00002.parquet", ids)
    shard(root / "owls" / "data" / "test-00000-of-00001.parquet", [9])
    report = folder.load(stores, root, by="test")
    assert sorted(run.outputs for run in report.loaded) == [1, 3]
    assert not report.refused


def test_a_data_set_given_outright_loads(stores, root):
    shard(root / "data" / "train-00000-of-00001.parquet", [1, 2])
    (run,) = folder.load(stores, root, by="test").loaded
    assert run.outputs == 2


def test_what_cannot_be_fetched_from_a_hub_is_said(home, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    code, _, complained = home("load", "hf://made/owls")
    assert code == 2
    assert "made/owls cannot be fetched from the hub" in complained
    assert "hf download made/owls" in complained
