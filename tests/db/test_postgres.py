"""A team's stores: the ledger and the catalog both in PostgreSQL, from a file to an export."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.service import check
from app.service import stores as opened
from app.service.exports import export
from app.service.exports.recipe import Recipe
from app.service.measures import tail
from app.service.outputs import runs, settle
from app.service.outputs.risks import Choices
from app.settings import Settings
from db import labels
from db.labels import Label
from tests.db.test_ledger import postgres as postgres
from tests.service.answers import answer, put


def test_a_file_is_loaded_labeled_measured_and_exported(postgres: str, tmp_path: Path) -> None:
    url = sa.make_url(postgres)
    settings = Settings(
        home=tmp_path / "home",
        ledger=postgres,
        catalog=f"postgres:dbname={url.database} host={url.host} port={url.port} "
        f"user={url.username}",
        files=str(tmp_path / "files"),
    )
    first, second = opened.connect(settings), opened.connect(settings)
    run = put(first, [answer(f"q{n}", n / 50, n / 40, n / 60) for n in range(30)], "m")
    assert [row["run"] for row in runs.every(second)] == [run]
    assert second.version() == first.version()
    before = second.version()
    said = Label("e", "c", "ann", (run, "q3", 0), "act_harm", 1, 1, {"act": "refused"})
    assert labels.save(second.ledger, said)
    assert settle.values(first, "act") == {(run, "q3", 0): "refused"}
    assert first.version()[1] > before[1]
    found = tail.profile(second, run, Choices(draws=50))
    assert [member.case[1] for member in found.members] == ["q29", "q28"]
    done = export.export(first, Recipe(), tmp_path / "set")
    assert (done.rows["outputs"], done.rows["scores"], done.rows["labels"]) == (30, 90, 1)
    assert check.export(done.folder)["snapshot"] == done.snapshot
    assert list((tmp_path / "files").rglob("*.parquet"))
    assert not (tmp_path / "home" / "catalog.sqlite").exists()
    for stores in (first, second):
        stores.warehouse.close()
        stores.ledger.dispose()


def test_a_catalog_that_does_not_answer_is_trouble_with_words(tmp_path: Path) -> None:
    from data.trouble import Trouble

    away = Settings(home=tmp_path, catalog="postgres:dbname=x host=127.0.0.1 port=1")
    with pytest.raises(Trouble, match="cannot be opened"):
        opened.connect(away)
