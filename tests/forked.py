"""Processes of their own, forked from one in which our rooms are imported already."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from pathlib import Path

FORKED = multiprocessing.get_context("forkserver")
"""Each process is a real one, which can be killed; only the imports were done before it began."""
FORKED.set_forkserver_preload(
    [
        "app.cli", "app.cli_lens", "app.service.loading.folder", "app.service.loading.maps",
        "app.service.labeling.label", "app.service.lenses.example", "app.service.exports.asked",
        "app.service.exports.export", "app.service.scoring.work", "data.read.hub",
        "tests.service.slow",
    ]
)  # fmt: skip


def shell(words: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> None:
    """`tailscope` with these words, in a folder, what it says kept there in `out` and `err`."""
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[:] = ["tailscope", *words]
    from app.cli import main

    main()
