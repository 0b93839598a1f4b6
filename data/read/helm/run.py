"""A HELM run folder: which file leads, what the run is called, and what holds for all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data import check
from data.answer import About
from data.read import loose, pieces
from data.read.source import Source
from data.trouble import Trouble

STATE, SHOWN, INSTANCES = "scenario_state.json", "display_predictions.json", "instances.json"
REQUESTS, EACH, STATS = "display_requests.json", "per_instance_stats.json", "stats.json"
SPEC, SCENARIO = "run_spec.json", "scenario.json"
FILES = (STATE, SHOWN, INSTANCES, REQUESTS, EACH, STATS, SPEC, SCENARIO)
SMALL = 16 * 2**20
"""Bytes of one member of run_spec.json or scenario.json."""
ADAPTER = (
    "method", "instructions", "max_train_instances", "max_eval_instances", "num_outputs",
    "num_train_trials", "temperature", "max_tokens", "stop_sequences", "model_deployment",
    "reference_prefix",
)  # fmt: skip
_MODEL = re.compile(r"(?:^|(?<=[,:]))model(?:_deployment)?=[^,]*,?")


def main(path: Path) -> Path:
    """The file the answers are read from: the smaller display files where they are whole."""
    shown = beside(path, SHOWN)
    if shown and beside(path, INSTANCES):
        return shown
    return beside(path, STATE) or shown or path


def parts(path: Path) -> tuple[Path, ...]:
    """The other files of the run."""
    found = (beside(path, name) for name in FILES)
    return tuple(one for one in found if one and one != path)


def beside(path: Path, name: str) -> Path | None:
    """The file of that name in the same folder, where there is one; links are not followed."""
    one = path.with_name(name)
    return one if one.is_file() and not one.is_symlink() else None


def entries(source: Source) -> Iterator[tuple[int, bytes]]:
    """The entries of a file that is one list, numbered from 1, not yet parsed."""
    with source.binary() as stream:
        for number, (_, raw) in enumerate(pieces.members(stream, [""], source.name), start=1):
            yield number, raw


def small(path: Path | None) -> dict[str, Any]:
    """A small file of one object; an empty object where there is no file."""
    told: dict[str, Any] = {}
    if path:
        source = Source(path)
        with source.binary() as stream:
            for name, raw in pieces.members(stream, [], source.name, limit=SMALL):
                told[name] = parsed(raw, f"{source.name}: {name!r}")
    return told


def parsed(raw: bytes, what: str) -> Any:
    """The value of a piece of JSON. Raises Trouble where it is none."""
    try:
        return loose.loads(raw)
    except ValueError as error:
        raise Trouble(f"{what} is not JSON: {error}", "write or copy the file again") from error


def inner(held: Any, *names: str) -> Any:
    """What stands at this path of objects; None where nothing does."""
    for name in names:
        held = held.get(name) if isinstance(held, Mapping) else None
    return held


@dataclass(slots=True)
class Run:
    """What holds for a whole run.

    `variants` says how a perturbation is shown, `met` which of them had answers, `completions` how
    many answers a request had at most, `chunks` into how many pieces a long text was cut so far.
    """

    model: str | None
    dataset: str | None
    adapter: dict[str, Any]
    told: dict[str, Any]
    variants: dict[str, str] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    completions: int = 1
    chunks: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def method(self) -> str:
        """How the model was asked."""
        return str(self.adapter.get("method") or "")

    @property
    def separate(self) -> bool:
        """Whether each option was a request of its own."""
        return self.method.startswith("multiple_choice_separate")

    def variant(self, perturbation: Any) -> str:
        """A short key of a perturbation; "" for none. Remembers how it is shown.

        Answers to perturbed prompts go to a data set of their own, named for the perturbation, and
        keep the plain item's id: so the plain data set has the plain means, to be compared with
        those HELM gives, and an item can still be followed from one to the other.
        """
        if not isinstance(perturbation, dict) or not perturbation.get("name"):
            return ""
        kept = sorted((k, v) for k, v in perturbation.items() if k != "computed_on")
        key = check.packed([[str(k), v] for k, v in kept])
        if key not in self.variants:
            more = [str(v)[:30] for k, v in kept if k != "name" and _tells(v)]
            self.variants[key] = " ".join([str(perturbation["name"])[:60], *more])
        return key

    def set_of(self, variant: str) -> str | None:
        """The data set of the answers under this perturbation."""
        self.met.add(variant)
        return f"{self.dataset} [{self.variants[variant]}]" if variant else self.dataset

    def about(self) -> Iterator[About]:
        """What holds for each of the run's data sets."""
        yield About(self.told, tuple(self.notes), self.model, None, self.dataset)
        for key in sorted(self.met - {""}):
            shown = self.variants[key]
            note = (
                f"The prompts of {self.dataset}, perturbed: {shown}. HELM's totals are not of it."
            )
            yield About(self.told, (note,), self.model, None, self.set_of(key))


def _tells(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def open_run(path: Path) -> Run:
    """What the folder's run_spec.json and scenario.json tell, or else the folder's name."""
    spec, scenario = small(beside(path, SPEC)), small(beside(path, SCENARIO))
    adapter = spec.get("adapter_spec")
    adapter = adapter if isinstance(adapter, dict) else {}
    name = check.text(spec.get("name"))
    folder = path.parent.name
    told: dict[str, Any] = {"run": name or folder}
    told |= {key: spec[key] for key in ("scenario_spec", "groups") if spec.get(key)}
    if perturbed := inner(spec, "data_augmenter_spec", "perturbation_specs"):
        told["perturbation_specs"] = perturbed
    if description := check.text(scenario.get("description")):
        told["scenario"] = description
    run = Run(None, title(name or folder), {}, told)
    adapt(run, adapter)
    if run.model is None and (said := re.search(r"(?:^|[,:])model=([^,]+)", name or folder)):
        run.model = said[1]
    return run


def adapt(run: Run, adapter: dict[str, Any]) -> None:
    """Takes in how the model was asked, where that is not known yet."""
    if run.adapter:
        return
    run.adapter = adapter
    run.model = check.text(adapter.get("model")) or check.text(adapter.get("model_deployment"))
    run.told |= {name: adapter[name] for name in ADAPTER if adapter.get(name) not in (None, "", [])}


def title(name: str) -> str:
    """A run's name without its model: what all models were asked.

    >>> title("mmlu:subject=anatomy,method=multiple_choice_joint,model=a_b,eval_split=test")
    'mmlu:subject=anatomy,method=multiple_choice_joint,eval_split=test'
    >>> title("gsm:model=a_b")
    'gsm'
    """
    return _MODEL.sub("", name).strip(",:") or name
