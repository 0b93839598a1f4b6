"""What was worked out of columns that cannot change, kept for as long as the columns are."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
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


def _forget(key: Any, _: weakref.ref[Any]) -> None:
    _kept.pop(key, None)


def _token(one: Any) -> Any:
    return ("column", id(one)) if isinstance(one, np.ndarray) else one


def _fix(found: Any, columns: Iterable[Any]) -> bool:
    """Fixes the arrays of an answer; False where one is a column itself or a view of one.

    Such an answer would keep its own column alive for ever.
    """
    if isinstance(found, np.ndarray):
        if found.base is not None or any(found is one for one in columns):
            return False
        found.flags.writeable = False
    elif isinstance(found, tuple | list):
        kept = [_fix(one, columns) for one in found]  # every one of them, whatever the first says
        return all(kept)
    return True
