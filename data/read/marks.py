"""Where JSON turns: its commas and brackets outside quotes, found a block at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

COMMA, QUOTE, BACKSLASH, LIST, OBJECT = b',"\\[{'
CLOSES = {LIST: ord("]"), OBJECT: ord("}")}
Places = npt.NDArray[np.intp]
Signs = npt.NDArray[np.uint8]


class Marks:
    """The state of a scan between two blocks: how deep it stands, and whether inside quotes."""

    def __init__(self) -> None:
        self.depth = 0
        self.quoted = False
        self._escaped = False  # the last sign was a backslash that belongs to the next

    def of(self, raw: bytes) -> tuple[Places, Signs, Places]:
        """Place, sign and depth (after it) of every comma and bracket of the next bytes.

        >>> [part.tolist() for part in Marks().of(b'{"a,": [1]}')]
        [[0, 7, 9, 10], [123, 91, 93, 125], [1, 2, 1, 0]]
        """
        signs = np.frombuffer(raw, np.uint8)
        quotes = self._quotes(signs)
        folded = signs | 0x20  # makes [ and ] of { and }
        at = np.flatnonzero((signs == COMMA) | (folded == 0x7B) | (folded == 0x7D))
        inside = np.searchsorted(quotes, at) + self.quoted
        at = at[(inside & 1) == 0]
        self.quoted ^= bool(len(quotes) & 1)
        kinds = signs[at]
        steps = np.where(kinds == COMMA, 0, np.where(kinds & 4, -1, 1))
        depths = np.cumsum(steps) + self.depth
        if len(depths):
            self.depth = int(depths[-1])
        return at, kinds, depths

    def _quotes(self, signs: Signs) -> Places:
        """Where a string begins or ends: quotes with an even number of backslashes before them."""
        quotes, slashes = np.flatnonzero(signs == QUOTE), np.flatnonzero(signs == BACKSLASH)
        if self._escaped:
            quotes, slashes = quotes[quotes > 0], slashes[slashes > 0]
            self._escaped = not len(signs)
        if not len(slashes):
            return quotes
        begins = np.r_[True, np.diff(slashes) != 1]
        begin = np.maximum.accumulate(np.where(begins, slashes, 0))
        escaped = np.zeros(len(signs) + 1, bool)
        escaped[slashes[((slashes - begin) & 1) == 0] + 1] = True
        self._escaped = bool(escaped[-1])
        return quotes[~escaped[quotes]]
