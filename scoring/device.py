"""What this machine can score on: CUDA where there is one, else the processor."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from scoring.place import Unfit

DTYPES = {
    "float32": torch.float32, "fp32": torch.float32,
    "float16": torch.float16, "fp16": torch.float16,
    "bfloat16": torch.bfloat16, "bf16": torch.bfloat16,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """One device: its name, its memory in bytes (0 where the system's own is shared), its dtype."""

    name: str
    kind: str
    memory: int
    dtype: str


def every() -> list[Device]:
    """The devices of this machine, the CUDA ones first; there is always the processor."""
    cuda = [
        Device(
            name=torch.cuda.get_device_name(i),
            kind="cuda",
            memory=int(torch.cuda.get_device_properties(i).total_memory),
            dtype=_dtype(i),
        )
        for i in range(torch.cuda.device_count())
    ]
    return [*cuda, Device("processor", "cpu", 0, "float32")]


def chosen(device: str = "", dtype: str = "") -> tuple[torch.device, torch.dtype]:
    """The device and dtype asked for; where empty, CUDA if there is one, and what it does best.

    bfloat16 on a GPU that has it, else float16; float32 on the processor. Raises Unfit for names
    that are none, and for a GPU that is not there.
    """
    name = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(name)
    except RuntimeError as error:
        raise Unfit(f"{name} is no device", "write cpu, cuda, or cuda:1") from error
    if place.type == "cuda" and (place.index or 0) >= torch.cuda.device_count():
        raise Unfit(
            f"{name} is not here: this machine has {torch.cuda.device_count()} CUDA devices",
            "leave the device empty, or run the worker where the GPU is",
        )
    if dtype and dtype not in DTYPES:
        raise Unfit(f"{dtype} is no dtype to score in", f"write one of {', '.join(DTYPES)}")
    best = _dtype(place.index or 0) if place.type == "cuda" else "float32"
    return place, DTYPES[dtype or best]


def _dtype(index: int) -> str:
    """bfloat16 needs compute capability 8; older cards only emulate it."""
    return "bfloat16" if torch.cuda.get_device_capability(index) >= (8, 0) else "float16"
