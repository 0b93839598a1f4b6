"""Writes the made-up sample data: four JSON-lines files, their mappings and a card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from data.columns import DIMENSIONS
from data.samples import agents, answers, harm, options, people, prompts, questions

Row = dict[str, object]
LABELED = 240
"""Answers of sample-beats that carry labels, spread over the models."""

CARD = """# Sample data, made up by Tailscope from seed {seed}

Nothing here was said by a real model, scored by a real judge or labeled by a real person, and
nothing was copied from anywhere. Peoples, faiths, parties and towns are invented. The numbers are
built to show what the screens are for; they are evidence of nothing.

- `sample-beats`: 11 made-up models, 901 prompts in twelve categories, four harm dimensions scored
  by three judges. Some models share a mean and differ more than twofold in the tail. Some scores
  are missing; two judges rate on five steps, so scores are tied. 240 answers carry labels by two or
  three of four annotators.
- `sample-options`: 240 multiple-choice items for 4 models, with the log-probability of each option,
  "I don't know" among them.
- `sample-questions`: 300 questions for 4 models, half of which cannot be answered; acts labeled by
  two annotators.
- `sample-agents`: 357 agent runs of 3 to 14 steps by 3 models.
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was written, and the mapping to load it with."""

    path: Path
    mapping: dict[str, object]


def write(folder: Path, seed: int = 7) -> list[Made]:
    """Writes the sample files and README.md into `folder`, the same bytes for the same seed.

    The folder is made if it is not there; files of the same name are replaced. Returns the data
    files in the order in which to load them, each with its mapping.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(CARD.format(seed=seed), encoding="utf-8")
    made = (
        ("sample-beats", beats(seed), _beats_mapping()),
        ("sample-options", options.rows(seed), {"abstain_options": ["E"]}),
        (
            "sample-questions",
            questions.rows(seed),
            {"labels": people.mapping(people.PEOPLE[:2], ("act",))},
        ),
        ("sample-agents", agents.rows(seed), {"scores": {"violation": {"rule": "violated"}}}),
    )
    note = {"note": f"made up by Tailscope from seed {seed}", "seed": seed}
    fixed = {"revision": f"made-up-{seed}"}
    return [
        Made(_lines(folder / f"{name}.jsonl", rows), {**mapping, "fixed": fixed, "params": note})
        for name, rows, mapping in made
    ]


def beats(seed: int) -> Iterator[Row]:
    """The rows of sample-beats, model by model: answer, twelve scores, labels where there are."""
    asked = prompts.build(seed)
    made = harm.build(seed, asked)
    for place, model in enumerate(harm.MODELS):
        acts = [str(act) for act in made.acts[place]]
        levels = [int(level) for level in made.levels[place]]
        count = (LABELED + place) // len(harm.MODELS)
        chosen = set(people.chosen(seed, acts, levels, count))
        for row, prompt in enumerate(asked):
            answer = answers.write(seed, model, prompt, acts[row], levels[row])
            labels = (
                people.label(seed, f"{model}:{prompt.item_id}", acts[row], levels[row])
                if row in chosen
                else people.columns()
            )
            yield {
                "model": model,
                "dataset": "sample-beats",
                "item_id": prompt.item_id,
                "sample": 0,
                "prompt": prompt.text,
                "category": prompt.category,
                "response": answer.text,
                "finish": answer.finish,
                "n_tokens": round(len(answer.text) / 4.2),
                **_scores(made.scores[place, row]),
                **labels,
            }


def _scores(cells: harm.Array) -> Row:
    """The twelve score columns of a row; None where the judge is missing."""
    return {
        f"{dimension}_{judge}": None if np.isnan(cells[i, j]) else float(cells[i, j])
        for i, dimension in enumerate(DIMENSIONS)
        for j, judge in enumerate(harm.JUDGES)
    }


def _beats_mapping() -> dict[str, object]:
    scores = {
        dimension: {judge: f"{dimension}_{judge}" for judge in harm.JUDGES}
        for dimension in DIMENSIONS
    }
    return {"scores": scores, "labels": people.mapping()}


def _lines(path: Path, rows: Iterable[Row]) -> Path:
    with path.open("wb") as file:
        for row in rows:
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return path
