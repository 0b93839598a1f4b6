"""Where a model lies: a hub snapshot or a local folder, pinned; only safe files are taken."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from scoring.scorer import Model

TAKEN = ("*.json", "*.safetensors", "*.model", "*.txt", "*.jinja")
"""What is fetched: weights that cannot run code, and text. Never pickles, never Python."""
LEFT = ("*/*", "consolidated*")
"""Copies of the weights for other programs."""


class Unfit(Exception):
    """A model that cannot be used here: `what` is wrong with it and the `fix`, for a person."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __reduce__(self) -> tuple[type[Unfit], tuple[str, str]]:
        return Unfit, (self.what, self.fix)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a model in it, and the exact revision that lies there."""

    folder: Path
    revision: str


def resolve(model: Model) -> Place:
    """Where `model` lies, fetched from the hub if it is not here yet.

    The revision of a hub model is its commit; that of a local folder is a digest of its files, so
    that a folder that changed is told. Offline mode (HF_HUB_OFFLINE) is respected, and a token is
    left to the hub's own client. Raises Unfit.
    """
    if not model.name.strip():
        raise Unfit("no model is named", "name a local folder, or a model of the hub (ORG/NAME)")
    local = Path(model.name).expanduser()
    place = _local(local) if local.is_dir() else _hub(model.name, model.revision)
    if not any(place.folder.glob("*.safetensors")):
        raise Unfit(
            f"{model.name} has no safetensors weights; other kinds can run code and are not loaded",
            "choose a revision with *.safetensors, or convert it where you trust it",
        )
    if not (place.folder / "config.json").is_file():
        raise Unfit(f"{model.name} has no config.json", "choose a transformers model")
    if local.is_dir() and model.revision and model.revision != place.revision:
        raise Unfit(
            f"{model.name} is not what was asked for: its files have changed "
            f"({place.revision} here, {model.revision} asked for)",
            "order it again as it is now, or put the old files back",
        )
    return place


def _local(folder: Path) -> Place:
    """A local folder; its revision is `sha256-` and a digest over names and contents."""
    whole = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.is_file() and _taken(p)):
        with path.open("rb") as file:
            part = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{path.name}\0{part}\n".encode())
    return Place(folder.absolute(), f"sha256-{whole.hexdigest()[:40]}")


def _taken(path: Path) -> bool:
    return any(path.match(pattern) for pattern in TAKEN)


def _hub(name: str, revision: str) -> Place:
    import huggingface_hub as hub

    try:
        found = hub.snapshot_download(
            name, revision=revision or None, allow_patterns=list(TAKEN), ignore_patterns=list(LEFT)
        )
    except (OSError, ValueError, hub.errors.HfHubHTTPError) as error:
        said = str(error).strip()
        first = said.splitlines()[0][:200] if said else type(error).__name__
        raise Unfit(
            f"{name} is no folder here and cannot be fetched from the hub: {first}",
            "name a local folder, or a model of the hub (ORG/NAME) that this machine may fetch",
        ) from error
    folder = Path(found)
    return Place(folder, folder.name)
