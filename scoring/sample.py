"""Makes the sample model and asks it: `python -m scoring.sample TEXTS CASES MODEL ANSWERS`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scoring import tiny
from scoring.generate import Generate
from scoring.offers.generate import GenerateSettings
from scoring.offers.options import OptionsSettings
from scoring.options import Options
from scoring.scorer import Case, Model, Output

Row = dict[str, Any]


def main(texts: Path, cases: Path, model: Path, answers: Path) -> None:
    """Trains on JSON lines `[question, answer]`, then answers the cases, JSON lines as well.

    A model that is there already is not trained again. Progress goes to standard output, a part
    and a word a line. Runs in a process of its own, so that who asks for it needs no torch.
    """
    if not (model / "config.json").is_file():
        read = [(question, answer) for question, answer in _lines(texts)]
        tiny.train(read, model, progress=_tell)
    _tell(1.0, "asking the small model")
    fresh = answers.with_name(f"{answers.name}.part")
    with fresh.open("w", encoding="utf-8") as file:
        for row in answered(model, list(_lines(cases))):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    os.replace(fresh, answers)


def answered(folder: Path, rows: list[Row]) -> Iterator[Row]:
    """The rows with what the model in `folder` believes of each option, and what it answers."""
    name = Model(name=str(folder), device="cpu")
    options, generate = Options(name, OptionsSettings()), Generate(name, GenerateSettings())
    revision = options.loaded.place.revision
    cases = [Case(row["item_id"], row["prompt"], choices=tuple(row["choices"])) for row in rows]
    for row, belief, answer in zip(rows, options(cases), generate(cases), strict=True):
        if isinstance(belief, Output) and isinstance(answer, Output):
            yield row | {
                "model": folder.name,
                "revision": revision,
                "response": answer.response,
                "option_logprobs": dict(belief.option_logprobs),
                "option_tokens": belief.meta["option_tokens"],
                "token_logprobs": answer.meta["token_logprobs"],
                "token_entropies": answer.meta["token_entropies"],
                "finish": answer.finish,
                "n_tokens": answer.n_tokens,
            }


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _tell(part: float, what: str) -> None:
    print(f"{part:.3f}\t{what}", flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:5]))
