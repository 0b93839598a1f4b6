"""What was worked out of columns that cannot change, kept for as long as the columns are."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
Result = TypeVar("Result")
_kept: dict[Any, tuple[list[weakref.ref[Any]], Any]] = {}


def fixed(column: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same column, which from now on cannot be written to.

    >>> bool(fixed(np.arange(2)).flags.writeable)
    False
    """
    column.flags.writeable = False
    return column


def once(work: Callable[P, Result]) -> Callable[P, Result]:
    """Makes `work` remember what it said of the same columns, arrays that are `fixed`.

    Columns are told by identity, all else by value; with one that may still change, or a value no
    key can be made of, nothing is remembered. What is kept dies with the first of its columns.
    Arrays in the answer are fixed too.

    >>> twice = once(lambda x: x * 2)
    >>> x = fixed(np.arange(3))
    >>> twice(x) is twice(x), twice(np.arange(3)) is twice(np.arange(3))
    (True, False)
    """

    @wraps(work)
    def remembered(*args: P.args, **named: P.kwargs) -> Result:
        every = (*args, *named.values())
        columns = [one for one in every if isinstance(one, np.ndarray)]
        if not columns or any(one.flags.writeable for one in columns):
            return work(*args, **named)
        key = (work, tuple(named), tuple(_token(one) for one in every))
        try:
            held = _kept.get(key)
        except TypeError:
            return work(*args, **named)
        if held is not None:
            kept: Result = held[1]
            return kept
        found = work(*args, **named)
        if _fix(found, columns):
            forget = partial(_forget, key)
            _kept[key] = [weakref.ref(one, forget) for one in columns], found
        return found

    return remembered


_taken: dict[int, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = {}


def taken(column: np.ndarray[Any, Any], place: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """column[place], fixed; where it came from is remembered, so that `codes` need not look again.

    >>> few = taken(fixed(np.array(["b", "a"], dtype=object)), fixed(np.array([1, 1, 1])))
    >>> [told.tolist() for told in codes(few)]
    [['a'], [0, 0, 0]]
    """
    found = fixed(column[place])
    _taken[id(found)] = column, place
    weakref.finalize(found, _taken.pop, id(found), None)
    return found


_ordered: set[int] = set()


def ordered(names: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same texts, fixed; they are distinct and in the order of `codes`, which believes it.

    >>> [told.tolist() for told in codes(ordered(np.array([None, "a", "b"], dtype=object)))]
    [[None, 'a', 'b'], [0, 1, 2]]
    """
    found = fixed(names)
    _ordered.add(id(found))
    weakref.finalize(found, _ordered.discard, id(found))
    return found


@once
def codes(column: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The distinct values of a column by their text, None first; each row's place among them.

    >>> [told.tolist() for told in codes(np.array(["b", None, "b"], dtype=object))]
    [[None, 'b'], [1, 0, 1]]
    """
    if id(column) in _ordered:
        return column, np.arange(len(column))
    if id(column) in _taken:
        source, place = _taken[id(column)]
        if id(source) in _ordered:
            return used(source, place)
        names, code = codes(source)
        if _covers(place, len(source)):
            return names, code[place]
        return used(names, code[place])
    if column.dtype != object:
        values, code = np.unique(column, return_inverse=True)
        return values, code
    cells = column.tolist()
    # a dictionary is ten times faster than sorting the objects
    there = dict.fromkeys(cells)
    texts = [one for one in there if one is not None]
    said = [None] * (None in there) + sorted(texts, key=None if _all_text(texts) else str)
    names = np.empty(len(said), dtype=object)
    names[:] = said
    at = dict(zip(said, range(len(said)), strict=True))
    return names, np.fromiter(map(at.__getitem__, cells), np.int64, len(cells))


def each(
    column: np.ndarray[Any, Any], say: Callable[[Any], Any], kind: Any = float
) -> np.ndarray[Any, Any]:
    """say(value) of every row, asked once of each distinct value.

    >>> each(np.array(["No", None, "No"], dtype=object), lambda one: one == "No", bool).tolist()
    [True, False, True]
    """
    try:
        names, code = codes(column)
    except TypeError:  # lists and the like, which cannot be told apart quickly
        return np.array([say(one) for one in column.tolist()], dtype=kind)
    return np.asarray(np.array([say(one) for one in names.tolist()], dtype=kind)[code])


def says(column: np.ndarray[Any, Any], *words: Any) -> np.ndarray[Any, Any]:
    """Which rows say one of these words (N,).

    >>> says(np.array(["no", None, "yes"], dtype=object), "yes", "perhaps").tolist()
    [False, False, True]
    """
    return each(column, lambda one: one in words, bool)


def there(column: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Which rows of texts say anything (N,).

    >>> there(np.array(["no", None], dtype=object)).tolist()
    [True, False]
    """
    names, code = codes(column)
    return np.asarray(code >= (None in names[:1].tolist()))  # None stands first


@once
def together(
    *columns: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, Any], list[np.ndarray[Any, Any]]]:
    """The distinct texts of several columns together, "" for none, and for each column its rows'
    places among them.

    >>> names, places = together(np.array(["b", "a"]), np.array(["c", "b"]))
    >>> names.tolist(), [one.tolist() for one in places]
    (['a', 'b', 'c'], [[1, 0], [2, 1]])
    """
    told = [codes(column) for column in columns]
    if _alike([names for names, _ in told]):
        return told[0][0], [code for _, code in told]
    texts = [["" if one is None else str(one) for one in names.tolist()] for names, _ in told]
    every = sorted({text for some in texts for text in some})
    at = dict(zip(every, range(len(every)), strict=True))
    places = [np.array([at[text] for text in some], dtype=np.int64) for some in texts]
    names = np.array(every, dtype=object)
    return names, [place[code] for place, (_, code) in zip(places, told, strict=True)]


def _alike(names: Sequence[np.ndarray[Any, Any]]) -> bool:
    """Whether all of these are the same texts."""
    first, *rest = names
    return _all_text(first.tolist()) and all(np.array_equal(first, one) for one in rest)


@once
def _covers(place: np.ndarray[Any, Any], rows: int) -> bool:
    """Whether every one of so many rows stands somewhere in `place`."""
    return bool((np.bincount(place, minlength=rows) > 0).all())


def _all_text(cells: list[Any]) -> bool:
    return set(map(type, cells)) <= {str}


def used(
    names: np.ndarray[Any, Any], code: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The names that any row's code stands for, and the codes among them.

    >>> [told.tolist() for told in used(np.array(["a", "b", "c"]), np.array([2, 0, 2]))]
    [['a', 'c'], [1, 0, 1]]
    """
    there = np.bincount(code, minlength=len(names)) > 0
    if there.all():
        return names, code
    return names[there], (np.cumsum(there) - 1)[code]


def _forget(key: Any, _: weakref.ref[Any], kept: dict[Any, Any] = _kept) -> None:
    kept.pop(key, None)  # at the very end of a process this module's own names are gone


def _token(one: Any) -> Any:
    return ("column", id(one)) if isinstance(one, np.ndarray) else one


def _fix(found: Any, columns: Iterable[Any]) -> bool:
    """Fixes the arrays of an answer; False where one is a column itself or a view of one.

    Such an answer would keep its own column alive for ever.
    """
    if isinstance(found, np.ndarray):
        if any(np.may_share_memory(found, one) for one in columns):
            return False
        found.flags.writeable = False
    elif isinstance(found, tuple | list):
        kept = [_fix(one, columns) for one in found]  # every one of them, whatever the first says
        return all(kept)
    return True
