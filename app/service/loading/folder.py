"""Loading a folder: everything in it that can be read, logs joined, the rest told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.service.loading import load as loading
from app.service.loading.load import Progress, Report
from app.service.stores import Stores
from data.mapping import Mapping
from data.read import folder
from data.trouble import Trouble

Watch = Callable[[str], Progress | None]
"""Told the file that comes next; returns who is told how far it has been read."""


def load(
    stores: Stores,
    root: Path,
    *,
    mapping: Mapping | None = None,
    named: dict[str, str] | None = None,
    by: str = "",
    dry_run: bool = False,
    watch: Watch | None = None,
) -> Report:
    """Loads every log and table of a folder, file by file, each whole or not at all.

    What cannot be read is reported with its reason and keeps no other out. Raises Trouble where
    nothing in the folder can be loaded.
    """
    there = folder.look(root)
    told = [{"file": name, "line": None, "why": why} for name, why in there.skipped]
    reports: list[Report] = []
    for place in there.files:
        try:
            reports.append(
                loading.load(
                    stores,
                    place,
                    mapping=mapping,
                    named=named,
                    by=by,
                    dry_run=dry_run,
                    progress=watch(place.name) if watch else None,
                )
            )
        except Trouble as trouble:
            path = place if isinstance(place, Path) else place.path
            name = str(path.relative_to(root)).encode("utf-8", "replace").decode()
            told.append({"file": name, "line": None, "why": trouble.what})
    whole = loading.together(reports)
    if not whole.loaded:
        first = told[0] if told else {"file": root.name, "why": "it is empty"}
        raise Trouble(
            f"nothing in {root} can be loaded: {first['file']}: {first['why']}",
            "name the files one by one to see what is wrong with each",
        )
    return Report(whole.loaded, [*told, *whole.refused])
