"""Recipes by name and version: kept, listed, and carried out again; the exports made so far."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.service.exports import export as exporting
from app.service.exports import recipe as asked
from app.service.exports.recipe import Recipe
from app.service.stores import Stores
from data.trouble import Trouble
from db import recipes as kept
from db import taken

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Saved:
    """A version of a recipe, and who kept it when."""

    name: str
    version: int
    recipe: Recipe
    made_by: str
    made_at: str

    def json(self) -> dict[str, Any]:
        """The recipe as `tailscope recipes --json` prints it."""
        return {
            "recipe": self.name, "version": self.version, "what": asked.words(self.recipe),
            "format": self.recipe.format, "made_by": self.made_by, "made_at": self.made_at,
            "body": json.loads(self.recipe.body()),
        }  # fmt: skip


def save(stores: Stores, name: str, recipe: Recipe, person: str) -> int:
    """Keeps a recipe under a name; returns its version. The same one again adds none."""
    if not exporting.slug(name):
        raise Trouble(f"{name!r} cannot name a recipe", "use letters and digits")
    return kept.add(stores.ledger, exporting.slug(name), recipe.body(), person)


def every(stores: Stores) -> list[Saved]:
    """The newest version of each recipe, by name."""
    return [_saved(row) for row in kept.every(stores.ledger)]


def named(stores: Stores, name: str) -> Saved:
    """The recipe `NAME` or `NAME@VERSION`. Raises Trouble where there is none."""
    plain, _, version = name.partition("@")
    row = None
    if not version or version.isdecimal():
        row = kept.one(stores.ledger, exporting.slug(plain), int(version) if version else None)
    if row is None:
        known = ", ".join(one.name for one in every(stores)) or "none yet"
        raise Trouble(f"there is no recipe {name!r}", f"those there are: {known}")
    return _saved(row)


def _saved(row: dict[str, Any]) -> Saved:
    return Saved(row["recipe"], row["version"], asked.read(row["body"]), row["made_by"],
                 row["made_at"][:19] + "Z")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bundle:
    """An export in one file to download, and what it holds in words."""

    name: str
    archive: Path
    facts: dict[str, str]


def bundle(
    stores: Stores, recipe: Recipe, by: str, saved: tuple[str, int] = ("", 0),
    progress: Progress | None = None,
) -> Bundle:  # fmt: skip
    """Exports into the home folder and zips it for a download; cut short, neither stays."""
    called = saved[0] or exporting.slug(recipe.title) or "export"
    folder = stores.settings.home / "exports" / f"{called}-{uuid4().hex[:8]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    tell = progress or (lambda _part, _what: None)
    archive = folder.with_suffix(".zip")
    try:
        done = exporting.export(
            stores, recipe, folder, name=saved[0], edition=saved[1], by=by,
            progress=lambda part, what: tell(0.9 * part, what),
        )  # fmt: skip
        _zip(folder, archive, tell)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        archive.unlink(missing_ok=True)
        raise
    rows = {name: n for name, n in done.rows.items() if n}
    masked = ", ".join(f"{n:,} {kind}" for kind, n in done.masked.items())
    return Bundle(f"{called}.zip", archive, {
        **{name: f"{n:,}" for name, n in rows.items()}, **({"masked": masked} if masked else {}),
        "warehouse snapshot": str(done.snapshot), "sha256 of the manifest": done.sha256,
        "folder on this machine": str(folder),
    })  # fmt: skip


def _zip(folder: Path, archive: Path, tell: Progress) -> None:
    """One archive, the same bytes for the same files; what is packed already is only stored."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(archive, "w") as into:
        for number, path in enumerate(files):
            tell(0.9 + 0.1 * number / len(files), "packing")
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            packed = path.suffix in (".parquet", ".eval")
            info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with path.open("rb") as source, into.open(info, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, 1 << 20)


def past(stores: Stores) -> list[dict[str, Any]]:
    """The exports made so far: when, by whom, of what, at which snapshot."""
    found = []
    for row in taken.every(stores.ledger):
        told = json.loads(row["recipe"])
        name = f"{told['name']} version {told['version']}" if told.get("name") else ""
        found.append({
            "made at": row["made_at"][:19] + "Z", "by": row["made_by"], "outputs": row["rows"],
            "snapshot": row["snapshot"], "format": told["format"], "recipe": name,
            "manifest": row["sha256"],
        })  # fmt: skip
    return found
