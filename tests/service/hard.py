"""A run of texts that break things, to be exported and read back."""

from __future__ import annotations

from app.service.stores import Stores
from db import labels
from db.labels import Label
from tests.service.answers import answer, put

HARD = {
    "lines": "one\ntwo\r\nthree\ttab",
    "emoji": "🦉 👩‍🔬 e\u0301 \u2028 \ufeff",
    "right-to-left": "שלום \u202e مرحبا",
    "nul": "before\u0000after ␀ ␀0",
    "long": "word " * 210_000,
    "html": "<script>alert(1)</script> | `x` **b** ![p](http://a.example/p.png)",
    "quotes": "\"it's\" \\ '' ; DROP TABLE outputs; --",
    "formula": "=HYPERLINK(1)",
    "plus": "+1",
    "minus": "-0.5",
    "at": "@cmd",
    "tab": "\t=1",
    "return": "\r=1",
    "escaped": "'=1+1",
    "twice": "''-x",
    "plain": "it's",
    "apostrophe": "'",
    "=item": "007",
    "empty": "",
}
EVIL = "m|x ![p](http://a.example/p.png) <b>`\n# head"


def hard(stores: Stores) -> str:
    """Loads them, with options, tags and more of any kind; returns the run."""
    rows = [
        answer(name, 0.5, None, 0.25, response=text, p_a=1.0, p_b=0.0, more={"n": 1, "of": [name]},
               tag="t|g", choices=["yes", "no"])
        for name, text in HARD.items()
    ]  # fmt: skip
    return put(
        stores, rows, EVIL, options={"A": "p_a", "B": "p_b"}, option_scale="probability",
        tags={"kind": "tag"}, choices="choices",
    )  # fmt: skip


def say(stores: Stores, run: str, item: str, person: str, event: str, **values: str) -> None:
    """One label of one person."""
    labels.save(stores.ledger, Label(event, "c", person, (run, item, 0), "act_harm", 1, 1, values))
