"""HELM run folders: the display files where they are, else the scenario state, in a stream.

Held in memory are only numbers: of each answer its key (about 200 bytes) and 8 bytes a metric, for
per_instance_stats.json lists them metric by metric. Requests, instances and predictions stream by.
"""

from __future__ import annotations

from collections.abc import Iterator

from data.read import look
from data.read.formats import Entry, Format
from data.read.helm import display as helm_display
from data.read.helm import numbers as helm_numbers
from data.read.helm import run as helm_run
from data.read.helm import state as helm_state
from data.read.helm.run import INSTANCES, SHOWN, STATE
from data.read.look import Look
from data.read.source import Source
from data.trouble import Trouble

_PREDICTIONS = frozenset({"[].instance_id", "[].predicted_text"})
_STATES = (
    frozenset({"adapter_spec.method", "request_states"}),
    frozenset({"request_states.[].instance"}),
)
_OTHERS = (
    frozenset({"[].instance_id", "[].request"}),
    frozenset({"[].instance_id", "[].stats.[].name"}),
    frozenset({"[].name.name", "[].sum_squared"}),
    frozenset({"[].input", "[].references.[].output"}),
    frozenset({"scenario_spec", "adapter_spec", "metric_specs"}),
)


def knows(seen: Look) -> bool:
    """Whether it is any file of a run folder."""
    told = any(names <= seen.paths for names in (_PREDICTIONS, *_STATES, *_OTHERS))
    scenario = seen.name == helm_run.SCENARIO and seen.has("name", "description", "tags")
    return seen.kind == "json" and (told or scenario)


def read(source: Source) -> Iterator[Entry]:
    """The answers of a run, then its own numbers. Raises Trouble for a part without the answers."""
    path, paths = source.path, look.into(source).paths
    shown = paths >= _PREDICTIONS
    if not shown and not any(names <= paths for names in _STATES):
        raise Trouble(
            f"{source.name} is a part of a HELM run, without its answers",
            f"put it beside {STATE} (or {SHOWN} and {INSTANCES}) of the same run",
        )
    run = helm_run.open_run(path)
    numbers = helm_numbers.each(path, run)
    if shown:
        numbers = numbers or helm_display.numbers(source, run)
        yield from helm_display.answers(source, run, numbers)
    else:
        yield from helm_state.answers(source, run, numbers)
    if not numbers:
        run.notes.append("No score of a single answer lies beside it (per_instance_stats.json).")
    if any(metric.startswith("safety") for metric in numbers.metrics):
        run.notes.append("HELM's safety judges give 1 to the safe answer: more is better.")
    yield from helm_numbers.reported(path, run, numbers)
    yield from run.about()


FORMAT = Format("helm", "HELM run", knows, read, main=helm_run.main, parts=helm_run.parts)
