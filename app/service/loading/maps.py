"""Mappings by name: those a person saved beside the stores, and those that come with Tailscope."""

from __future__ import annotations

import re
from pathlib import Path

from app.settings import Settings
from data import mapping as maps
from data.mapping import Mapping
from data.trouble import Trouble

NAME = re.compile(r"[\w][\w .-]{0,59}")


def saved(settings: Settings) -> dict[str, Mapping]:
    """The saved mappings by name. One that cannot be read any more is left out."""
    found = {}
    for path in sorted(_folder(settings).glob("*.yaml")):
        try:
            found[path.stem] = maps.load(path)
        except Trouble:
            continue
    return found


def save(settings: Settings, name: str, mapping: Mapping) -> Path:
    """Keeps a mapping under a name, in the place of one that had it. Raises Trouble for no name."""
    if not NAME.fullmatch(name):
        raise Trouble(
            f"{name!r} cannot name a mapping", "use letters, digits, spaces, dots and dashes"
        )
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    whole = path.with_suffix(".part")
    whole.write_text(maps.dump(mapping), encoding="utf-8")
    whole.replace(path)
    return path


def named(settings: Settings, what: str) -> Mapping:
    """The mapping in the file `what`, or saved or shipped under that name. Raises Trouble."""
    path = Path(what)
    if path.is_file():
        return maps.load(path)
    every = maps.shipped() | saved(settings)
    if what in every:
        return every[what]
    raise Trouble(
        f"there is no mapping {what!r}",
        f"name a YAML file, or one of those kept: {', '.join(every)}",
    )


def _folder(settings: Settings) -> Path:
    return settings.home / "maps"


def written(mapping: Mapping) -> str:
    """The mapping as the YAML file it is shared in."""
    return maps.dump(mapping)
