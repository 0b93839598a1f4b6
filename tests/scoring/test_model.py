"""Models are loaded from safetensors alone, at one exact revision, without their own code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import huggingface_hub
import pytest
import torch
from huggingface_hub import constants

from scoring import device, place
from scoring.model import load
from scoring.place import Unfit
from scoring.scorer import Model
from tests.scoring import tiny

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(causal: Model, tmp_path: Path) -> Path:
    return Path(shutil.copytree(causal.name, tmp_path / "model"))


def test_a_local_folder_is_loaded_with_its_digest_as_revision(folder: Path) -> None:
    loaded = load(Model(name=str(folder)))
    assert loaded.place.revision.startswith("sha256-")
    assert (loaded.device.type, loaded.dtype) == ("cpu", torch.float32) or torch.cuda.is_available()
    assert not loaded.net.training
    assert loaded.limit == 512
    assert load(Model(name=str(folder), revision=loaded.place.revision)).place == loaded.place


def test_a_folder_that_changed_is_not_what_was_ordered(folder: Path) -> None:
    before = place.resolve(Model(name=str(folder))).revision
    (folder / "notes.md").write_text("what is not loaded does not count", "utf-8")
    assert place.resolve(Model(name=str(folder))).revision == before
    (folder / "generation_config.json").write_text("{}", "utf-8")
    with pytest.raises(Unfit, match="its files have changed"):
        load(Model(name=str(folder), revision=before))


def test_pickled_weights_are_not_opened(folder: Path) -> None:
    torch.save({}, folder / "pytorch_model.bin")
    next(folder.glob("*.safetensors")).unlink()
    with pytest.raises(Unfit, match="has no safetensors weights"):
        load(Model(name=str(folder)))


def test_code_that_comes_with_a_model_never_runs(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "it ran"
    (folder / "modeling_odd.py").write_text(f"open({str(mark)!r}, 'w')\nclass Odd: pass\n", "utf-8")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    odd = {"AutoConfig": "modeling_odd.Odd", "AutoModelForCausalLM": "modeling_odd.Odd"}
    told = config | {"model_type": "odd", "auto_map": odd}
    (folder / "config.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(Unfit, match="needs code of its own"):
        load(Model(name=str(folder)))
    assert not mark.exists()


def test_weights_that_are_missing_are_not_made_up(folder: Path) -> None:
    with pytest.raises(Unfit, match="that part would be random"):
        load(Model(name=str(folder)), "classifier")


def test_a_broken_file_is_told_in_words(folder: Path) -> None:
    weights = next(folder.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(Unfit, match="cannot be loaded as a causal model"):
        load(Model(name=str(folder)))


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (Model(name="m", endpoint="http://localhost:1"), "is a model at an endpoint"),
        (Model(name=" "), "no model is named"),
        (Model(name="m", device="tpu9"), "is no device"),
        (Model(name="m", device="cuda:99"), "is not here"),
        (Model(name="m", dtype="int3"), "is no dtype"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_loaded(model: Model, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        load(model)


def test_the_processor_scores_in_full_precision() -> None:
    assert device.chosen("cpu") == (torch.device("cpu"), torch.float32)
    assert device.chosen("cpu", "bf16")[1] is torch.bfloat16


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub's cache with one model in it, and no network."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    kept = tmp_path / "hub" / "models--org--owl"
    tiny.llama(kept / "snapshots" / COMMIT, tiny.tokenizer())
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text(COMMIT, "utf-8")
    return kept / "snapshots" / COMMIT


def test_offline_a_model_in_the_cache_is_found_with_its_commit(cached: Path) -> None:
    for revision in ("", "main", COMMIT):
        found = place.resolve(Model(name="org/owl", revision=revision))
        assert (found.folder, found.revision) == (cached, COMMIT)
    assert load(Model(name="org/owl")).place.revision == COMMIT


@pytest.mark.parametrize("name", ["org/hare", "no folder here"])
def test_offline_what_is_not_there_is_said_in_words(cached: Path, name: str) -> None:
    with pytest.raises(Unfit, match="cannot be fetched"):
        place.resolve(Model(name=name))


def test_only_weights_that_run_no_code_are_asked_of_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}

    def fetch(name: str, **more: object) -> str:
        asked.update(more, name=name)
        return str(tiny.llama(tmp_path / COMMIT, tiny.tokenizer()))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    found = place.resolve(Model(name="org/owl", revision=COMMIT))
    assert found.revision == COMMIT
    names = [
        "model.safetensors",
        "pytorch_model.bin",
        "modeling_odd.py",
        "x.pkl",
        "onnx/m.safetensors",
    ]
    kept = huggingface_hub.utils.filter_repo_objects(
        names, allow_patterns=asked["allow_patterns"], ignore_patterns=asked["ignore_patterns"]
    )
    assert list(kept) == ["model.safetensors"]
    assert "token" not in asked
