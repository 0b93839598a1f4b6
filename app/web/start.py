"""Starting a campaign from the cases on a page, in the name of who sits there."""

from __future__ import annotations

from collections.abc import Sequence

from app.service.labeling import label
from app.service.outputs.cases import Case
from app.web import cached, gate


def campaign(name: str, cases: Sequence[Case], design: str) -> str:
    """Starts the campaign, every case drawn with probability 1; returns its key."""
    drawn = [(case, 1.0) for case in cases]
    return label.start(cached.stores(), name, drawn, gate.person(), design)
