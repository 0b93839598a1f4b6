"""What this machine can score on: CUDA where there is one, else the processor."""

from __future__ import annotations

from dataclasses import dataclass

import torch


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
            dtype="bfloat16" if torch.cuda.is_bf16_supported() else "float16",
        )
        for i in range(torch.cuda.device_count())
    ]
    return [*cuda, Device("processor", "cpu", 0, "float32")]
