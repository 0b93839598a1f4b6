"""The record of what people did: a case's history, and every event as it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import orjson

from app.service.outputs import shown
from app.service.stores import Stores
from data.trouble import Trouble
from db import campaigns, labels, suggestions
from db.filter import Case

SAYS = {"label": "labeled", "undo": "took it back", "skip": "left it for later", "import": "loaded"}


def of_case(stores: Stores, case: Case) -> list[dict[str, Any]]:
    """Everything that ever happened to a case, the oldest first, as rows a person can read.

    `text seen` says whether the words the person saw are those of today.
    """
    now = shown.several(stores, [case])[case].sha256
    names = {head["campaign"]: head["name"] for head in campaigns.every(stores.ledger)}
    return [
        {
            "when": row["made_at"][:19].replace("T", " "), "who": row["person"],
            "what": SAYS.get(row["what"], row["what"]), "field": row["field"],
            "value": plain(row["value"]),
            "campaign": names.get(row["campaign"] or "", "—"),
            "scheme": f"{row['scheme']} {row['scheme_version']}" if row["scheme"] else "—",
            "guideline": row["guideline_version"], "seconds": row["seconds"],
            "text seen": "—" if row["shown"] is None else "this" if row["shown"] == now
                         else f"another: {row['shown'][:12]}",
        }
        for row in labels.history(stores.ledger, case)
    ]  # fmt: skip


def events(stores: Stores, campaign: str = "", until: str = "") -> Iterator[dict[str, Any]]:
    """Every event as it was kept, in the order of `made_at`: of all campaigns or one, up to a
    moment. `kind` is label (labels, undos, skips, imports, adjudications: a row a field), campaign
    (changes of one) or suggestion."""
    heads = [h for h in campaigns.every(stores.ledger) if campaign in ("", h["campaign"])]
    if campaign and not heads:
        raise Trouble(f"there is no campaign {campaign!r}", "name one of those on Campaigns")
    found = [{"kind": "label", **row} for row in labels.events(
        stores.ledger, campaign=campaign, until=until)]  # fmt: skip
    for head in heads:
        key = head["campaign"]
        found += [{"kind": "campaign", **row} for row in campaigns.events(stores.ledger, key)]
        found += [
            {"kind": "suggestion", "campaign": key, "run_id": run, "item_id": item,
             "sample": sample, "source": one.source, "values": dict(one.values),
             "shown": one.shown, "made_at": one.made_at}
            for (run, item, sample), one in suggestions.every(stores.ledger, key).items()
        ]  # fmt: skip
    kept = ({str(name): value for name, value in row.items()} for row in found
            if not until or row["made_at"] <= until)  # fmt: skip
    return iter(sorted(kept, key=lambda row: row["made_at"]))


def jsonl(stores: Stores, campaign: str = "", until: str = "") -> bytes:
    """The same as JSON, one event a line, keys sorted."""
    rows = events(stores, campaign, until)
    return b"".join(orjson.dumps(row, option=orjson.OPT_SORT_KEYS) + b"\n" for row in rows)


def moment(words: str) -> str:
    """A moment as the ledger writes it, from a date with or without a time (UTC); "" for now.

    A day alone means its end. Raises Trouble where it is no date.

    >>> moment("2026-11-20 14:00"), moment("2026-11-20"), moment(" ")
    ('2026-11-20T14:00:00.000000+00:00', '2026-11-20T23:59:59.999999+00:00', '')
    """
    said = words.strip()
    if not said:
        return ""
    try:
        when = datetime.fromisoformat(said)
        if len(said) <= 10:
            when = datetime.combine(when.date(), time.max)
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        fix = "write a date and a time in UTC, such as 2026-11-20 14:00"
        raise Trouble(f"{said!r} is no moment", fix) from error
    return when.isoformat(timespec="microseconds")


def plain(value: str) -> str:
    """A stored value as words: a list where several were chosen, the marks counted.

    >>> plain('["hte", "vcr"]'), plain("could_not_act"), plain("[odd"), plain("{}")
    ('hte, vcr', 'could not act', '[odd', '{}')
    """
    try:
        told = orjson.loads(value) if value[:1] in ("[", "{") else None
    except ValueError:
        told = None  # a label of a file may be any text
    if isinstance(told, list):
        return ", ".join(map(str, told))
    if isinstance(told, dict) and isinstance(told.get("marks"), list):
        return f"{len(told['marks'])} marked"
    return value.replace("_", " ")
