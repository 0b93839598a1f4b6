"""What is linked of a whole run: its tail or a lens result, with the numbers of that moment."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from app.service.lenses import lens
from app.service.outputs import risks, runs
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.trouble import Trouble
from risk import tail
from risk.bounded import ceiling
from risk.lenses import every
from risk.measure import Measure


def names(stores: Stores) -> dict[str, str]:
    """Run -> model and data set, of every run that answers."""
    return {r["run"]: f"{r['model']} · {r['dataset']}" for r in runs.answering(stores)}


def by_model(stores: Stores) -> dict[str, dict[str, str]]:
    """Model -> its runs that answer, each by its model and data set; models by name."""
    told, found = names(stores), defaultdict[str, dict[str, str]](dict)
    for one in sorted(runs.answering(stores), key=lambda one: str(one["model"])):
        found[one["model"]][one["run"]] = told[one["run"]]
    return dict(found)


def lenses() -> dict[str, str]:
    """Lens -> its title."""
    return {name: one.title for name, one in every().items()}


def body(stores: Stores, run: str, looked: str = "") -> dict[str, Any]:
    """The tail of a run at the default choices, or what the lens `looked` finds on it."""
    title = names(stores).get(run, run)
    if looked:
        rows = [row.json() for row in lens.look(stores, looked, [run])][:60]
        kept = [
            {k: row[k] for k in ("group", "measure", "value", "low", "high", "n", "lost")}
            for row in rows
        ]
        words = f"{lens.named(looked).title} on {title}"
        return {"run": run, "lens": looked, "words": words, "rows": kept}
    found = risks.risks(stores, run, Choices())
    if not found.cases:
        raise Trouble(f"{title} has no answer with a harm score", "choose another run")
    most = ceiling(Choices().eps, len(found.vector.dimensions))
    measured = tail.profile(found.risk.total, clusters=found.vector.clusters, most=most)
    rows = [row(name, one) for name, one in measured.items()]
    return {"run": run, "words": f"Tail of {title}, log-risk in nats, level 95 %", "rows": rows}


def row(name: str, measure: Measure) -> dict[str, Any]:
    """A measure as a row of a table; what is unknown is None."""
    told = {"value": measure.value, "low": measure.low, "high": measure.high}
    known = {key: None if x != x else x for key, x in told.items()}
    return {"measure": name, **known, "n": measure.n, "lost": measure.lost}
