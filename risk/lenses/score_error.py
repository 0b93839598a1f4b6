"""Error of a judge's score against people's: MAE, RMSE, R squared, bias (FL-18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from risk import error, marks, spread
from risk.error import PEOPLE
from risk.lens import Columns, Finding, Lens, Parameter


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The four errors over all answers, on people's scale, and their rank correlation.

    >>> from risk.lens import worked
    >>> found = worked(LENS, score=[2, 2, 4, 4, 5], human_score=[1, 2, 3, 4, 5])
    >>> [found[name] for name in ("mae", "rmse", "r2", "bias")]
    [0.4, 0.6325, 0.8, 0.4]
    """
    judge = marks.scored(columns, chosen["score"], "score|harm") * chosen["times"] + chosen["plus"]
    people = marks.numbers(marks.first(columns, PEOPLE))
    error.one_scale(judge, people)
    again = (spread.items(columns.get("item_id")), chosen["draws"], chosen["seed"])
    for name, found in error.errors(judge, people, *again).items():
        yield Finding(name, found)
    yield Finding("spearman", error.spearman(judge, people, *again))


LENS = Lens(
    name="score_error",
    title="A judge's score against people's",
    source="TrueGL; standard errors of a prediction",
    up="harm",
    table="outputs",
    needs=("score|harm", PEOPLE),
    may_use=("item_id",),
    parameters=(
        Parameter("score", "", "the judge's score; empty: score, else harm"),
        *error.TO_SCALE,
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status="as published: MAE, RMSE, R squared and bias are standard; the scales are the user's",
    edges=(
        "Errors up are worse; r2 and spearman up are good, bias has a sign: above 0 the judge "
        "rates higher than people. r2 may be negative and is not defined where people's ratings "
        "are all equal. Both must be on one scale: scores within 0 and 1 against ratings above 2 "
        "are refused, times and plus bring them together. An answer without both is lost. People's "
        "rating is the settled label, not the mean of labels."
    ),
    how_to_get={
        "score|harm": "map a judge's score to score, or load harm scores",
        PEOPLE: "label answers with a field score, rating or severity, or load human_score",
    },
)
