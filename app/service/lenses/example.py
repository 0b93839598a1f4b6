"""A small made-up file that feeds a lens: what its columns look like, and how they are read."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from app.service.lenses.lens import named
from data import mapping
from data.mapping import Mapping
from data.samples import signals
from data.samples.signals import Made
from data.trouble import Trouble

PROMPTS = 300
VARIANTS = {
    "heads": ("whole", "head 3.7"), "leave_one_out": ("all", "segment 2"),
    "personal": ("context-free", "context-rich"), "perturbation": ("plain", "preserving"),
    "responsiveness": ("plain", "age"),
}  # fmt: skip
"""Lens -> the variants of the prompts it tells apart; others take clean and trigger."""
CODES = ("safe", "dw", "mc", "pc", "ha")
"""Category codes of a guard, as the first token it decodes."""


HELP = "Two made-up models, or three revisions of one, and how their columns are read."


def files(name: str) -> dict[str, bytes]:
    """NAME.jsonl and NAME.yaml, its mapping. Raises Trouble where there is no such lens.

    Two models answer the same prompts; where a lens follows revisions, one does in three of them.
    """
    lens = named(name)
    kept = signals.fields([*lens.needs, *lens.may_use])
    made_of = Made(
        f"example-{name}",
        VARIANTS.get(name, ("clean", "trigger")),
        CODES if name == "first_token" else signals.OPTIONS,
    )
    trend = "revision" in lens.needs
    runs = [("aster", str(n)) for n in (1, 2, 3)] if trend else [(m, "1") for m in signals.MODELS]
    rows = chain.from_iterable(
        signals.rows(model, PROMPTS, seed, revision, made_of)
        for seed, (model, revision) in enumerate(runs, start=1)
    )
    rule = Mapping.model_validate(signals.mapping(kept) | {"title": f"made up for lens {name}"})
    return {
        f"{name}.jsonl": signals.lines(rows, kept),
        f"{name}.yaml": mapping.dump(rule).encode(),
    }


def write(name: str, folder: Path) -> list[Path]:
    """Writes `files` into the folder. Raises Trouble where it cannot be written to."""
    made = files(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, body in made.items():
            (folder / file).write_bytes(body)
    except OSError as error:
        raise Trouble(f"{folder} cannot be written to: {error}", "name another folder") from error
    return [folder / file for file in made]
