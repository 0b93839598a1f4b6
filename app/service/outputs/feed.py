"""What a lens is fed: a run's outputs as columns, with what people, judges and options say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import keys, known, option_tokens, verdict
from app.service.outputs.known import Known
from app.service.stores import Stores
from risk import marks, options
from risk.lens import Columns, empty
from risk.options import Options
from risk.seen import codes, each, fixed, taken

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
VERDICTS = {"correct", "abstained", "forced_correct"}
BY_OPTION = ("option_logprobs", "gold", "idk")
TEXTS = ("response", "prompt")
"""What was said and asked, whole; the prompt as it was sent."""
BY_TOP = {"correct", "confidence", "abstained", "p_gold"}
"""What the top option can stand for, where nothing better was loaded."""


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
    unsafe and harm (0 to 1, see verdict.py); revision and model of the run; x_category
    (what kind the scorers of x say it is, as guards do); any other name is looked for among the
    settled labels, the tags of the item and what the file kept in `meta`; `label_x` is the label
    field x where a score is called x too. What cannot be told is None or NaN, or the column is not
    there.
    `peek` fills the options of some rows only: enough to see what is there.
    """
    return of(known.of(stores, run), wanted, peek)


def of(told: Known, wanted: Collection[str], peek: bool = False) -> Columns:
    """The same of what is known of a run."""
    found = {**told.plain, "act": told.act}
    for name, column in told.scored.items():
        found.setdefault(name, column)
    needed = {part for name in wanted for part in name.split("|") if part}
    plain = dict(found)
    for name, say in DERIVED.items():
        if name in needed:
            said = told.part(("derived", name), partial(say, told, plain))
            found.pop(name, None)
            found |= {} if said is None else {name: said}
    for name in sorted(needed.intersection(TEXTS) - found.keys()):
        found[name] = told.text(name, peek)
    found |= _named(told, needed - found.keys() - {*BY_OPTION, "choices"})
    for name in sorted(needed - found.keys()):
        dimension = name.removesuffix("_category")
        if dimension != name and dimension in found:
            found |= told.categories(dimension)
    # the options cost the most to read, so only for who asks, or has nothing better
    derived = needed & BY_TOP - found.keys()
    if derived | (needed & set(BY_OPTION)):
        part = ("by option", peek and ("by option", False) not in told)
        every = told.part(part, lambda: _options(told, peek))
        found |= {name: c for name, c in every.items() if name in derived or name in BY_OPTION}
    if "choices" in needed:
        found["choices"] = told.choices
    if "p_gold" in derived - found.keys() and "risk_score" in found:
        found["p_gold"] = told.part("p_gold", lambda: _by_label(found))
    return found


def _first(found: Columns, names: tuple[str, ...]) -> Array | None:
    return next((found[name] for name in names if name in found), None)


def _correct(told: Known, found: Columns) -> Array | None:
    for field in ("correct", "correctness"):
        if field in told.labels:
            return _truth(told.labels[field])
    return _first(found, CORRECT)


def _revision(told: Known, _: Columns) -> Array | None:
    """The revision of the model, the same at every answer."""
    revision = told.run.get("revision")
    return None if revision is None else np.full(told.rows, str(revision), dtype=object)


def _option_tokens(told: Known, _: Columns) -> Array | None:
    """How many tokens each option has, where the file or the scorer kept it (dict, None)."""
    said = told.told([option_tokens.NAME]).get(option_tokens.NAME)
    if said is None:
        return None
    sizes = np.full(told.rows, None, dtype=object)
    sizes[:] = [option_tokens.counts(text) for text in said.tolist()]
    return sizes


def _model(told: Known, _: Columns) -> Array | None:
    return np.full(told.rows, told.run["model"], dtype=object)


def _abstained(told: Known, found: Columns) -> Array | None:
    if not empty(told.act):
        return each(told.act, lambda act: ACTED.get(act, np.nan))
    score = _first(found, ABSTAINED)
    return None if score is None else marks.from_half(score)  # as one where judges differ


def _level(_: Known, found: Columns) -> Array | None:
    """A score u of 0 to 1 on the scale of the labels u, 0 to 3; one kept as it was stays so."""
    u = found.get("u")
    return u if u is None or np.nanmax(u, initial=0.0) > 1 else 3 * u


def _named(told: Known, names: set[str]) -> dict[str, Array]:
    """Columns by name alone: a label field, a tag, a field of `meta`; numbers as floats."""
    fields = {n: f for n in names for f in (n.removeprefix("label_"), n) if f in told.labels}
    said = told.told(names - fields.keys()) | {n: told.labels[f] for n, f in fields.items()}
    return {
        name: told.part(
            ("named", name),
            partial(
                _truth if name in VERDICTS else marks.names if name in marks.NAMES else _numbers, c
            ),
        )
        for name, c in sorted(said.items())
    }


DERIVED = {
    "correct": _correct,
    "abstained": _abstained,
    "u": _level,
    "unsafe": verdict.unsafe,
    "harm": verdict.harm,
    "revision": _revision,
    "model": _model,
    option_tokens.NAME: _option_tokens,
}
"""Columns put together from several places."""


def _truth(said: Array) -> Array:
    return each(said, lambda one: TRUTH.get(str(one).strip().lower(), np.nan))


def _numbers(said: Array) -> Array:
    """The texts as floats where every one of them is a number; else as they are.

    One that is not finite, such as `inf`, is missing.
    """
    if said.dtype.kind == "f":
        return said
    try:  # most are told by the first: texts that hardly repeat need not be looked through for it
        float(next((one for one in said if one is not None), "nan"))
        number = each(said, lambda one: np.nan if one is None else float(one))
    except ValueError:
        return said
    return np.where(np.isfinite(number), number, np.nan)


def _by_label(found: Columns) -> Array:
    """The probability a risk score gives to what was so, the target being a yes or a no."""
    label, score = _truth(found["target"]), found["risk_score"]
    return np.where(label == 1, score, np.where(label == 0, 1 - score, np.nan))


def _options(told: Known, peek: bool) -> dict[str, Array]:
    """The options with the right and the unsure ones, and what the top one says of the answer."""
    held = told.options(peek)
    if empty(held):
        return {}
    mapping = (told.run.get("params") or {}).get("mapping") or {}
    say = keys.words(mapping.get("abstain_options") or ())
    laid = options.laid(held)
    targets, target = codes(told.plain["target"])
    texts, text = _offered(told.choices)
    kinds, at = np.unique(
        (laid.kind * len(targets) + target) * len(texts) + text, return_inverse=True
    )
    idk, gold = (np.full(kinds.size, None, dtype=object) for _ in range(2))
    for place, kind in enumerate(kinds.tolist()):
        rest, offered = divmod(kind, len(texts))
        which, wanted = divmod(rest, len(targets))
        if names := laid.keys[which]:
            idk[place] = keys.idk(names, texts[offered], say)
            gold[place] = keys.gold(targets[wanted], names, texts[offered])
    idk, gold = (taken(fixed(one), fixed(at)) for one in (idk, gold))
    found = {"option_logprobs": held, "idk": idk, "gold": gold}
    # without an option to abstain by, nothing is said of abstaining: no column, not one of NaN
    top = _top(options.options(held, found["gold"], found["idk"]))
    return found | {name: column for name, column in top.items() if not np.isnan(column).all()}


def _offered(choices: Array) -> tuple[list[Any], NDArray[np.int64]]:
    """The distinct lists of choices, as tuples, and each row's place among them; None for none."""
    cells = [tuple(one) if one else None for one in choices.tolist()]
    place = {one: at for at, one in enumerate(dict.fromkeys(cells))}
    return list(place), np.fromiter(map(place.__getitem__, cells), np.int64, len(cells))


def _top(of: Options) -> dict[str, Array]:
    """What each row's options say (N,), NaN where nothing: of two equal ones the first is the top.

    A top option that says "I don't know" is neither right nor wrong.
    """
    p = options.probabilities(of.logs)
    width = np.array([len(names) for names in of.keys])
    known = ((~np.isnan(of.logs)).sum(axis=1) == width) & ~np.isnan(p).all(axis=1)
    held = np.where(np.isnan(p), -1.0, p)
    at, rows = held.argmax(axis=1), np.arange(len(p))
    silent, sure = of.idk[rows, at], of.gold.any(axis=1)
    can = known & of.idk.any(axis=1)
    gold = np.where(of.gold, held, -1.0).max(axis=1)
    return {
        "confidence": np.where(known, held[rows, at], np.nan),
        "abstained": np.where(can, silent.astype(float), np.nan),
        "p_gold": np.where(known & sure, gold, np.nan),
        "correct": np.where(known & sure & ~silent, of.gold[rows, at].astype(float), np.nan),
    }
