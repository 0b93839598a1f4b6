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


def edition(stores: Stores) -> str:
    """Tells the team's taxonomies and crosswalk as they stand from what they were before."""
    found = sorted((stores.settings.home / "taxonomies").glob("*.yaml"))
    return " ".join(f"{path.name}:{path.stat().st_mtime_ns}" for path in found)


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


def levels(stores: Stores, name: str) -> list[str]:
    """The levels of a taxonomy to look at, the usual one first; none without a taxonomy."""
    one = taxonomies(stores).get(name)
    if one is None or one.depth < 2:
        return []
    usual = str(one.level)
    return [usual, *(str(n) for n in range(1, one.depth + 1) if str(n) != usual)]


def titles(stores: Stores) -> dict[str, str]:
    """The titles of the default taxonomy's categories by code."""
    return {one.code: one.title for one in taxonomies(stores)[taxonomy.DEFAULT].categories}


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
    walk = taxonomy.crosswalk(stores.settings.home)
    codes, there = known[home].names(), known[into]

    def title(word: str) -> str:
        code = codes.get(taxonomy.plain(word))
        found = taxonomy.crossed(walk, known, code, home, into) if code else None
        if found is None:
            return NONE
        return there.of()[there.rolled(found, level or there.level)].title

    of = {word: title(word) for word in words}
    return np.array([of[str(one)] if one else NONE for one in said], dtype=object)


def hazards(names: NDArray[Any]) -> NDArray[Any]:
    """The key of an MLCommons hazard for each title or key (N,); any other name as it is.

    >>> hazards(np.array(["Hate", "gender", NONE], dtype=object)).tolist()
    ['hte', 'gender', None]
    """
    known = taxonomy.every()[taxonomy.DEFAULT].names()
    of = {name: known.get(taxonomy.plain(name), name) for name in set(names.tolist())}
    return np.array([of[n] if n != NONE else None for n in names.tolist()], dtype=object)
