"""A data set on the hub, `hf://ORG/NAME`: fetched into a folder where the network allows it."""

from __future__ import annotations

import re
from pathlib import Path

from data.read.dataset_folder import DATA
from data.trouble import Trouble

_HUB = re.compile(r"hf:/{1,2}(?:datasets/)?([^@]*)(?:@(.+))?", re.DOTALL)  # a path lost a slash
BESIDE = ("README.md", "*.json")
"""What is fetched beside the data: the card, and what `save_to_disk` wrote."""


def fetched(path: Path, folder: Path) -> Path:
    """The folder a hub data set was fetched into, under `folder`; any other path as it is.

    `hf://ORG/NAME@REVISION` takes an exact version. Only data and card are fetched, no code runs,
    and HF_HUB_OFFLINE is respected. Raises Trouble where it cannot be fetched.

    >>> fetched(Path("data/answers.csv"), Path("hub")).as_posix()
    'data/answers.csv'
    """
    found = _HUB.fullmatch(str(path))
    if found is None:
        return path
    name, revision = found[1].strip("/") or "ORG/NAME", found[2]
    by_hand = (
        f"fetch it, then load the folder: hf download {name} --repo-type dataset --local-dir FOLDER"
    )
    try:
        import huggingface_hub as hub  # comes with scoring; the app alone needs no hub
    except ImportError:
        raise Trouble(f"{name} lies on the hub, and nothing here can fetch it", by_hand) from None
    place = folder / re.sub(r"[^\w.-]+", "--", f"{name}@{revision}" if revision else name)
    try:
        hub.snapshot_download(
            name, repo_type="dataset", revision=revision, local_dir=place,
            allow_patterns=[*(f"*{ending}" for ending in DATA), *BESIDE],
        )  # fmt: skip
    except (OSError, ValueError, hub.errors.HfHubHTTPError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise Trouble(f"{name} cannot be fetched from the hub: {first[:200]}", by_hand) from error
    return place
