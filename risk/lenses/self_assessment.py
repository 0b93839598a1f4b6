"""Self-assessment: a model's rating of its own answers against people's (FL-07)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import agreement, error, marks, spread
from risk.error import PEOPLE
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import missing

LEVELS = 20
"""Values of a rating up to which it is a scale that people agree on."""


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Bias of the model's own rating, how often it is too kind or too hard, and agreement.

    >>> from risk.lens import worked
    >>> worked(LENS, self_rating=[5, 4, 5, 3, 4], human_score=[3, 4, 4, 3, 2])["bias"]
    1.0
    """
    own = marks.scored(columns, chosen["score"], "self_rating") * chosen["times"] + chosen["plus"]
    people = marks.numbers(marks.first(columns, PEOPLE))
    error.one_scale(own, people)
    kept = marks.both(own, people)
    lost, n = int((~kept).sum()), int(kept.sum())
    of = spread.items(columns.get("item_id"))
    off = np.where(kept, own - people, np.nan)
    again = (chosen["draws"], chosen["seed"])
    yield Finding("bias", spread.mean(off, of))
    yield Finding("too_kind", spread.share(off > marks.EDGE, kept, of, lost))
    yield Finding("too_hard", spread.share(off < -marks.EDGE, kept, of, lost))
    pairs = np.stack([own, people], axis=1)
    levels = np.unique(pairs[kept]).size
    if levels > LEVELS:
        why = f"the ratings take {levels} values; agreement is for {LEVELS} at most"
        yield from (Finding(m, missing(why, n=n, lost=lost)) for m in ("kappa", "alpha_ordinal"))
        return
    yield Finding("kappa", agreement.weighted_kappa(pairs, "quadratic", *again, of))
    yield Finding("alpha_ordinal", agreement.alpha(pairs, "ordinal", *again, of))


LENS = Lens(
    name="self_assessment",
    title="A model's judgment of itself",
    source="MENTOR; agreement as by Krippendorff",
    up="neither",
    table="outputs",
    needs=("self_rating", PEOPLE),
    may_use=("item_id",),
    parameters=(
        Parameter("score", "", "the model's own rating; empty: self_rating"),
        *error.TO_SCALE,
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's own statistic is not known to us: the mean difference "
        "to people's ratings, and standard agreement"
    ),
    edges=(
        "Bias above 0: the model is too kind to itself, where up is good on the scale; on a scale "
        "of harm it is the reverse. Both must be on one scale: times and plus bring a score loaded "
        "as 0 to 1 to people's. Answers that either did not rate are "
        "lost. kappa is weighted by the square of the difference. Agreement is not defined where "
        "both always give one and the same rating, or ratings take over 20 values. "
        "Answers to one prompt count together. People's rating is the settled label."
    ),
    how_to_get={
        "self_rating": "map the model's own rating of its answer to self_rating",
        PEOPLE: "label answers with a field score, rating or severity, or load human_score",
    },
)
