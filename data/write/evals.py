"""Every Eval Ever: an aggregate record of a run and a line for every score of every answer."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

Record = dict[str, Any]
SCHEMA = "0.3.0"
SAMPLES = "_samples.jsonl"
"""How the file of the instances ends."""
LOWER = {"harm": True, "good": False, "neither": False}


@dataclass(slots=True)
class Sums:
    """What one scorer gave on one dimension: how often, in sum and in squares, and which way up."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    up: str = "neither"

    def add(self, value: float) -> None:
        """Counts one score."""
        self.n += 1
        self.total += value
        self.squares += value * value

    @property
    def mean(self) -> float:
        """The mean of the scores."""
        return self.total / self.n

    @property
    def error(self) -> float | None:
        """The standard error of the mean; None for fewer than two scores."""
        if self.n < 2:
            return None
        spread = max(self.squares - self.n * self.mean**2, 0.0) / (self.n - 1)
        return math.sqrt(spread / self.n)


@dataclass(slots=True)
class Run:
    """A run on its way out: its sums by (dimension, scorer), and answers without any score."""

    about: Mapping[str, Any]
    as_of: str
    sums: dict[tuple[str, str], Sums] = field(default_factory=dict)
    rows: int = 0
    unscored: int = 0

    @property
    def key(self) -> str:
        """The evaluation's id: data set, model and run."""
        a = self.about
        return f"{a['dataset']}/{a['model'] or 'unknown'}/{a['run_id']}"

    @property
    def path(self) -> str:
        """Where its files lie, without their endings: as the format's own collection has them."""
        a = self.about
        token = UUID(bytes=hashlib.sha256(str(a["run_id"]).encode()).digest()[:16], version=4)
        developer, _, model = str(a["model"] or "unknown").rpartition("/")
        parts = (str(a["dataset"]), developer or "unknown", model)
        return f"data/{'/'.join(map(_part, parts))}/{token}"

    def instances(self, row: Record) -> Iterator[Record]:
        """A record for every score of an answer; none where nothing scored it, which is counted."""
        scored = [s for s in row["scores"] or () if s["value"] is not None]
        self.unscored += not scored
        for score in scored:
            dimension, scorer, value = score["dimension"], score["scorer"], score["value"]
            sums = self.sums.setdefault((dimension, scorer), Sums(up=score["up"] or "neither"))
            sums.add(value)
            self.rows += 1
            yield self._instance(row, f"{dimension}:{scorer}", value, score["up"] or "neither")

    def _instance(self, row: Record, name: str, value: float, up: str) -> Record:
        prompt, target = row["prompt"] or "", row["target"]
        reference = [] if target is None else [target]
        body = f"{prompt}{''.join(reference)}".encode()
        text = row["response"] or ""
        steps = _turns(row["steps"] or [], text)
        record: Record = {
            "schema_version": SCHEMA, "evaluation_id": self.key,
            "model_id": row["model"] or "unknown", "evaluation_name": row["dataset"],
            "evaluation_result_id": f"{self.key}/{name}", "sample_id": row["item_id"],
            "sample_hash": hashlib.sha256(body).hexdigest(),
            "interaction_type": "agentic" if steps else "single_turn",
            "input": {"raw": prompt, "reference": reference},
            "output": None if steps else {"raw": [text]},
            "messages": [
                {"turn_idx": n, "role": role, "content": content}
                for n, (role, content) in enumerate(steps)
            ] or None,
            "answer_attribution": [{
                "turn_idx": max(len(steps) - 1, 0),
                "source": "messages[turn_idx].content" if steps else "output.raw",
                "extracted_value": text, "extraction_method": "custom", "is_terminal": True,
            }],
            "evaluation": {"score": value, "is_correct": up == "good" and value == 1.0}
            | ({"num_turns": len(steps)} if steps else {}),
            "metadata": _texts(row, name, up),
        }  # fmt: skip
        return record

    def record(self, sha256: str) -> Record:
        """The aggregate record; the checksum is that of the file of the instances beside it."""
        a = self.about
        return {
            "schema_version": SCHEMA, "evaluation_id": self.key, "retrieved_timestamp": self.as_of,
            "source_metadata": {
                "source_name": str(a["source"]), "source_type": "evaluation_run",
                "source_organization_name": "unknown", "evaluator_relationship": "other",
                "additional_details": {"source_sha256": str(a["sha256"]),
                                       "license": str(a["license"])},
            },
            "eval_library": {"name": "tailscope", "version": "unknown"},
            "model_info": {
                "name": a["model"] or "unknown", "id": a["model"] or "unknown",
                "additional_details": {
                    "deployment_type": "unknown", "model_availability": "unknown",
                    **({"revision": str(a["revision"])} if a["revision"] else {}),
                },
            },
            "evaluation_results": [
                self._result(dimension, scorer, sums)
                for (dimension, scorer), sums in sorted(self.sums.items())
            ],
            "detailed_evaluation_results": {
                "format": "jsonl", "file_path": f"{self.path}{SAMPLES}", "hash_algorithm": "sha256",
                "checksum": sha256, "total_rows": self.rows,
            },
        }  # fmt: skip

    def _result(self, dimension: str, scorer: str, sums: Sums) -> Record:
        name = f"{dimension}:{scorer}"
        uncertainty: Record = {"num_samples": sums.n}
        if sums.error is not None:
            uncertainty["standard_error"] = {"value": sums.error, "method": "analytic"}
        return {
            "evaluation_name": self.about["dataset"],
            "evaluation_result_id": f"{self.key}/{name}",
            "source_data": {"dataset_name": self.about["dataset"], "source_type": "other"},
            "metric_config": {
                "metric_id": name, "metric_name": name,
                "evaluation_description": f"mean {dimension} by {scorer}",
                "lower_is_better": LOWER[sums.up],
            },
            "score_details": {"score": sums.mean, "uncertainty": uncertainty},
        }  # fmt: skip


def _turns(steps: list[Record], text: str) -> list[tuple[str, str | None]]:
    """The steps as turns, the answer the last of them: the format keeps it nowhere else.

    >>> _turns([{"role": "tool", "content": "4"}], "It is 4.")
    [('tool', '4'), ('assistant', 'It is 4.')]
    """
    turns = [(step["role"] or "assistant", step["content"]) for step in steps]
    if turns and text and turns[-1] != ("assistant", text):
        turns.append(("assistant", text))
    return turns


def _part(name: str) -> str:
    """A name as a folder may be called.

    >>> _part("../my set"), _part("…")
    ('my-set', 'unknown')
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:100] or "unknown"


def _texts(row: Record, name: str, up: str) -> dict[str, str]:
    """What the format has no field for, as text: it takes nothing else there."""
    told = {
        "scored": name, "up": up, "sample": row["sample"], "run_id": row["run_id"],
        "category": row["category"], "revision": row["revision"],
        **{key: value for key, value in row.items() if key.startswith("label_")},
    }  # fmt: skip
    return {key: str(value) for key, value in told.items() if value is not None}
