"""One pass of a causal model, its head given only the positions that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from scoring.model import Loaded


def rows(
    loaded: Loaded,
    ids: Sequence[Sequence[int]],
    asked: Sequence[Sequence[int]],
    *,
    cache: Any = None,
    places: torch.Tensor | None = None,
    seen: torch.Tensor | None = None,
) -> torch.Tensor:
    """Logits (N, V) at the `asked` positions of each row, row after row.

    The head of a large vocabulary costs as much as many layers, so it is given these positions
    alone. `cache` is read and filled; `places` (B, L) are position ids where they are not the
    row's own, `seen` (B, L, keys) what each position may look at where it is not all before it.
    """
    wide = max(map(len, ids))
    # Any token may pad at the right, where nothing that counts ever sees it; transformers warns of
    # the model's own.
    fill = int(loaded.net.config.pad_token_id == 0)
    held = torch.full((len(ids), wide), fill, dtype=torch.long)
    for n, row in enumerate(ids):
        held[n, : len(row)] = torch.tensor(row, dtype=torch.long)
    flat = torch.tensor([n * wide + at for n, some in enumerate(asked) for at in some])
    given: dict[str, Any] = {"use_cache": cache is not None, "past_key_values": cache}
    if places is not None:
        given["position_ids"] = places.to(loaded.device)
    if seen is not None:
        given["attention_mask"] = _added(seen, loaded)
    flat = flat.to(loaded.device)

    def narrow(_: Any, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor]:
        hidden = inputs[0]  # (B, L, D)
        return (hidden.reshape(-1, hidden.shape[-1])[flat].unsqueeze(0),)  # (1, N, D)

    hook = loaded.net.get_output_embeddings().register_forward_pre_hook(narrow)
    try:
        logits: torch.Tensor = loaded.net(input_ids=held.to(loaded.device), **given).logits
    finally:
        hook.remove()
    return logits[0]


def _added(seen: torch.Tensor, loaded: Loaded) -> torch.Tensor:
    """A mask to add to attention scores, (B, 1, L, keys): 0 where seen, else very low."""
    low = torch.finfo(loaded.dtype).min
    added = torch.zeros(seen.shape, dtype=loaded.dtype, device=loaded.device)
    return added.masked_fill_(~seen.to(loaded.device), low).unsqueeze(1)


def pick(logits: torch.Tensor, wanted: Sequence[int]) -> tuple[list[float], list[bool]]:
    """Natural log-probability of the wanted token in each row (N, V); whether it is the likeliest.

    In float32 whatever the model's dtype, some rows at a time, since V may be large.
    """
    ids = torch.tensor(wanted, dtype=torch.long, device=logits.device)
    logs, best = [], []
    for part, token in zip(torch.split(logits, 256), torch.split(ids, 256), strict=True):
        scores = part.float()
        own = scores.gather(1, token.unsqueeze(1)).squeeze(1)
        logs.append(own - scores.logsumexp(dim=1))
        best.append(scores.argmax(dim=1) == token)
    if not logs:
        return [], []
    return torch.cat(logs).tolist(), torch.cat(best).tolist()
