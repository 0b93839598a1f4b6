"""Values of labels as files spell them, and as the label page keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.service.labeling import labels as bringing
from app.service.stores import Stores
from db import labels
from tests.service.answers import answer, put


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("severity", "2.0", "2"), ("severity", " 2", "2"), ("severity", "2.5", "2.5"),
        ("act", "refused ", "refused"), ("act", "odd ", "odd "),
        ("comment", " 2.0", " 2.0"),
    ],
)  # fmt: skip
def test_a_value_that_is_an_option_but_for_its_spelling_is_that_option(
    field: str, value: str, kept: str, stores: Stores, tmp_path: Path
) -> None:
    put(stores, [answer("i", 0.1, 0.1, 0.1)], "m")
    path = tmp_path / "ann.csv"
    path.write_text(f"model,item_id,{field}\nm,i,{value}\n", encoding="utf-8")
    told = bringing.load(stores, path, bringing.Asked(scheme="act_harm", person="ann"))
    assert [row["value"] for row in labels.current(stores.ledger)] == [kept]
    assert bool(told["unknown"]) == (field != "comment" and kept == value)
