"""Sorting prompts into the categories of a taxonomy, by name or by the crosswalk."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.stores import Stores
from data.read import taxonomy
from data.read.taxonomy import Taxonomy

AS_LOADED = "as loaded"
NONE = "no category"


def taxonomies(stores: Stores) -> dict[str, Taxonomy]:
    """The taxonomies by name, the team's own among them. Raises Trouble where one is wrong."""
    return taxonomy.every(stores.settings.home)


def own(stores: Stores, categories: list[str]) -> str:
    """The taxonomy these categories are spelled in: the one that knows most of them.

    Empty where none knows half of them.
    """
    words = {taxonomy.plain(name) for name in categories}
    known = {name: len(words & one.names().keys()) for name, one in taxonomies(stores).items()}
    best = max(known, key=known.__getitem__)
    return best if words and 2 * known[best] >= len(words) else ""


def reachable(stores: Stores, categories: list[str]) -> dict[str, str]:
    """The taxonomies these categories can be sorted into, with their titles."""
    home = own(stores, categories)
    walk = taxonomy.crosswalk(stores.settings.home)
    return {
        name: one.title
        for name, one in taxonomies(stores).items()
        if home and (name == home or (home, name) in walk)
    }


def named(stores: Stores, categories: NDArray[Any], into: str = "", level: int = 0) -> Any:
    """The category of each prompt (N,) as the screen says it: its title in the taxonomy `into`.

    Without one it stays as loaded. "no category" where there is none, or nothing leads there.
    """
    said = categories.tolist()
    if not into:
        return np.array([str(one) if one else NONE for one in said], dtype=object)
    known = taxonomies(stores)
    words = sorted({str(one) for one in said if one})
    home = own(stores, words)
    if into not in known or not home:
        return np.full(len(said), NONE, dtype=object)
    of = {word: _title(stores, known, word, home, into, level) for word in words}
    return np.array([of[str(one)] if one else NONE for one in said], dtype=object)


def _title(
    stores: Stores, known: dict[str, Taxonomy], word: str, home: str, into: str, level: int
) -> str:
    code = known[home].names().get(taxonomy.plain(word))
    if code is None:
        return NONE
    walk = taxonomy.crosswalk(stores.settings.home)
    found = taxonomy.crossed(walk, known, code, home, into)
    if found is None:
        return NONE
    there = known[into]
    return there.of()[there.rolled(found, level or there.level)].title


def hazard(name: str) -> str:
    """The key of an MLCommons hazard by its title or key; any other name as it is.

    >>> hazard("Hate"), hazard("gender")
    ('hte', 'gender')
    """
    return taxonomy.every()[taxonomy.DEFAULT].names().get(taxonomy.plain(name), name)
