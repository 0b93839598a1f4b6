"""Runs a scorer on an existing Ray cluster: a pool of actors under ray.data, faults and all."""

from __future__ import annotations

import os
import pickle
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import scoring
from scoring.engines import Batch, Result, Task, load, score
from scoring.place import Unfit


class Cluster:
    """A Ray cluster by its address; an actor a GPU where there are any, else one a processor."""

    def __init__(self, address: str) -> None:
        self._address = address

    def run(self, task: Task, batches: Iterable[Batch]) -> Generator[Result]:
        """The results of the batches. Ray starts actors that die again and repeats their batches.

        Raises Unfit where Ray is not installed or the cluster does not answer.
        """
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell a server of itself
        if "RAY_AUTH_TOKEN" in os.environ or (Path.home() / ".ray" / "auth_token").is_file():
            os.environ.setdefault("RAY_AUTH_MODE", "token")  # a driver sends it only when told to
        try:
            import ray
            import ray.data
        except ImportError as error:
            raise Unfit(
                "the engine is a Ray cluster, and ray is not installed here",
                "pip install -r requirements-ray.txt",
            ) from error
        _join(ray, self._address)
        try:
            yield from _mapped(ray, task, batches)
        finally:
            ray.shutdown()


def _join(ray: Any, address: str) -> None:
    try:
        ray.init(
            address=address, log_to_driver=False, ignore_reinit_error=True,
            runtime_env={"py_modules": [scoring], "env_vars": {"HF_HUB_DISABLE_TELEMETRY": "1"}},
        )  # fmt: skip
    except (ConnectionError, RuntimeError, ValueError, OSError, TimeoutError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise Unfit(
            f"the Ray cluster at {address} does not answer: {first[:200]}",
            "start it (ray start --head), set TAILSCOPE_ENGINE to its address or to local, or give "
            "the worker the cluster's RAY_AUTH_TOKEN",
        ) from error


def _mapped(ray: Any, task: Task, batches: Iterable[Batch]) -> Generator[Result]:
    gpus = int(ray.cluster_resources().get("GPU", 0))
    actors = gpus or max(int(ray.cluster_resources().get("CPU", 1)) - 1, 1)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    # a batch of ours is one row to Ray: its rows come back together, under its first place
    rows = [{"batch": pickle.dumps(batch)} for batch in batches]
    if not rows:
        return
    found = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        Actor, fn_constructor_args=(pickle.dumps(task),), batch_size=1,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=actors),
        num_gpus=1 if gpus else 0, num_cpus=0 if gpus else 1,
    )  # fmt: skip
    for row in found.iter_rows():
        yield pickle.loads(row["result"])  # noqa: S301  our own actor made it


class Actor:
    """The scorer inside a Ray actor: made once from the task, then called batch by batch."""

    def __init__(self, task: bytes) -> None:
        self._scorer = load(pickle.loads(task))  # noqa: S301  our own driver made it

    def __call__(self, rows: dict[str, Any]) -> dict[str, list[bytes]]:
        """The results of batches, packed."""
        found = [score(self._scorer, pickle.loads(batch)) for batch in rows["batch"]]  # noqa: S301
        return {"result": [pickle.dumps(one) for one in found]}
