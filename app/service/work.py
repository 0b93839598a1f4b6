"""The one way into the scoring room; the web never loads this file."""

from __future__ import annotations

from importlib.util import find_spec


def devices() -> list[str]:
    """What scoring can run on here, in words; nothing where torch is not installed."""
    if find_spec("torch") is None:
        return []
    from scoring import device  # torch takes seconds to load, so only when asked for

    return [
        f"{one.name} ({one.kind}, {one.dtype}"
        + (f", {one.memory / 2**30:.0f} GiB)" if one.memory else ")")
        for one in device.every()
    ]
