"""Adjudication in words and tables: what the Adjudicate page says and hands out."""

from __future__ import annotations

from typing import Any

from app.service.labeling import adjudicate, said
from app.service.labeling.adjudicate import BY, REASON, Brief, Dispute
from app.service.labeling.annotators import Annotator, Annotators
from app.service.measures.tabulate import row
from app.service.outputs import record

Rows = list[dict[str, Any]]

DEFINITIONS = {
    "right": "The share of a person's labels that are what was settled; where nothing is settled, "
    "what most of the others said. Ties and cases nobody else labeled are left out. Modified "
    "Wilson 95 % intervals, exact below ten labels.",
    "confusion": "Rows: what was settled, else what most others said. Columns: what this person "
    "said. Counts of cases.",
    "model": "Dawid and Skene's model (1979, doi 10.2307/2346806), fitted to everybody's labels: "
    "how often this person says a column where the row is true, without anything settled. It needs "
    "overlap, and takes people for independent given the truth.",
    "drift": "A person's labels in the order they were given, in blocks of equally many, ten at "
    "least: the share that is what was settled or most others said. Modified Wilson 95 % "
    "intervals, exact below ten labels.",
    "seconds": "Median seconds from a case appearing to its save, with a 95 % interval from order "
    "statistics.",
    "hurried": "The share of timed labels that came faster than prompt and answer can be read at "
    "16 words a second (about 1,000 a minute, four times the usual); texts under 50 words never "
    "count. Our definition.",
}


def sentence(found: list[Dispute]) -> str:
    """What is left to settle."""
    left = [one for one in found if not one.settled]
    if not found:
        return "No case is contested: where two people labeled, they say the same."
    if not left:
        return f"All {len(found)} contested cases are settled."
    told = f"{len(left)} of {len(found)} contested cases are not settled"
    split = sum(one.apart == 1 for one in left)
    return f"{told}; on {split} of them no two labels agree." if split else f"{told}."


def listed(found: list[Dispute], openings: Rows) -> Rows:
    """The contested cases as a list."""
    words = {(o["run_id"], o["item_id"], o["sample"]): o for o in openings}
    return [
        {
            "contested": one.apart,
            "in": ", ".join(one.fields),
            "people": one.people,
            "settled": "yes" if one.settled else "—",
            "category": one.category,
            "item": one.case[1],
            "prompt": words.get(one.case, {}).get("prompt"),
            "answer": words.get(one.case, {}).get("response"),
        }
        for one in found
    ]


def side_by_side(found: Brief, anonymous: bool) -> Rows:
    """A row a field, a column a person; marks as the words they mark, all as stored else."""
    names = adjudicate.aliases(found.said, found.case) if anonymous else {p: p for p in found.said}
    people = sorted(found.said, key=names.__getitem__)
    fields = dict.fromkeys(f for one in found.said.values() for f in one)
    return [
        {"field": field}
        | {names[p]: shown(found.said[p].get(field, ""), found.text.response) for p in people}
        | {"settled": shown(found.settled.get(field, ""), found.text.response)}
        for field in fields
    ]


def shown(value: str, answer: str = "") -> str:
    """A stored value for reading."""
    if value.startswith('{"sha256"'):
        marks = said.marked(value, answer)
        return "; ".join(f"“{words}” {name}".strip() for words, name in marks) or "in another text"
    return record.plain(value) if value else "—"


def history(found: Brief, anonymous: bool) -> Rows:
    """Everything that ever happened to the case, oldest first."""
    people = dict.fromkeys(str(event["person"]) for event in found.history)
    names = adjudicate.aliases(found.said, found.case) if anonymous else {}
    return [
        {
            "when": str(event["made_at"])[:19].replace("T", " "),
            "who": names.get(event["person"], "another" if anonymous and event["person"] not in
                             (adjudicate.ADJUDICATOR,) else event["person"]),
            "what": event["what"],
            "field": event["field"],
            "value": shown(event["value"], found.text.response),
            "scheme": f"{event['scheme']} {event['scheme_version']}" if event["scheme"] else "",
            "guideline": event["guideline_version"],
            "text seen": (event["shown"] or "")[:12],
        }
        for event in found.history
        if people
    ]  # fmt: skip


def ruling(found: Brief) -> str:
    """Who settled the case and why; empty where nobody has."""
    if not found.settled:
        return ""
    by, why = found.settled.get(BY, "the file it came with"), found.settled.get(REASON, "")
    return f"Settled by {by}" + (f": {why}" if why else ".")


def people(found: Annotators) -> Rows:
    """Everybody's measures as rows."""
    return [
        row(one.person, name, m)
        for one in found.people
        for name, m in (("right", one.right), ("seconds", one.seconds), ("hurried", one.hurried))
    ]


def blocks(found: Annotators) -> Rows:
    """Everybody's drift as rows."""
    return [
        row(one.person, f"block {n} of {len(one.drift)}", m)
        for one in found.people
        for n, m in enumerate(one.drift, 1)
    ]


def confused(found: Annotators, one: Annotator) -> Rows:
    """One person's confusions as rows, with Dawid and Skene's shares beside the counts."""
    return [
        {
            "settled": truth, "said": value, "cases": int(one.confusion[y, x]),
            "Dawid-Skene": None if one.model[y, x] != one.model[y, x] else float(one.model[y, x]),
        }
        for y, truth in enumerate(found.classes)
        for x, value in enumerate(found.classes)
    ]  # fmt: skip
