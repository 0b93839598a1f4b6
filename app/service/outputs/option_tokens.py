"""How many tokens each option of an answer has, as a file or a scorer kept it in `meta`."""

from __future__ import annotations

import json

from app.service.stores import Stores
from db import fields

NAME = "option_tokens"
"""In `meta`: option key -> how many tokens it has."""


def counts(text: str | None) -> dict[str, int] | None:
    """The counts one answer holds; None where there are none, or one is no count above 0.

    >>> counts('{"A": 1, "B": 2}'), counts('{"A": 0}'), counts("[1, 2]"), counts(None)
    ({'A': 1, 'B': 2}, None, None, None)
    """
    try:
        told = json.loads(text or "")
    except ValueError:
        return None
    whole = isinstance(told, dict) and all(
        isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in told.values()
    )
    return {str(key): n for key, n in told.items()} if whole and told else None


def there(stores: Stores, run_id: str) -> bool:
    """Whether any answer of a run says how many tokens its options have."""
    return NAME in fields.named(stores.warehouse, run_id).fields
