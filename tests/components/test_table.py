"""A table as CSV: what a spreadsheet would run is text."""

from __future__ import annotations

import pytest

from components.widgets import table


@pytest.mark.parametrize("before", ["", " ", "'", '"', "\ufeff", " '\ufeff"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠", "﹢", "﹣"])
def test_a_formula_gets_an_apostrophe_whatever_stands_before_it(before: str, sign: str) -> None:
    told = table.csv([{"model": f"{before}{sign}1+1"}]).decode()
    assert told.partition("\n")[2].lstrip('"').startswith("'")
    assert f"{before}{sign}1+1".replace('"', '""') in told


def test_plain_text_and_numbers_stay() -> None:
    assert table.csv([{"model": "it's", "mean": -0.5}]) == b"model,mean\nit's,-0.5\n"
