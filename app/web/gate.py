"""Who sits here: on a laptop everybody who reaches the port may do everything."""

from __future__ import annotations


def person() -> str:
    """The name under which what happens on a page is kept."""
    return "me"
