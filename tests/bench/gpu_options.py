"""On a machine with CUDA: how fast `options` and `generate` are, and whether they stay right.

    python3 tests/bench/gpu_options.py --shape 1b --to figures.json

from the root of the project, with it on PYTHONPATH. lm-evaluation-harness is measured beside ours
where it can be imported. Without CUDA it runs small on the processor, to try the script itself.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
import transformers

from scoring.generate import Generate
from scoring.offers.generate import GenerateSettings
from scoring.offers.options import OptionsSettings
from scoring.options import Options
from scoring.scorer import Case, Model
from tests.bench import drawn

PEAK = {"H100": 989e12, "H200": 989e12, "A100": 312e12}
"""Dense bfloat16 operations a second, as the maker states them."""
BARE = OptionsSettings(unsure="")
CUDA = torch.cuda.is_available()


def paired(works: dict[str, Callable[[], Any]], times: int = 5) -> dict[str, float]:
    """Median seconds of each piece of work, run in turns after one warm-up each."""
    for work in works.values():
        work()
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            if CUDA:
                torch.cuda.synchronize()
            took[name].append(time.perf_counter() - began)
    return {name: median(some) for name, some in took.items()}


def operations(config: Any, read: int, told: int, before: float) -> float:
    """Floating point operations of a forward pass: weights, attention over `before` keys, head.

    Two for a multiplication and an addition; `read` tokens through the layers, `told` through the
    head.
    """
    wide, layers = config.hidden_size, config.num_hidden_layers
    kv = config.num_key_value_heads * wide // config.num_attention_heads
    weights = layers * (2 * wide * wide + 2 * wide * kv + 3 * wide * config.intermediate_size)
    attention = 4 * layers * wide * before
    return read * (2 * weights + attention) + told * 2 * wide * config.vocab_size


def peak() -> float | None:
    """What the card can do at most in bfloat16; None where it is not known."""
    name = torch.cuda.get_device_name() if CUDA else ""
    return next((most for key, most in PEAK.items() if key in name), None)


def harness(net: Any, tokenizer: Any, batch: int) -> Any:
    """lm-evaluation-harness's model; None where it is not installed."""
    try:
        from lm_eval.models.huggingface import HFLM
    except ImportError:
        return None
    return HFLM(pretrained=net, tokenizer=tokenizer, batch_size=batch)


def asked(cases: list[Case]) -> list[Any]:
    """The cases as the harness is asked: one request an option."""
    from lm_eval.api.instance import Instance

    pairs = [(case.prompt, f" {choice}") for case in cases for choice in case.choices]
    return [Instance("loglikelihood", {}, pair, n) for n, pair in enumerate(pairs)]


def logs(scorer: Options, cases: list[Case]) -> list[float]:
    """All log-probabilities, case by case."""
    return [x for row in scorer(cases) for x in row.option_logprobs.values()]


def apart(left: list[float], right: list[float]) -> float:
    """The largest difference; NaN where one of them has fewer values."""
    if len(left) != len(right):
        return float("nan")
    return max(abs(a - b) for a, b in zip(left, right, strict=True))


def options(folder: Path, shape: str, count: int, prompts: list[int]) -> list[dict[str, Any]]:
    """Options of five over prompts of several lengths, beside the harness."""
    scorer = Options(Model(name=str(folder)), BARE)
    loaded, found = scorer.loaded, []
    config = loaded.net.config
    for prompt in prompts:
        many, each = 5, 8
        cases = drawn.cases(count, prompt, many, each, config.vocab_size)
        works: dict[str, Callable[[], Any]] = {"ours": lambda c=cases: logs(scorer, c)}
        for batch in (8, 32):
            lm = harness(loaded.net, loaded.tokenizer, batch)
            if lm is not None:
                requests = asked(cases)
                works[f"harness, batch {batch}"] = lambda m=lm, r=requests: m.loglikelihood(
                    r, disable_tqdm=True
                )
        took = paired(works, 3)
        rest = {name: s for name, s in took.items() if name != "ours"}
        ours = logs(scorer, cases)
        alone = logs(scorer, cases[:1])
        read = prompt + many * (each - 1)
        work = operations(config, read * count, (1 + many * (each - 1)) * count, prompt / 2)
        told = {
            "shape": shape, "prompt": prompt, "options": many, "tokens_each": each,
            "cases": count, "seconds": took, "shared": scorer.forks.shared,
            "room": scorer.forks.room,
            "read_tokens_per_second": read * count / took["ours"],
            "asked_tokens_per_second": many * (prompt + each) * count / took["ours"],
            "flops_utilization": work / took["ours"] / peak() if peak() else None,
            "bound": drawn.bound(prompt, many, each),
            "alone_against_batch": apart(alone, ours[: len(alone)]),
        }  # fmt: skip
        if rest:
            best = min(rest, key=rest.__getitem__)
            one = [log for log, _ in works[best]()]
            told |= {"faster": rest[best] / took["ours"], "beside": best,
                     "against_harness": apart(ours, one)}  # fmt: skip
        found.append(told)
        print(json.dumps(told), flush=True)
    return found


def generate(folder: Path, count: int, prompt: int, tokens: int) -> dict[str, Any]:
    """Greedy and sampled answers, many at once; tokens a second, prompts read included."""
    found: dict[str, Any] = {"cases": count, "prompt": prompt, "tokens": tokens}
    for name, more in (("greedy", {}), ("sampled", {"temperature": 1.0})):
        settings = GenerateSettings(max_tokens=tokens, **more)
        scorer = Generate(Model(name=str(folder)), settings)
        config = scorer.loaded.net.config
        cases = drawn.cases(count, prompt, 1, 1, config.vocab_size)
        rows = scorer(cases)
        made = sum(row.n_tokens or 0 for row in rows)
        took = paired({"ours": lambda s=scorer, c=cases: s(c)}, 2)["ours"]
        read = operations(config, count * prompt, count, prompt / 2)
        wrote = operations(config, made, made, prompt + tokens / 2)
        found[name] = {
            "seconds": took, "made_tokens": made, "made_tokens_per_second": made / took,
            "read_tokens_per_second": count * prompt / took,
            "flops_utilization": (read + wrote) / took / peak() if peak() else None,
        }  # fmt: skip
        print(json.dumps({name: found[name]}), flush=True)
    return found


def agreement(folder: Path) -> dict[str, Any]:
    """A small model in float32 on the processor and on the card; memory that does not suffice."""
    here = Options(Model(name=str(folder), device="cpu", dtype="float32"), BARE)
    size = here.loaded.net.config.vocab_size
    cases = [
        *drawn.cases(6, 300, 5, 7, size), *drawn.cases(6, 20, 3, 1, size, 1),
        *drawn.cases(2, drawn.REACH, 4, 9, size, 2),
    ]  # fmt: skip
    cpu = logs(here, cases)
    if not CUDA:
        return {"values": len(cpu)}
    there = Options(Model(name=str(folder), device="cuda", dtype="float32"), BARE)
    gpu = logs(there, cases)
    how = GenerateSettings(max_tokens=32, temperature=1.0, seed=3)
    wrote = [
        [row.response for row in Generate(Model(name=str(folder), device=d, dtype="float32"), how)(
            cases[:8])]
        for d in ("cpu", "cuda")
    ]  # fmt: skip
    there.forks.room = 10**9
    torch.cuda.empty_cache()
    used = torch.cuda.memory_reserved() + 200 * 2**20
    torch.cuda.set_per_process_memory_fraction(
        used / torch.cuda.get_device_properties(0).total_memory
    )
    more = drawn.cases(400, 1500, 5, 7, size, 4)
    halved = logs(there, more)
    left = there.forks.room
    torch.cuda.set_per_process_memory_fraction(1.0)
    there.forks.room = 4096
    return {
        "values": len(cpu), "cpu_against_cuda": apart(cpu, gpu),
        "same_samples": sum(a == b for a, b in zip(*wrote, strict=True)) / len(wrote[0]),
        "after_memory_was_full": apart(halved, logs(there, more)), "room_left": left,
    }  # fmt: skip


def main() -> None:
    """Makes the models, measures, prints and writes the figures."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("--shape", choices=sorted(drawn.SHAPES), default="1b" if CUDA else "small")
    asking.add_argument("--to", type=Path, default=Path("gpu_options.json"))
    asking.add_argument("--cases", type=int, default=64 if CUDA else 4)
    given = asking.parse_args()
    told: dict[str, Any] = {
        "device": torch.cuda.get_device_name() if CUDA else "processor",
        "torch": torch.__version__, "transformers": transformers.__version__,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        small, large = Path(place) / "small", Path(place) / given.shape
        drawn.model(small, "small")
        told["agreement"] = agreement(small)
        print(json.dumps(told), flush=True)
        net = drawn.model(
            large, given.shape, torch.bfloat16 if CUDA else torch.float32, "cuda" if CUDA else "cpu"
        )
        told["parameters"] = sum(weight.numel() for weight in net.parameters())
        del net
        prompts = [256, 1024, 3072] if CUDA else [64]
        told["options"] = options(large, given.shape, given.cases, prompts)
        told["generate"] = generate(large, *((128, 512, 128) if CUDA else (4, 32, 8)))
    given.to.write_text(json.dumps(told, indent=1), encoding="utf-8")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
