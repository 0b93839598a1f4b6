"""A recipe written in the shell: `--where license=mit --near prompt:0.8 --split train=0.9 …`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.service.exports.recipe import Recipe, read
from app.service.outputs import choose
from data.trouble import Trouble

Pairs = Iterable[tuple[str, str]]
LISTS = {"license": "licenses", "format": "formats", "source": "sources"}
KNOWN = (
    f"{choose.KNOWN}; license, format, source; label:FIELD=VALUE, people=N, "
    "agreement:FIELD=LOW..HIGH, lens:NAME.MEASURE=LOW..HIGH"
)


def where(conditions: Pairs, campaign: str = "") -> dict[str, Any]:
    """The conditions as a recipe holds them. Raises Trouble.

    A list or a label that stands twice means either; of the others one can be met at a time.
    """
    conditions = list(conditions)
    kinds = (key.partition(":")[0] for key, _ in conditions)
    choose.once(kind for kind in kinds if kind in ("people", "agreement", "lens"))
    told: dict[str, Any] = {}
    shared: list[tuple[str, str]] = []
    for key, value in conditions:
        kind, _, name = key.partition(":")
        if key in LISTS:
            told.setdefault(LISTS[key], []).append(value)
        elif kind == "label" and name:
            told.setdefault("labels", []).append((name, value))
        elif key == "people":
            told["people"] = _whole(value, "people")
        elif kind == "agreement" and name:
            low, high = _bounds(value)
            told["agreement"] = (name, 0.0 if low is None else low, 1.0 if high is None else high)
        elif kind == "lens" and "." in name:
            lens, measure = name.split(".", 1)
            low, high = _bounds(value)
            told["lens"] = {"lens": lens, "measure": measure, "low": low, "high": high}
        else:
            shared.append((key, value))
    chosen = choose.read(shared, campaign)
    f = chosen.filter
    every = {
        "runs": f.runs, "models": f.models, "datasets": f.datasets, "categories": f.categories,
        "words": f.words, "dimension": f.dimension, "low": f.low, "high": f.high,
        "worst": chosen.worst, "act": chosen.act, "campaign": chosen.campaign,
    }  # fmt: skip
    return every | told


def recipe(
    conditions: Pairs, campaign: str, given: dict[str, Any], *, near: str = "", balance: str = "",
    sample: str = "", splits: Pairs = (),
) -> Recipe:  # fmt: skip
    """The recipe these words make; `given` holds what needs no reading. Raises Trouble."""
    told: dict[str, Any] = {"where": where(conditions, campaign), **given}
    if near:
        of, _, threshold = near.partition(":")
        told["near"] = {"of": of, **({"threshold": _number(threshold)} if threshold else {})}
    if balance:
        by, _, most = balance.partition(":")
        told["balance"] = {"by": by, **({"most": _whole(most, "balance")} if most else {})}
    if sample:
        size, _, by = sample.partition(":")
        told["sample"] = {"size": _whole(size, "sample")}
        told["sample"] |= {"harm": True} if by == "harm" else {"by": by}
    parts = {name: _number(share) for name, share in splits}
    if parts:
        told["splits"] = parts
    return read(told)


def _bounds(text: str) -> tuple[float | None, float | None]:
    if ".." not in text:
        raise Trouble(f"{text!r} gives no bounds", "write LOW..HIGH; either may be left out")
    low, high = text.split("..", 1)
    return (_number(low) if low else None), (_number(high) if high else None)


def _number(text: str) -> float:
    try:
        return float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise Trouble(f"{text!r} is not a number", "write 0.8 or 80%") from None


def _whole(text: str, what: str) -> int:
    if not text.isdecimal():
        raise Trouble(f"{what}={text} is no whole number", "write digits, such as 500")
    return int(text)
