"""Evidence of a card: answers, labels, tails and lens results, linked and taken back by people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from app.service.cards import deck
from app.service.outputs import cases
from app.service.outputs.cases import Case, Chosen, Filter
from app.service.stores import Stores
from data.card import Rule
from data.trouble import Trouble
from db import links, outputs, texts, warehouse
from db.links import DECLINE, Link

MOST = 2_000
"""Answers linked in one go at most."""


def ref(case: Case) -> str:
    """The name of an answer among links.

    >>> ref(("r", "a b", 0))
    '["output","r","a b",0]'
    """
    return orjson.dumps(["output", *case]).decode()


def counts(stores: Stores, runs: Iterable[str] | None = None) -> dict[str, int]:
    """Card -> how many links to it hold, of all runs or of some."""
    wanted = None if runs is None else set(runs)
    told = Counter(links.counts(stores.ledger, wanted))
    if wanted is not None:
        told.update(row["card"] for row in _whole(stores, wanted))
    return dict(told)


def _whole(stores: Stores, wanted: set[str], card: str = "") -> list[dict[str, Any]]:
    """The links to tails and lens results of these runs, of a card or all, the newest first."""
    found = [row | {"body": json.loads(row["body"])} for row in links.whole(stores.ledger, card)]
    return [row for row in found if row["body"].get("run") in wanted]


def attach(stores: Stores, card: str, chosen: Sequence[Case], by: str, how: str = "") -> int:
    """Links answers to a card, with the snapshot they were seen at; returns how many are new."""
    return _said(stores, card, chosen, by, how, links.LINK)


def decline(stores: Stores, card: str, chosen: Sequence[Case], by: str, how: str = "") -> int:
    """Remembers that these answers do not show the card: they are not proposed again."""
    return _said(stores, card, chosen, by, how, DECLINE)


def _said(
    stores: Stores, card: str, chosen: Sequence[Case], by: str, how: str, what: str
) -> int:  # fmt: skip
    deck.one(stores, card)
    if len(chosen) > MOST:
        raise Trouble(f"{len(chosen)} answers at once", f"link {MOST} at most at a time")
    there = outputs.keys(stores.warehouse, Filter(), chosen)
    if strange := set(chosen) - set(there):
        raise Trouble(f"there is no answer {sorted(strange)[0]}", "see the Cases page")
    made = [Link(card, "output", ref(case), case, how=how) for case in chosen]
    return links.add(stores.ledger, made, by, _snapshot(stores), what)


def attach_value(stores: Stores, card: str, kind: str, body: dict[str, Any], by: str) -> bool:
    """Links a label, a tail or a lens result, with what it was when it was seen.

    `body` says of which run it is (`run`), for a label also `item` and `sample`, and holds `rows`
    in words and numbers. True where it is new.
    """
    deck.one(stores, card)
    named = {key: body[key] for key in sorted(body) if key not in ("rows", "words")}
    case = (body["run"], body["item"], body["sample"]) if "item" in body else None
    name = orjson.dumps([kind, named]).decode()
    told = orjson.dumps(body, default=str).decode()  # NaN becomes null
    made = Link(card, kind, name, case, told)
    return bool(links.add(stores.ledger, [made], by, _snapshot(stores)))


def show(
    stores: Stores, case: Case, cards: Sequence[str], label: dict[str, Any] | None, by: str
) -> None:
    """Links one answer, or one label on it, to cards: "this answer shows this card"."""
    for card in cards:
        if label is None:
            attach(stores, card, [case], by)
        else:
            said = {key: label[key] for key in ("person", "field", "value")}
            place = dict(zip(("run", "item", "sample"), case, strict=True))
            attach_value(stores, card, "label", place | said, by)


def detach(stores: Stores, seq: int, by: str, why: str = "") -> bool:
    """Takes a link back; it stays in the history. False where it no longer holds."""
    return links.remove(stores.ledger, seq, by, _snapshot(stores), why)


def _snapshot(stores: Stores) -> int:
    return warehouse.snapshot(stores.warehouse)


def of_runs(stores: Stores, card: str, runs: Iterable[str], limit: int) -> list[dict[str, Any]]:
    """The newest links of a card to these runs: `limit` answers and labels, as many tails and as
    many lens results."""
    wanted = set(runs)
    found = links.page(stores.ledger, card, limit, runs=wanted)
    told = [row | {"body": json.loads(row["body"])} for row in found]
    whole = _whole(stores, wanted, card)
    for kind in ("tail", "lens"):
        told += [row for row in whole if row["kind"] == kind][:limit]
    return told


def lenses(stores: Stores, card: str) -> list[str]:
    """The lenses whose results a card has, whatever the run, the newest link first."""
    found = [json.loads(row["body"]).get("lens") for row in links.whole(stores.ledger, card)]
    return list(dict.fromkeys(name for name in found if name))


def page(stores: Stores, card: str, limit: int = 25, offset: int = 0) -> list[dict[str, Any]]:
    """The links of a card, the newest first, answers whole."""
    found = links.page(stores.ledger, card, limit, offset)
    wanted = [_case(row) for row in found if row["run_id"]]
    heads = {cases.case(row): row for row in _heads(stores, wanted)}
    return [row | {"body": json.loads(row["body"]), "head": heads.get(_case(row))} for row in found]


def _case(row: dict[str, Any]) -> Case:
    return row["run_id"], row["item_id"], row["sample"]


def _heads(stores: Stores, wanted: Iterable[Case]) -> list[dict[str, Any]]:
    return read(stores, list(dict.fromkeys(wanted)))


def read(stores: Stores, wanted: Sequence[Case]) -> list[dict[str, Any]]:
    """These answers whole, in their order, to be read before anything is said of them."""
    found = texts.several(stores.warehouse, wanted) if wanted else {}
    return [found[case] for case in wanted if case in found]


def search(stores: Stores, chosen: Chosen, limit: int, offset: int) -> list[dict[str, Any]]:
    """One page of the answers a search finds, whole, with their mean scores by dimension."""
    heads = cases.find(stores, chosen, limit, offset)
    whole = {cases.case(row): row for row in read(stores, [cases.case(row) for row in heads])}
    return [row | whole.get(cases.case(row), {}) for row in heads]


def of_case(stores: Stores, case: Case) -> list[dict[str, Any]]:
    """The links to one answer, with the titles of their cards."""
    titles = {one.card.card: one.card.title for one in deck.every(stores)}
    found = links.of_case(stores.ledger, case)
    return [row | {"title": titles.get(row["card"], row["card"])} for row in found]


def proposed(stores: Stores, name: str, limit: int = 25, run: str = "") -> list[dict[str, Any]]:
    """Answers the card's rules propose and nobody has linked or declined: `how` says which rule."""
    card = deck.one(stores, name).card
    held = links.refs(stores.ledger, name)
    found: dict[Case, str] = {}
    for rule in card.proposes:
        if not rule.empty and len(found) < limit:
            fits = cases.keys(stores, wanted(rule, run), limit + len(held) + len(found))
            fresh = [case for case in fits if case not in found and ref(case) not in held]
            found |= {case: words(rule) for case in fresh[: limit - len(found)]}
    return [row | {"how": found[cases.case(row)]} for row in _heads(stores, found)]


def wanted(rule: Rule, run: str = "") -> Chosen:
    """The answers a rule is about."""
    return Chosen(
        Filter(
            runs=(run,) if run else (), categories=rule.categories, words=rule.words,
            dimension=rule.dimension, low=rule.over if rule.dimension else 0.0,
        ),
        act=rule.act,
    )  # fmt: skip


def words(rule: Rule) -> str:
    """A rule as a person reads it.

    >>> words(Rule(categories=("hte",), dimension="bias", over=0.5))
    'category hte, bias from 0.5'
    """
    parts = [f"category {' or '.join(rule.categories)}"] if rule.categories else []
    parts += [f"{rule.dimension} from {rule.over:g}"] if rule.dimension else []
    parts += [f"the words {rule.words}"] if rule.words else []
    parts += [rule.act.replace("_", " ")] if rule.act else []
    return ", ".join(parts)


def history(stores: Stores, card: str) -> list[dict[str, Any]]:
    """What happened to a card's evidence, the newest first."""
    return [
        {
            "when": f"{row['made_at'][:19]}Z", "who": row["made_by"], "did": row["what"],
            "what": row["kind"], "of": row["item_id"] or row["ref"], "how": row["how"],
            "snapshot": row["snapshot"],
        }
        for row in links.history(stores.ledger, card)
    ]  # fmt: skip
