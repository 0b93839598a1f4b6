"""What the graphics cards are doing, asked of nvidia-smi: memory and use; knows no torch."""

from __future__ import annotations

import csv
import shutil
import subprocess
from dataclasses import asdict, dataclass
from typing import Any

ASKED = "name,memory.total,memory.used,utilization.gpu"
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Gpu:
    """One card: bytes of memory in all and in use, and how busy it is, 0 to 1 (None: unsaid)."""

    name: str
    memory: int
    used: int
    busy: float | None

    def json(self) -> dict[str, Any]:
        """As a worker tells it."""
        return asdict(self)


def now() -> list[Gpu]:
    """The cards of this machine at this moment; none where there is no nvidia-smi that answers."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    command = [tool, f"--query-gpu={ASKED}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(  # noqa: S603  the one on the path
            command, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return read(done.stdout)


def read(told: str) -> list[Gpu]:
    """What nvidia-smi printed.

    >>> read("NVIDIA H100 80GB HBM3, 81559, 1024, 35")[0].busy
    0.35
    """
    rows = [[cell.strip() for cell in row] for row in csv.reader(told.splitlines()) if row]
    return [
        Gpu(name, _whole(total) * MIB, _whole(used) * MIB, _whole(busy) / 100 if busy.isdecimal()
            else None)
        for name, total, used, busy in rows
    ]  # fmt: skip


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0
