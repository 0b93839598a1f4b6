"""How much is scored at once: batches by length, sized to the device's memory, halved when full."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch

from scoring.model import Loaded

Item = TypeVar("Item")
Result = TypeVar("Result")

PROCESSOR = 4096
"""Tokens at once on a processor: more is no faster there and takes memory from others."""
MOST = 65_536
"""Tokens at once on a GPU, however large: it is long busy enough."""
LOOSE = 0.8
"""A batch is closed where the next row is shorter than this part of its longest one."""


def tokens(loaded: Loaded, most: int = MOST) -> int:
    """How many tokens the device takes at once beside the model: cache, activations and scores.

    At most `most` on a GPU.
    """
    if loaded.device.type != "cuda":
        return PROCESSOR
    free, _ = torch.cuda.mem_get_info(loaded.device)
    free += torch.cuda.memory_reserved(loaded.device) - torch.cuda.memory_allocated(loaded.device)
    return max(256, min(most, int(0.5 * free / per_token(loaded.net.config, loaded.dtype))))


def per_token(config: Any, dtype: torch.dtype) -> int:
    """Bytes a token takes while it is scored, on the safe side."""
    of = getattr(config, "text_config", None) or config
    wide = int(of.hidden_size)
    inner = int(getattr(of, "intermediate_size", None) or getattr(of, "n_inner", None) or 4 * wide)
    heads = int(of.num_attention_heads)
    groups = int(getattr(of, "num_key_value_heads", None) or heads)
    head = int(getattr(of, "head_dim", None) or wide // heads)
    kept = 2 * int(of.num_hidden_layers) * groups * head
    return (2 * kept + 12 * wide + 4 * inner) * dtype.itemsize


def batches(sizes: Sequence[int], room: int) -> list[list[int]]:
    """Places of the rows, longest first, in batches whose rows times their longest fit `room`.

    A row larger than the room is a batch of its own. Rows of very different lengths are not put
    together, unless the batch is still small.

    >>> batches([5, 9, 5, 2], 10)
    [[1], [0, 2], [3]]
    """
    made: list[list[int]] = []
    longest = 0
    for place in sorted(range(len(sizes)), key=lambda at: (-sizes[at], at)):
        size = sizes[place]
        held = len(made[-1]) * longest if made else 0
        full = not made or held + longest > room
        loose = size < LOOSE * longest and held * 8 > room
        if full or loose:
            made.append([])
            longest = size
        made[-1].append(place)
    return made


def halved(
    work: Callable[[Sequence[Item]], list[Result]],
    items: Sequence[Item],
    full_at: Callable[[int], None] = lambda _: None,
) -> list[Result | None]:
    """`work(items)`; where memory does not suffice, halves of them; None for one that alone is
    too large. `full_at` is told how many there were whenever they were too many.
    """
    found: list[Result | None] | None = None
    try:
        found = [*work(items)]
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if not full(error):
            raise
    if found is not None:
        return found
    # Outside the handler, so that the traceback no longer holds the tensors.
    if torch.cuda.is_available():
        gc.collect()
        torch.cuda.empty_cache()
    full_at(len(items))
    if len(items) == 1:
        return [None]
    half = len(items) // 2
    return [*halved(work, items[:half], full_at), *halved(work, items[half:], full_at)]


def full(error: BaseException) -> bool:
    """Whether an error says that memory is full."""
    said = str(error)
    return (
        isinstance(error, torch.OutOfMemoryError | MemoryError)
        or "can't allocate memory" in said
        or "not enough memory" in said
        or "out of memory" in said
    )
