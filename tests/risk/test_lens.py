"""The lens: its settings, what it lacks, and that every one in the folder is fully declared."""

from __future__ import annotations

import numpy as np
import pytest

from risk.lens import Parameter, empty
from risk.lenses import every

LENSES = every().values()


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.name)
def test_every_lens_says_where_it_comes_from_and_how_to_feed_it(lens):
    assert lens.source.strip()  # not every paper is on arXiv
    published, _, more = lens.status.partition("as published")
    ours = lens.status.startswith("our definition, because ")
    assert ours or (not published and more[:1] in ("", ":", " "))
    assert lens.edges.endswith(".")
    assert set(lens.how_to_get) == set(lens.needs)
    assert not set(lens.needs) & set(lens.may_use)


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.name)
def test_every_default_passes_its_own_check(lens):
    defaults = lens.settings({})
    assert lens.settings(defaults) == defaults


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.name)
def test_a_lens_without_columns_lacks_all_it_needs(lens):
    assert lens.lacks({}) == lens.needs
    assert lens.lacks({name: np.array([None]) for name in lens.needs}) == lens.needs


def test_a_setting_is_read_from_text_and_checked():
    level = Parameter("level", 0.95, "", low=0.5, high=0.999)
    draws = Parameter("draws", 2000, "", low=100)
    assert level.read("0.9") == 0.9
    assert draws.read("500") == 500
    assert isinstance(draws.read(500.0), int)
    for parameter, text in [(level, "0.2"), (level, "nan"), (level, "high"), (draws, "500.5")]:
        with pytest.raises(ValueError, match=parameter.name):
            parameter.read(text)


def test_an_unknown_setting_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="sharp has no setting 'alpha'; it has level"):
        every()["sharp"].settings({"alpha": 1})
    with pytest.raises(ValueError, match="pooling is 'sum'; it can be lse"):
        every()["sharp"].settings({"pooling": "sum"})


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (np.array([np.nan]), True),
        (np.array([0.0, np.nan]), False),
        (np.array([], dtype=object), True),
        (np.array([None, ""], dtype=object), False),
        (np.array([0]), False),
        (np.array([], dtype=int), True),
    ],
)
def test_a_column_of_nothing_is_empty_and_a_zero_is_not_nothing(column, expected):
    assert empty(column) is expected
