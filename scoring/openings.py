"""How likely it is that an answer begins by refusing: the probability of its first words."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.forward import Ids, begun, joint
from scoring.model import Loaded
from scoring.refusing import REFUSALS, lines


def apart(every: Sequence[Ids]) -> list[Ids]:
    """The token rows without those that begin with another: so no beginning is counted twice.

    >>> apart([[1, 2], [1, 2, 3], [4], [1, 2]])
    [[1, 2], [4]]
    """
    short: list[Ids] = []
    for row in sorted(every, key=len):
        if row and not any(row[: len(one)] == one for one in short):
            short.append(row)
    return sorted(short)


class Openings:
    """The beginnings looked for, as tokens of one model, and their joint probability."""

    def __init__(self, loaded: Loaded, told: str = REFUSALS) -> None:
        """The beginnings are the lines of `told`."""
        self.loaded = loaded
        self.rows = apart([begun(loaded.tokenizer, line) for line in lines(told)])

    def probability(self, head: Ids, copies: int = 1) -> list[float]:
        """That what follows begins with one of them: exact, since no two can hold at once.

        One number a copy of the head, see `forward.joint`.
        """
        each = joint(self.loaded, head, self.rows, copies).exp().sum(1)  # (C,)
        return [min(float(f"{float(one):.6g}"), 1.0) for one in each]
