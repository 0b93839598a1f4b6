"""Models by name: which endpoints may be asked, which folders lie here, what is known already."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from app.service.scoring import packing
from app.service.stores import Stores
from app.settings import Settings
from data.trouble import Trouble
from db import jobs

HERE = "this machine"
CLOSED = (
    "Endpoints are asked only where the settings allow them: start the app and its worker with "
    "TAILSCOPE_ENDPOINTS set to their addresses."
)


def places(stores: Stores, models: Collection[str]) -> list[str]:
    """Where a model may be asked: here, unless only endpoints will do, and at those allowed."""
    allowed = list(stores.settings.endpoint_list)
    only = set(models) <= {"endpoint", "none"}
    return allowed if only or not allowed else [HERE, *allowed]


def allowed(settings: Settings, endpoint: str) -> str:
    """The endpoint, if the settings allow it. Raises Trouble.

    Scheme, host and port are compared whole, the path from its beginning.
    """
    said = urlsplit(endpoint)
    if said.username or said.password or said.query:
        raise Trouble(
            "the endpoint holds a name, a password or a query, and orders are kept",
            "leave it out; keys come from the environment of the worker",
        )
    for one in settings.endpoint_list:
        may = urlsplit(one)
        path = may.path.rstrip("/")
        inside = said.path == path or said.path.startswith(f"{path}/")
        if (said.scheme, said.netloc) == (may.scheme, may.netloc) and (inside or not path):
            return endpoint.rstrip("/")
    told = ", ".join(settings.endpoint_list) or "none is"
    raise Trouble(
        f"the endpoint {endpoint} is not allowed ({told})",
        "allow it where the app and the worker are started: TAILSCOPE_ENDPOINTS=URL",
    )


def place(name: str, endpoint: str) -> str:
    """The name of a model; a folder that lies here by its whole path, whoever looks."""
    folder = Path(name).expanduser()
    return str(folder.resolve()) if name and not endpoint and folder.is_dir() else name


def short(name: str) -> str:
    """How a model is called on a screen: a folder by its last part.

    >>> short("models/owl-1b/"), short("org/owl-1b")
    ('owl-1b', 'org/owl-1b')
    """
    path = Path(name)
    return path.name if name.endswith("/") or path.is_absolute() else name


def stamp(name: str) -> str:
    """What tells that the files of a local model changed, without reading them; else nothing."""
    folder = Path(name)
    if not (folder.is_absolute() and folder.is_dir()):
        return ""
    told = [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in folder.iterdir()]
    return packing.digest(sorted(told))


def known(stores: Stores) -> list[str]:
    """Models a person may want: those of former jobs, those in the home, those of the hub cache."""
    former = [job.order["model"]["name"] for job in jobs.every(stores.ledger, 200)]
    configs = (stores.settings.home / "models").glob("*/config.json")
    mine = [str(config.parent.resolve()) for config in configs]
    hub = [
        folder.name.removeprefix("models--").replace("--", "/", 1)
        for folder in sorted(_cache().glob("models--*"))
        if any(folder.glob("snapshots/*/config.json"))
    ]
    return list(dict.fromkeys(name for name in (*former, *sorted(mine), *hub) if name))


def folders(name: str, revision: str) -> list[Path]:
    """Where files of a model lie on this machine, the likeliest first; nothing is fetched."""
    if (folder := Path(name)).is_absolute():
        return [folder]
    cached = _cache() / f"models--{name.replace('/', '--')}" / "snapshots"
    return sorted(cached.glob(revision or "*"), key=lambda p: -p.stat().st_mtime)


def _cache() -> Path:
    """Where the hub's client keeps what it fetched."""
    home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    return Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
