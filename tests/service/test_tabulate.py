"""What the pages of the tail say of their numbers, one click away."""

from __future__ import annotations

import pytest

from app.service.cards import assess_said
from app.service.measures import compare_said, tabulate
from risk.bounded import ASSUMED


@pytest.mark.parametrize(
    "definition",
    [tabulate.DEFINITIONS[name] for name in ("measures", "overview", "sway", "categories")]
    + [compare_said.DEFINITIONS["gaps"], assess_said.DEFINITION],
)
def test_what_shows_an_interval_of_cvar_says_what_it_assumes(definition: str) -> None:
    assert "CVaR" in definition
    assert definition.count(ASSUMED) == 1
