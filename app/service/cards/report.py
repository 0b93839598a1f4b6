"""The report of an assessment: everything it rests on gathered, then written; the same anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.service.cards import assess, assess_said, deck, likelihood, register, report_parts
from app.service.cards.assess import Kept
from app.service.cards.likelihood import Found
from app.service.stores import Stores
from data.trouble import Trouble
from data.write import report as written
from data.write import svg
from data.write.report import Format
from db import runs as loaded
from db import warehouse


def text(stores: Stores, name: str, format: Format = "html", beside: str = "") -> str:
    """The report of an assessment in that format, compared with another one where it is named.

    The same stores give the same bytes, from the page or from the shell.
    """
    kept = assess.with_runs(stores, assess.one(stores, name))
    other = assess.with_runs(stores, assess.one(stores, beside)) if beside else None
    return written.text(gather(stores, kept, other), format)


def write(stores: Stores, name: str, to: Path, format: Format = "html", beside: str = "") -> str:
    """Writes the report into a file, whole or not at all; returns its SHA-256."""
    if to.is_dir():
        raise Trouble(f"{to} is a folder", "name a file")
    body = text(stores, name, format, beside).encode("utf-8")
    draft = to.with_name(f".{to.name}.part")
    try:
        draft.write_bytes(body)
        draft.replace(to)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Trouble(f"{to} cannot be written: {error.strerror}", "name another file") from error
    return hashlib.sha256(body).hexdigest()


def gather(stores: Stores, kept: Kept, other: Kept | None = None) -> dict[str, Any]:
    """What the report tells, as plain values: see `data.write.report`."""
    a = kept.assessment
    found = likelihood.look(stores, kept)
    active = deck.active(deck.every(stores))
    chosen = [one for one in found if one.taken.applies]
    return {
        "title": a.title, "model": a.model, "made_with": version("tailscope"),
        "sentence": assess_said.sentence(kept, found), "facts": _facts(kept),
        "findings": a.findings, "limits": a.limits, "methods": assess_said.DEFINITION,
        "glance": assess_said.rows(found),
        "forest": _forest(chosen),
        "coverage": [{"cards": k, "n": n}
                     for k, n in likelihood.coverage(found, active).items()],
        "left_out": [{"card": one.card.title, "why": one.taken.why} for one in found
                     if not one.taken.applies],
        "untested": [one.card.title for one in found if one.state == "not tested"],
        "compared": _compared(stores, found, other),
        "tails": report_parts.tails(stores, a.runs),
        "lenses": report_parts.lenses(stores, a.runs, [one.card.card for one in chosen]),
        "cards": [report_parts.card(stores, kept, one) for one in chosen],
        "register": [register.row(one.risk) for one in register.every(stores)
                     if one.risk.assessment == a.assessment],
        "sources": list(dict.fromkeys(ref for one in chosen for ref in one.card.references)),
        "snapshot": warehouse.snapshot(stores.warehouse),
        "version_words": f"Version {kept.version} of the assessment, saved by {kept.made_by} on "
                         f"{kept.made_at[:19]}Z.",
        "runs": _runs(stores, a.runs),
        "checksums": _checksums(kept, chosen),
    }  # fmt: skip


def _facts(kept: Kept) -> dict[str, str]:
    a = kept.assessment
    signed = f"{a.signed_by}, {a.signed_at}" if a.signed_by else "not signed"
    return {
        "Model": a.model, "Interface": a.interface, "Setting": a.setting, "Audience": a.audience,
        "Assessors": a.assessors, "Signed": signed,
    }  # fmt: skip


def _forest(found: Sequence[Found]) -> str:
    rows = [
        svg.Row(one.card.title if first else "", m.value, m.low, m.high,
                assess_said.share(m).split(", n ")[0] if m.known else "—", hollow)
        for one in found
        for first, hollow, m in ((True, False, one.judged), (False, True, one.flagged))
    ]  # fmt: skip
    return svg.forest(rows, "How often each card's risk shows", "share of answers")


def _compared(stores: Stores, found: list[Found], other: Kept | None) -> dict[str, Any] | None:
    """Card by card beside another assessment; a difference is told only with its own interval."""
    if other is None:
        return None
    theirs = {one.card.card: one for one in likelihood.look(stores, other)}
    rows = [
        {
            "card": a.card.title, "state here": a.state, "state there": b.state,
            "judged, here − there": report_parts.apart(a.judged, b.judged),
            "flagged, here − there": report_parts.apart(a.flagged, b.flagged),
            "severity here": assess_said.severity(a.taken.severity),
            "severity there": assess_said.severity(b.taken.severity),
        }
        for a in found
        if (b := theirs.get(a.card.card))
    ]  # fmt: skip
    ours = {one.card.card for one in found}
    only = [one.card.title for one in found if one.card.card not in theirs]
    more = [one.card.title for name, one in theirs.items() if name not in ours]
    apart = [f"Only here: {'; '.join(only)}."] if only else []
    apart += [f"Only there: {'; '.join(more)}."] if more else []
    o = other.assessment
    words = (
        f"Model {o.model}, version {other.version}. Differences of shares in percentage points, "
        "95 % interval by Newcombe's method for independent samples."
    )
    return {"title": o.title, "rows": rows, "words": " ".join([words, *apart])}


def _runs(stores: Stores, chosen: Sequence[str]) -> list[dict[str, Any]]:
    of = {run["run_id"]: run for run in loaded.every(stores.warehouse)}
    return [
        {"run": run, "model": of[run]["model"], "data set": of[run]["dataset"],
         "file": Path(str(of[run]["source"])).name, "outputs": of[run]["outputs"],
         "sha256 of the file": of[run]["sha256"]}
        for run in chosen if run in of
    ]  # fmt: skip


def _checksums(kept: Kept, found: Sequence[Found]) -> dict[str, str]:
    def digest(body: str) -> str:
        return hashlib.sha256(body.encode("utf-8")).hexdigest()

    told = {f"assessment {kept.assessment.assessment}, version {kept.version}":
            digest(kept.assessment.model_dump_json())}  # fmt: skip
    return told | {
        f"card {one.card.card}, version {one.taken.version}": digest(one.card.model_dump_json())
        for one in found
    }
