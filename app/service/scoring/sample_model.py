"""The small model to try scoring on: trained here on made-up facts, asked, and loaded as a run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from app.service.loading import load
from app.service.loading.load import Loaded
from app.service.stores import Stores
from app.settings import ROOT
from data.mapping import Mapping
from data.samples import facts
from data.trouble import Trouble

NAME = "sample-tiny"
SEED = 7
Progress = Callable[[float, str], None]


def folder(stores: Stores) -> Path:
    """Where the model lies, or will: a local folder that any scorer takes."""
    return stores.settings.home / "models" / NAME


def possible() -> bool:
    """Whether a model can be trained here; without torch it cannot."""
    return find_spec("torch") is not None


def make(stores: Stores, progress: Progress | None = None) -> list[Loaded]:
    """Trains the model where it is not there yet, asks it the sample facts and loads its answers.

    Half a minute on two cores the first time. Returns the runs that were not there yet. Raises
    Trouble where the training stops.
    """
    samples = stores.settings.home / "samples"
    answers = samples / "sample-facts.jsonl"
    if not answers.is_file() or not (folder(stores) / "config.json").is_file():
        samples.mkdir(parents=True, exist_ok=True)
        texts = _lines(samples / "facts-texts.jsonl", facts.texts(SEED))
        cases = _lines(samples / "facts-cases.jsonl", facts.cases(SEED))
        _run((texts, cases, folder(stores), answers), progress or (lambda _part, _what: None))
    note = {"note": "asked of a small model that was trained here on made-up facts", "seed": SEED}
    mapping = Mapping.model_validate({"abstain_options": ["E"], "params": note})
    loaded = load.load(stores, answers, mapping=mapping, by="the demo").loaded
    return [run for run in loaded if not run.already]


def _run(given: Iterable[Path], progress: Progress) -> None:
    """Trains and asks in a process of its own, which may load torch."""
    command = [sys.executable, "-m", "scoring.sample", *map(str, given)]
    with subprocess.Popen(  # noqa: S603  our own interpreter
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        last = ""
        for line in process.stdout or ():
            part, sign, what = line.rstrip("\n").partition("\t")
            if sign:
                progress(float(part), what)
            else:
                last = line.strip() or last
    if process.returncode:
        raise Trouble(
            f"the small model was not made: {last[:200] or f'exit {process.returncode}'}",
            "the rest of the sample data is loaded; try `tailscope demo` again",
        )


def _lines(path: Path, rows: Iterable[object]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path
