"""The scorers there are, and their settings as a person gives them, checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from data.trouble import Trouble
from scoring import offers
from scoring.offers import Offer as Offer


def offer(name: str) -> Offer:
    """A scorer by name. Raises Trouble."""
    every = offers.every()
    if name not in every:
        raise Trouble(
            f"there is no scorer {name!r}", f"it can be {', '.join(every) or 'none: none is here'}"
        )
    return every[name]


def every() -> list[Offer]:
    """All scorers, those that make answers first."""
    return sorted(offers.every().values(), key=lambda one: ("outputs" not in one.makes, one.title))


def about(of: Offer) -> str:
    """What a scorer makes of what, and where it comes from, in a sentence."""
    if makes_answers(of) and reads_answers(of):
        made = "Reads the answers of a run again, into a run of its own beside it"
    elif makes_answers(of):
        made = "Makes a new run of answers to the prompts"
    else:
        made = "Adds " + " and ".join(of.makes) + " to the answers of runs there are"
    needs = "; needs prompts with options" if "choices" in of.needs else ""
    return f"{made}{needs}. Source: {of.source}."


def makes_answers(of: Offer) -> bool:
    """Whether it makes answers, and so a run of its own."""
    return "outputs" in of.makes


def reads_answers(of: Offer) -> bool:
    """Whether it is given answers, not prompts alone; it may make a run of its own of them."""
    return "response" in of.needs or not makes_answers(of)


def typed(scorer: str, given: Iterable[str]) -> dict[str, Any]:
    """Settings written as KEY=VALUE in the shell; a value is read as JSON where it is some.

    A list may be written with commas: KEY=a,b.
    """
    fields = offer(scorer).settings.model_fields
    told: dict[str, Any] = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign or key not in fields:
            raise Trouble(f"--set {text} is no setting of {scorer}",
                          f"it has {', '.join(fields) or 'none'}: --set KEY=VALUE")  # fmt: skip
        kind = str(fields[key].annotation)
        if kind == "<class 'str'>":
            told[key] = value
        elif kind.startswith(("tuple", "list")) and not value.startswith("["):
            told[key] = [part.strip() for part in value.split(",") if part.strip()]
        else:
            try:
                told[key] = json.loads(value)
            except ValueError:
                told[key] = value
    return told


def listed() -> list[dict[str, Any]]:
    """Every scorer, as `tailscope score --list` prints it."""
    return [
        {
            "scorer": one.name, "title": one.title, "source": one.source,
            "models": ", ".join(one.models), "makes": ", ".join(one.makes),
            "settings": ", ".join(one.settings.model_fields),
        }
        for one in offers.every().values()
    ]  # fmt: skip


def checked(of: Offer, given: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The settings whole, defaults and seed filled in. Raises Trouble."""
    told = dict(given)
    if "seed" in of.settings.model_fields:
        told.setdefault("seed", seed)
    try:
        return of.settings.model_validate(told).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or of.name
        known = ", ".join(of.settings.model_fields)
        raise Trouble(
            f"{name} of {of.name}: {first['msg']}", f"the settings are {known or 'none'}"
        ) from error
