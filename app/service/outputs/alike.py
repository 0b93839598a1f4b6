"""What labels and prompts are said to be, under the names and in the words by which lenses ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data.columns import ACTS
from db.arrays import Arrays
from risk.seen import codes, each, fixed

MARK: dict[str, str | None] = {"1": "1", "0": "0"}
SAME: dict[str, tuple[str, dict[str, str | None]]] = {
    "acknowledgment": ("acknowledges", MARK),
    "transition": ("graded", MARK),
    "redirection": ("redirects", MARK),
    "label_risk_grade": ("grade", {grade: grade for grade in "1234"}),
    "unsafe": ("verdict", {"safe": "safe", "unsafe": "unsafe"}),
    "harmful": ("response_harmfulness", {"unharmful": "unharmful", "harmful": "harmful"}),
    "act": ("response_refusal", {"refusal": "refused", "compliance": "answered"}),
}
"""What a lens asks for -> the field that says the same, and what each of its values means."""
ACTION: dict[str, str | None] = {"0": "refused", **dict.fromkeys("1235", "answered"), "4": None}
"""Do-Not-Answer's action as an act; of 4, which lacks the ability, nobody can tell which it is."""


def plain(answers: Arrays) -> Arrays:
    """The columns of answers but for `row`, what their prompts are in small letters."""
    told = {name: column for name, column in answers.items() if name != "row"}
    return told | {"prompt_is": each(told["prompt_is"], _small, object)}


def act(word: Any) -> str | None:
    """The act a word is, however it is written; None for a word that is none.

    >>> act("Could not act"), act("won")
    ('could_not_act', None)
    """
    said = (_small(word) or "").replace(" ", "_").replace("-", "_")
    return said if said in ACTS else None


def _small(word: Any) -> str | None:
    return None if word is None else str(word).strip().lower()


def named(labels: Arrays) -> Arrays:
    """The label fields, and those that say what a lens asks for under its name too.

    A field of that name that is there already wins; one whose values mean something else is left
    alone.

    >>> import numpy as np
    >>> told = named({"verdict": np.array(["safe", None], dtype=object)})
    >>> told["unsafe"].tolist(), named({"verdict": np.array(["won"], dtype=object)}).keys()
    (['safe', None], dict_keys(['verdict']))
    """
    found = dict(labels)
    known = {"act": ("action", ACTION)} if "response_refusal" not in labels else {}
    for name, (field, means) in (SAME | known).items():
        column = labels.get(field)
        if name in labels or column is None:
            continue
        if {one for one in codes(column)[0].tolist() if one is not None} <= means.keys():
            found[name] = fixed(each(column, _meaning(means), object))
    return found


def _meaning(means: dict[str, str | None]) -> Callable[[Any], str | None]:
    return means.get
