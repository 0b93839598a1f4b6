"""A choice of cases written in the shell: `--where model=aurora-7b --where bias=0.5..1`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from app.service.outputs.cases import Chosen
from data.trouble import Trouble
from db.filter import Filter

MANY = {"model": "models", "dataset": "datasets", "category": "categories", "run": "runs"}
ONE = ("words", "worst", "act")
KNOWN = "model, dataset, category, run, words, worst, act, or a score as NAME=LOW..HIGH"


def read(conditions: Iterable[tuple[str, str]], campaign: str = "") -> Chosen:
    """The choice these conditions make. Raises Trouble.

    A key of MANY that stands twice means either; of the others one can be met at a time.
    """
    conditions = list(conditions)
    once(key if key in ONE else "a score" for key, _ in conditions if key not in MANY)
    many: dict[str, list[str]] = defaultdict(list)
    words, dimension, low, high = "", "", 0.0, 1.0
    worst, act = 0.0, ""
    for key, value in conditions:
        if key in MANY:
            many[MANY[key]].append(value)
        elif key == "words":
            words = value
        elif key == "worst":
            worst = _share(value)
        elif key == "act":
            act = value
        elif ".." in value:
            dimension = key
            low, high = (_number(part) for part in value.split("..", 1))
        else:
            raise Trouble(f"{key}={value} is not a condition", f"it can be {KNOWN}")
    chosen = Filter(
        **{name: tuple(values) for name, values in many.items()},
        words=words,
        dimension=dimension,
        low=low,
        high=high,
    )
    return Chosen(chosen, worst=worst, act=act, campaign=campaign)


def once(keys: Iterable[str]) -> None:
    """Raises Trouble for a condition that stands twice, where the last would silently count."""
    for key, times in Counter(keys).items():
        if times > 1:
            raise Trouble(
                f"{key} is asked {times} times, and only one of them could be met",
                "ask it once; words may hold several, all of which are looked for",
            )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Trouble(f"{text!r} is not a number", "write NAME=0.5..1") from None


def _share(text: str) -> float:
    share = _number(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    if not 0 < share < 1:
        raise Trouble(f"worst={text} is no share of the cases", "write worst=0.05 or worst=5%")
    return share
