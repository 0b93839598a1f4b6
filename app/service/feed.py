"""What a lens is fed: a run's outputs as columns, with what people, judges and options say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service import keys, option_tokens, settle, verdict
from app.service.stores import Stores
from db import features, labels, outputs
from risk.lens import Columns

Array = NDArray[Any]

CORRECT = ("correct", "accuracy", "acc", "exact_match", "is_correct")
"""Scored dimensions that say whether an answer is right; the first found wins."""
ABSTAINED = ("abstained", "abstention")
"""Scored dimensions that say whether the model abstained; the first found wins."""
TRUTH = {
    "correct": 1.0, "yes": 1.0, "true": 1.0, "1": 1.0, "1.0": 1.0, "right": 1.0,
    "incorrect": 0.0, "no": 0.0, "false": 0.0, "0": 0.0, "0.0": 0.0, "wrong": 0.0,
}  # fmt: skip
"""How people and files write that something is so or not."""
ACTED = {"abstained": 1.0, "answered": 0.0, "hedged": 0.0}
"""An act as an abstention or none; a refusal and an answer that could not act are neither."""
BY_OPTION = ("option_logprobs", "gold", "idk")
TEXTS = ("response", "prompt")
"""What was said and asked, whole; the prompt as it was sent."""
SOME = 1000
"""Rows of options that are enough to see whether there are any."""


def columns(
    stores: Stores, run: Mapping[str, Any], wanted: Collection[str], peek: bool = False
) -> Columns:
    """One value an output of the run, ordered by item and sample.

    Always: item_id, sample, category, target, answerable, should_abstain (True, False, None), act
    (what people say it did), prompt_is, finish, n_tokens, and a float column for every scored
    dimension under its own name (mean over scorers, NaN where unscored).

    Only where `wanted`, each also alone:
    response and prompt (the texts);
    option_logprobs (dict of natural logs), choices (list of texts), idk (tuple of the option keys
    that say "I don't know"), gold (key of the right option);
    correct (1, 0, NaN: settled label, else a score of that meaning, else whether the top option is
    gold; NaN where that option is an abstention), confidence (score, else the top option's
    probability), abstained (1, 0, NaN: act, else a score, else whether the top option says "I
    don't know"), p_gold (probability of the right option, else of the right label by a risk_score);
    option_tokens (dict of counts by option key);
    unsafe and harm (0 to 1, see `app.service.verdict`); revision and model of the run; x_category
    (what kind the scorers of x say it is, as guards do); any other name is looked for among the
    settled labels, the tags of the item and what the file kept in `meta`; `label_x` is the label
    field x where a score is called x too. What cannot be told is None or NaN, or the column is not
    there.
    `peek` fills the options of some rows only: enough to see what is there.
    """
    found = outputs.columns(stores.warehouse, run["run_id"])
    found |= settle.columns(stores, run["run_id"], found)
    rows = len(found["item_id"])
    for name, column in features.scored(stores.warehouse, run["run_id"], rows).items():
        found.setdefault(name, column)
    needed = {part for name in wanted for part in name.split("|") if part}
    for name, say in DERIVED.items():
        if name in needed:
            said = say(stores, run, found)
            found.pop(name, None)
            found |= {} if said is None else {name: said}
    for name in sorted(needed.intersection(TEXTS) - found.keys()):
        some = SOME if peek else 0
        found[name] = features.texts(stores.warehouse, run["run_id"], rows, name, some)
    for name in _there(stores, run, needed - found.keys() - {*BY_OPTION, "choices"}):
        said = _said(stores, run, found, name)
        found |= {} if said is None else {name: said}
    for name in sorted(needed - found.keys()):
        dimension = name.removesuffix("_category")
        if dimension != name and dimension in found:
            found |= features.categories(stores.warehouse, run["run_id"], rows, dimension)
    # the options cost the most to read, so only for who asks, or has nothing better
    derived = needed & {"correct", "confidence", "abstained", "p_gold"} - found.keys()
    if derived | (needed & set(BY_OPTION)):
        found |= _options(stores, run, found, derived, peek)
    if "choices" in needed:
        found["choices"] = features.choices(stores.warehouse, run["run_id"], rows)
    if "p_gold" in derived - found.keys() and "risk_score" in found:
        found["p_gold"] = _by_label(found)
    return found


def _first(found: Columns, names: tuple[str, ...]) -> Array | None:
    return next((found[name] for name in names if name in found), None)


def _correct(stores: Stores, run: Mapping[str, Any], found: Columns) -> Array | None:
    for field in ("correct", "correctness"):
        said = _labels(stores, run, found, field)
        if said is not None:
            return _truth(said)
    return _first(found, CORRECT)


def _revision(_: Stores, run: Mapping[str, Any], found: Columns) -> Array | None:
    """The revision of the model, the same at every answer."""
    told = run.get("revision")
    return None if told is None else np.full(len(found["item_id"]), str(told), dtype=object)


def _option_tokens(stores: Stores, run: Mapping[str, Any], found: Columns) -> Array | None:
    """How many tokens each option has, where the file or the scorer kept it (dict, None)."""
    if not option_tokens.there(stores, run["run_id"]):
        return None
    rows = len(found["item_id"])
    said = features.told(stores.warehouse, run["run_id"], rows, option_tokens.NAME)
    if said is None:
        return None
    sizes = np.full(rows, None, dtype=object)
    sizes[:] = [option_tokens.counts(text) for text in said.tolist()]
    return sizes


def _model(_: Stores, run: Mapping[str, Any], found: Columns) -> Array | None:
    return np.full(len(found["item_id"]), run["model"], dtype=object)


def _abstained(_: Stores, __: Mapping[str, Any], found: Columns) -> Array | None:
    acts = found["act"].tolist()
    if any(act is not None for act in acts):
        return np.array([ACTED.get(str(act), np.nan) for act in acts], dtype=float)
    return _first(found, ABSTAINED)


def _labels(stores: Stores, run: Mapping[str, Any], found: Columns, field: str) -> Array | None:
    return settle.field(stores, run["run_id"], found, field)


def _there(stores: Stores, run: Mapping[str, Any], names: set[str]) -> list[str]:
    """Those of the names that a label field, a tag or `meta` bears: the rest need no question."""
    if not names:
        return []
    held = features.named(stores.warehouse, run["run_id"])
    fields = {row["field"] for row in labels.current(stores.ledger, runs=[run["run_id"]])}
    return sorted(n for n in names if n in held or n.removeprefix("label_") in fields)


def _said(stores: Stores, run: Mapping[str, Any], found: Columns, name: str) -> Array | None:
    """A column by its name alone: a label field, a tag or a field of `meta`; numbers as floats."""
    said = _labels(stores, run, found, name.removeprefix("label_"))
    if said is None:
        rows = len(found["item_id"])
        said = features.told(stores.warehouse, run["run_id"], rows, name)
    if said is None:
        return None
    if name in ("correct", "abstained", "forced_correct"):
        return _truth(said)
    return _numbers(said)


DERIVED = {
    "correct": _correct,
    "abstained": _abstained,
    "unsafe": verdict.unsafe,
    "harm": verdict.harm,
    "revision": _revision,
    "model": _model,
    option_tokens.NAME: _option_tokens,
}
"""Columns put together from several places."""


def _truth(said: Array) -> Array:
    return np.array([TRUTH.get(str(s).strip().lower(), np.nan) for s in said], dtype=float)


def _numbers(said: Array) -> Array:
    """The texts as floats where every one of them is a number; else as they are."""
    try:
        return np.array([np.nan if s is None else float(s) for s in said], dtype=float)
    except ValueError:
        return said


def _by_label(found: Columns) -> Array:
    """The probability a risk score gives to what was so, the target being a yes or a no."""
    label, score = _truth(found["target"]), found["risk_score"]
    return np.where(label == 1, score, np.where(label == 0, 1 - score, np.nan))


def _options(
    stores: Stores, run: Mapping[str, Any], found: Columns, derived: set[str], peek: bool
) -> dict[str, Array]:
    rows = len(found["item_id"])
    held = features.options(stores.warehouse, run["run_id"], rows, SOME if peek else 0)
    if not any(one is not None for one in held.tolist()):
        return {}
    mapping = (run.get("params") or {}).get("mapping") or {}
    say = keys.words(mapping.get("abstain_options") or ())
    texts = features.choices(stores.warehouse, run["run_id"], rows).tolist()
    idk, gold = np.full(rows, None, dtype=object), np.full(rows, None, dtype=object)
    told = {name: np.full(rows, np.nan) for name in derived}
    unsure: dict[tuple[Any, ...], tuple[str, ...]] = {}
    for row, (logs, target) in enumerate(zip(held.tolist(), found["target"].tolist(), strict=True)):
        if logs is None:
            continue
        names, choices = tuple(logs), texts[row]
        at = (names, tuple(choices or ()))
        if at not in unsure:
            unsure[at] = keys.idk(names, choices, say)
        idk[row], gold[row] = unsure[at], keys.gold(target, names, choices)
        if derived:
            for name, value in _top(logs, gold[row], idk[row]).items():
                if name in told:
                    told[name][row] = value
    # without an option to abstain by, nothing is said of abstaining: no column, not one of NaN
    told = {name: column for name, column in told.items() if not np.isnan(column).all()}
    return {"option_logprobs": held, "idk": idk, "gold": gold, **told}


def _top(logs: Mapping[str, float], right: str | None, unsure: tuple[str, ...]) -> dict[str, float]:
    """What one row's options say: of two equal ones the first is the top."""
    p = keys.probabilities(logs)
    if not p:
        return {}
    top = max(p, key=p.__getitem__)
    said = {"confidence": p[top]} | ({"abstained": float(top in unsure)} if unsure else {})
    if right is not None:
        said |= {"p_gold": p[right]} | ({} if top in unsure else {"correct": float(top == right)})
    return said
