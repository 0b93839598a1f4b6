"""A Hugging Face data set in a folder: splits by card, by state, by name; one table a split."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import ipc, parquet

from data.read import dataset_folder, hub, table
from data.read.dataset_folder import Split
from data.read.source import Source
from data.trouble import Trouble
from tests.mutations import EXAMPLES


def shard(path, *ids):
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table({"id": list(ids), "tags": [["a"]] * len(ids)}), path)
    return path


def names(folder):
    return {
        split: [p.name for p in paths] for split, paths in dataset_folder.splits(folder).items()
    }


@pytest.fixture
def shards(tmp_path):
    shard(tmp_path / "data" / "train-00001-of-00002.parquet", 3)
    shard(tmp_path / "data" / "train-00000-of-00002.parquet", 1, 2)
    shard(tmp_path / "data" / "test-00000-of-00001.parquet", 9)
    return tmp_path


def test_shards_of_one_split_are_one_table_in_order(shards):
    assert dataset_folder.is_dataset(shards)
    found = dataset_folder.splits(shards)
    assert sorted(found) == ["test", "train"]
    lines = list(Split(shards, "train", found["train"]).lines())
    assert [(x.number, x.record["id"]) for x in lines] == [(1, 1), (2, 2), (3, 3)]


def test_a_split_is_one_run_whatever_its_shards(tmp_path):
    for number in range(2):
        path = tmp_path / f"train-{number:05d}-of-00002.parquet"
        rows = {"id": [number], "prompt": ["Why?"], "response": ["So."], "model": ["owl"]}
        parquet.write_table(pa.table(rows), path)
    split = Split(tmp_path, "train", dataset_folder.splits(tmp_path)["train"])
    batches = list(table.read(split, table.understand(split, None), {}, split.sha256()))
    (run,) = batches[-1].runs.values()
    assert (run.model, run.dataset, batches[-1].lines) == ("owl", f"{tmp_path.name}-train", 2)
    other = Split(tmp_path, "train", [split.parts[0].path])
    assert other.sha256() != split.sha256()


def test_an_arrow_file_by_itself_is_a_table(tmp_path):
    data = pa.table({"id": [1, 2], "prompt": ["a", "b"]})
    for name, new in (("stream", ipc.new_stream), ("file", ipc.new_file)):
        path = tmp_path / f"{name}.arrow"
        with new(path, data.schema) as out:
            out.write_table(data)
        assert [line.record["id"] for line in table.lines(Source(path))] == [1, 2]
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(Trouble, match="not whole Arrow"):
            list(table.lines(Source(path)))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ("data/train-*", {"train": 2}),
        (["data/train-*", "data/test-*"], {"train": 3}),
        ([{"split": "train", "path": "data/train-*"}, {"split": "test", "path": ["data/test-*"]}],
         {"train": 2, "test": 1}),
        ({"test": "data/test-00000-of-00001.parquet"}, {"test": 1}),
    ],
)  # fmt: skip
def test_the_card_says_which_files_are_a_split(files, expected, shards):
    front = json.dumps({"configs": [{"config_name": "default", "data_files": files}]})
    (shards / "README.md").write_text(f"---\n{front}\n---\n# Birds\n")
    assert {split: len(paths) for split, paths in names(shards).items()} == expected


def test_several_configs_keep_their_splits_apart(shards):
    shard(shards / "en" / "all.parquet", 5)
    configs = [{"config_name": "birds", "data_files": "data/train-*"},
               {"config_name": "en", "data_files": "en/*.parquet"}]  # fmt: skip
    (shards / "README.md").write_text(f"---\n{json.dumps({'configs': configs})}\n---\n")
    assert sorted(names(shards)) == ["birds/train", "en/train"]


@pytest.mark.parametrize("pattern", ["../*", "/etc/*", "data/../../*", "**/../*", "gone-*", "\x00"])
def test_a_card_leads_nowhere_outside_its_folder(pattern, shards):
    shard(shards.parent / "outside.parquet", 0)
    front = json.dumps({"configs": [{"config_name": "default", "data_files": pattern}]})
    (shards / "README.md").write_text(f"---\n{front}\n---\n")
    with pytest.raises(Trouble, match="no such file lies in the folder"):
        dataset_folder.splits(shards)


def test_a_link_out_of_the_folder_is_left_out_and_one_inside_is_read(shards, tmp_path_factory):
    away = shard(tmp_path_factory.mktemp("away") / "x.parquet", 0)
    (shards / "data" / "train-00002-of-00002.parquet").symlink_to(away)
    assert names(shards)["train"] == [
        "train-00000-of-00002.parquet",
        "train-00001-of-00002.parquet",
    ]


def saved(folder, *parts, stream=True):
    folder.mkdir()
    for number, ids in enumerate(parts):
        table = pa.table({"id": list(ids)})
        new = ipc.new_stream if stream else ipc.new_file
        with new(folder / f"data-{number:05d}.arrow", table.schema) as out:
            out.write_table(table)
    files = [{"filename": f"data-{number:05d}.arrow"} for number in range(len(parts))]
    (folder / "state.json").write_text(json.dumps({"_data_files": files}))


@pytest.mark.parametrize("stream", [True, False])
def test_what_save_to_disk_wrote_is_read(stream, tmp_path):
    saved(tmp_path / "one", [1, 2], [3], stream=stream)
    assert dataset_folder.is_dataset(tmp_path / "one")
    (paths,) = dataset_folder.splits(tmp_path / "one").values()
    assert [line.record["id"] for line in Split(tmp_path, "train", paths).lines()] == [1, 2, 3]


def test_a_saved_dictionary_has_its_splits_and_misses_none(tmp_path):
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "test", "../x"]}')
    saved(tmp_path / "train", [1])
    saved(tmp_path / "test", [2])
    assert sorted(dataset_folder.splits(tmp_path)) == ["test", "train"]
    (tmp_path / "test" / "data-00000.arrow").unlink()
    with pytest.raises(Trouble, match="lacks 1 of its Arrow files"):
        dataset_folder.splits(tmp_path)


def test_lines_of_every_kind_are_read(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": 1}\n{"id": 2}\nno\n')
    (tmp_path / "b.csv").write_text("id,x\n3,y\n")
    (tmp_path / "c.json").write_text('[{"id": 4}]')
    lines = list(Split(tmp_path, "all", sorted(tmp_path.iterdir())).lines())
    assert [str(line.record.get("id")) for line in lines] == ["1", "2", "None", "3", "4"]
    assert lines[2].why.startswith("not JSON")


def test_a_folder_of_other_files_is_no_data_set(tmp_path):
    (tmp_path / "README.md").write_text("# Notes\n")
    (tmp_path / "a.csv").write_text("id,prompt\n1,x\n")
    assert not dataset_folder.is_dataset(tmp_path)
    assert not dataset_folder.is_dataset(tmp_path / "none")


@pytest.mark.parametrize("path", ["hf://lab/birds", "hf://datasets/lab/birds", "hf:/lab/birds/"])
def test_a_name_on_the_hub_that_cannot_be_fetched_says_how_to_fetch_it(path, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(Trouble, match="lab/birds cannot be fetched") as caught:
        hub.fetched(Path(path), tmp_path)
    assert "hf download lab/birds --repo-type dataset" in caught.value.fix


@pytest.fixture(scope="session")
def anew(tmp_path_factory):
    """A new folder at each call."""
    top = tmp_path_factory.mktemp("many")
    return lambda: Path(tempfile.mkdtemp(dir=top))


@given(st.text(max_size=200), st.binary(max_size=200))
@settings(max_examples=EXAMPLES)
def test_no_card_and_no_arrow_breaks_it(anew, front, raw):
    folder = anew()
    (folder / "README.md").write_bytes(b"---\n" + front.encode("utf-8", "replace") + b"\n---\n")
    (folder / "state.json").write_bytes(raw)
    (folder / "data-00000.arrow").write_bytes(raw)
    try:
        for paths in dataset_folder.splits(folder).values():
            list(Split(folder, "train", paths).lines())
    except Trouble as trouble:
        said = trouble.what
    else:
        said = "nothing"
    assert said


@given(st.dictionaries(st.text(max_size=8), st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)))  # fmt: skip
@settings(max_examples=EXAMPLES)
def test_no_config_breaks_it(anew, config):
    folder = anew()
    (folder / "a.csv").write_text("id,x\n1,2\n")
    configs = [config, {"data_files": config}, {"data_files": list(config.values())}]
    front = json.dumps({"configs": configs})
    (folder / "README.md").write_text(f"---\n{front}\n---\n")
    try:
        found = dataset_folder.splits(folder)
    except Trouble:
        found = {}
    assert all(path.parent == folder for paths in found.values() for path in paths)
