"""What can be scored: every scorer's name, settings and needs, one a file, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Offer:
    """One scorer, told without loading it.

    `needs` names what a case must have (`prompt`, `response`, `choices`), `makes` what comes out:
    `outputs` make a new run, `scores` and `acts` are about the answers of a run there is. `models`
    says which models will do; `settings` checks what is asked for, field by field, and its JSON
    schema is the form on the page. `place` is where the class lies, as `module:Class`.
    """

    name: str
    title: str
    source: str
    needs: tuple[Literal["prompt", "response", "choices"], ...]
    makes: tuple[Literal["outputs", "scores", "acts"], ...]
    models: tuple[Literal["causal", "classifier", "endpoint", "none"], ...]
    settings: type[BaseModel]
    place: str


@cache
def every() -> dict[str, Offer]:
    """All offers by name: each file of this folder holds one as OFFER, or several as OFFERS."""
    found: dict[str, Offer] = {}
    for _, name, _ in iter_modules(__path__):
        module = import_module(f"{__name__}.{name}")
        for offer in getattr(module, "OFFERS", None) or (module.OFFER,):
            found[offer.name] = offer
    return dict(sorted(found.items()))
