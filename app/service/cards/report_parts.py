"""Parts of a report: a card with its evidence, the tails of the runs, what lenses find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.service.cards import assess, assess_said, evidence, run_evidence
from app.service.cards.assess import Kept
from app.service.cards.likelihood import Found
from app.service.lenses import lens
from app.service.measures import tail
from app.service.outputs.cases import Case
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data import card_codes
from data.trouble import Trouble
from data.write import svg
from db import outputs
from risk.interval import wilson
from risk.measure import Measure

MOST = 10
"""Pieces of evidence of a kind, and judged answers, of a card that are printed."""
LONGEST = 6_000
"""Characters of a prompt or an answer that are printed."""
LENSES = ("aucm", "ailuminate", "incapable")
"""Looked through in every report, beside those linked to its cards; the tail profile is SHARP's."""
ROWS = 24


def card(stores: Stores, kept: Kept, found: Found) -> dict[str, Any]:
    """One card of the report: what it says, what was found, by whom it is shown."""
    c, taken = found.card, found.taken
    touched = {(harm.actor, harm.kind) for harm in taken.touched}
    named = dict.fromkeys([(harm.actor, harm.kind) for harm in c.harms] + sorted(touched))
    numbers = {
        "judged by people": assess_said.share(found.judged),
        "flagged by rules": assess_said.share(found.flagged),
        "mean log-risk": assess_said.three(found.mean),
        "CVaR 95, nats": assess_said.three(found.cvar),
        "severity": assess_said.severity(taken.severity),
        "labels": assess_said.labels(found),
    }
    proof = evidence.of_runs(stores, c.card, kept.assessment.runs, MOST)
    said = assess.judged(stores, kept.assessment.assessment, c.card)
    return {
        "title": c.title, "state": found.state, "description": c.description,
        "kind": {"shown": "shown", "not tested": "untested"}.get(found.state, ""),
        "codes": [card_codes.words(code) for code in c.codes],
        "numbers": [{"what": k, "is": v} for k, v in numbers.items()],
        "harms": [{"who is harmed": actor, "how": kind,
                   "seen by people": "yes" if (actor, kind) in touched else "—"}
                  for actor, kind in named],
        "conditions": c.conditions, "holds": taken.holds, "plan": taken.plan, "note": taken.note,
        "evidence": [_piece(stores, row) for row in proof],
        "evidence_words": _some(len(proof), found.linked, "piece"),
        "log": [_verdict(stores, row) for row in said[:MOST]],
        "log_words": _some(min(len(said), MOST), len(said), "answer"),
    }  # fmt: skip


def _some(shown: int, total: int, word: str) -> str:
    plural = "" if total == 1 else "s"
    return f"{total} {word}{plural}" + (f", {shown} of them printed" if shown < total else "")


def _texts(stores: Stores, case: Case) -> dict[str, Any]:
    found = outputs.one(stores.warehouse, *case) or {}
    return {"prompt": _short(found.get("prompt")), "answer": _short(found.get("response"))}


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n[… {len(text) - LONGEST} characters more]"


def _piece(stores: Stores, row: dict[str, Any]) -> dict[str, Any]:
    body = row["body"]
    case = (row["run_id"], row["item_id"], row["sample"])
    texts = _texts(stores, case) if row["run_id"] else {"prompt": None, "answer": None}
    heads = {
        "output": f"answer to {row['item_id']}",
        "label": f"label {body.get('field')}: {body.get('value')}, on {row['item_id']}",
    }
    how = f", through {row['how']}" if row["how"] else ""
    return texts | {
        "head": heads.get(row["kind"], str(body.get("words", row["kind"]))), "words": "",
        "rows": body.get("rows", []),
        "origin": f"linked by {row['made_by']} on {row['made_at'][:19]}Z, snapshot "
                  f"{row['snapshot']}{how}" + (f", run {row['run_id']}" if row["run_id"] else ""),
    }  # fmt: skip


def _verdict(stores: Stores, row: dict[str, Any]) -> dict[str, Any]:
    case = (row["run_id"], row["item_id"], row["sample"])
    return _texts(stores, case) | {
        "head": f"{row['item_id']}: {assess.WORDS.get(row['verdict'], row['verdict'])}",
        "words": row["note"], "rows": [],
        "origin": f"judged by {row['made_by']} on {row['made_at'][:19]}Z, run {row['run_id']}",
    }  # fmt: skip


def tails(stores: Stores, runs: Sequence[str]) -> list[dict[str, Any]]:
    """The tail profile of every run with harm scores, at the default choices."""
    told = []
    for run in runs:
        try:
            found = tail.profile(stores, run, Choices(draws=1000))
        except Trouble:
            continue  # no harm in it, or out of scale: the page says which runs those are
        title = f"{found.run['model']} on {found.run['dataset']}"
        rows = [run_evidence.row(name, one) for name, one in found.measures.items()]
        rows += [run_evidence.row(f"share of the tail: {name}", one)
                 for name, one in found.shares.items()]  # fmt: skip
        var = found.measures["var"].value
        told.append({
            "title": title, "rows": [_round(row) for row in rows], "notes": list(found.notes),
            "svg": svg.survival(found.losses.tolist(), var, f"Log-risk of {title}",
                                "log-risk in nats; share of answers with more; tail beyond VaR 95"),
        })  # fmt: skip
    return told


def lenses(stores: Stores, runs: Sequence[str], cards: Sequence[str]) -> list[dict[str, Any]]:
    """What the report's lenses, and those linked to its cards, find on these runs."""
    linked = [one for name in cards for one in evidence.lenses(stores, name)]
    told = []
    for name in dict.fromkeys([*LENSES, *linked]):
        rows = []
        for run in runs:
            try:
                rows += [row.json() for row in lens.look(stores, name, [run])]
            except Trouble:
                continue  # this run cannot feed the lens
        # the parts are on the Lenses page: a report tells the whole, where there is a whole
        rows = [row for row in rows if not row["group"]] or rows
        if rows:
            kept = ("model", "dataset", "group", "measure", "value", "low", "high", "n", "lost")
            short = [_round({key: row[key] for key in kept}) for row in rows[:ROWS]]
            title = lens.named(name).title
            more = f" (the first {ROWS} of {len(rows)} rows)" if len(rows) > ROWS else ""
            told.append({"title": title, "source": lens.named(name).source + more, "rows": short})
    return told


def _round(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: f"{value:.3g}" if isinstance(value, float) and value == value else
        (None if isinstance(value, float) else value)
        for key, value in row.items()
    }  # fmt: skip


def apart(a: Measure | None, b: Measure | None) -> str:
    """The difference of two shares in percentage points with Newcombe's interval (1998, method 10).

    >>> apart(Measure(0.5, n=20), Measure(0.25, n=20))
    '25 (-4.68 to 49.4)'
    >>> apart(Measure(0.5, n=20), None)
    '—'
    """
    if a is None or b is None or not (a.known and b.known):
        return "—"
    (al, au), (bl, bu) = wilson(a.value * a.n, a.n), wilson(b.value * b.n, b.n)
    gap = a.value - b.value
    low = gap - ((a.value - al) ** 2 + (bu - b.value) ** 2) ** 0.5
    high = gap + ((au - a.value) ** 2 + (b.value - bl) ** 2) ** 0.5
    return f"{100 * gap:.3g} ({100 * low:.3g} to {100 * high:.3g})"
