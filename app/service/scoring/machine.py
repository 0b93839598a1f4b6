"""This machine, as workers tell of it: who runs here, is it alive still, what can it score on."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from db.workers import LEASE, Worker
from scoring import gpus


@cache
def where() -> str:
    """One machine, one start of it, one set of processes: a process id means something in it."""
    told = [socket.gethostname()]
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        try:
            told.append(os.readlink(path) if "/ns/" in path else Path(path).read_text().strip())
        except OSError:
            told.append("")
    return " ".join(told)


def me(role: str, **more: Any) -> dict[str, Any]:
    """What a worker leaves as its sign of life."""
    return {
        "role": role, "host": socket.gethostname(), "where": where(), "pid": os.getpid(),
        "torch": find_spec("torch") is not None, "memory": memory(), "cores": os.cpu_count() or 1,
        "gpus": [one.json() for one in gpus.now()], **more,
    }  # fmt: skip


def memory() -> int:
    """Bytes of memory this machine has; 0 where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 0


def alive(pid: int) -> bool:
    """Whether a process of this machine runs; one that has ended and nobody buried does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True


def gone(one: Worker) -> bool:
    """Whether a worker is gone: its process ended here, or it gave no sign within the lease."""
    if one.body.get("where") == where() and not alive(int(one.body.get("pid", 0)) or -1):
        return True
    return one.age > LEASE


def lost(up: Mapping[str, Worker]) -> Callable[[str], bool]:
    """Tells of a worker by its key whether it is gone; one that said goodbye is."""
    return lambda key: key not in up or gone(up[key])
