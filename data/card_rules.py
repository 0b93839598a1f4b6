"""The public deck's own field rules: what a card of it must have, and how it is written."""

from __future__ import annotations

import re
from typing import Any

from data import card_codes
from data.read import card_text, public_card
from data.trouble import Trouble


def problems(text: str, name: str = "the card") -> list[str]:
    """What of the rules a card in the public format does not keep; nothing for one that does."""
    try:
        doc = card_text.document(text, name)
        found = public_card.fields(doc, name)
    except Trouble as trouble:
        return [trouble.what]
    at = public_card.keys(doc)
    wrong = [f"{key} is missing" for field, key in public_card.KEYS.items() if field not in at]
    wrong += [f"{at[f]} should be called {public_card.KEYS[f]}" for f in at
              if at[f] != public_card.KEYS[f]]  # fmt: skip
    wrong += [f"{key} is no field of the format" for key in doc if key not in at.values()]
    for field in ("title", "description", "conditions"):
        if field in at and (not isinstance(doc[at[field]], str) or not found[field]):
            wrong.append(f"{at[field]} is not a text")
    wrong += _coded(doc.get(at.get("codes", "")), found["codes"])
    wrong += _harming(doc.get(at.get("harms", "")))
    if "references" in at and not isinstance(doc[at["references"]], list):
        wrong.append(f"{at['references']} is not a list")
    if "exchanges" in at and not found["exchanges"]:
        wrong.append("Prompts and output holds no prompt")
    return wrong


def _coded(value: Any, codes: tuple[str, ...]) -> list[str]:
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], str):
        return ["Categorisation is not a list with one text of codes"]
    said = re.split(r"[\s,]+", value[0].strip())
    strange = [code for code in said if code not in card_codes.PUBLIC]
    if strange:
        return [f"Categorisation: {strange[0]!r} is no code"]
    return [] if codes else ["Categorisation names no code"]


def _harming(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], str):
        return ["Harm Types is not a list with one text of pairs"]
    strange = public_card.PAIR.sub("", value[0]).strip(" ,")
    return [f"Harm Types: {strange!r} is no actor and category"] if strange else []
