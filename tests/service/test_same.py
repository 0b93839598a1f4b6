"""One answer that several files hold is one case."""

from __future__ import annotations

from pathlib import Path

from app.service.loading import load as loading
from app.service.measures import agree
from app.service.stores import Stores
from data import mapping as maps


def test_labels_of_one_answer_count_together_though_two_files_held_it(
    stores: Stores, tmp_path: Path
) -> None:
    head = "id,model,dataset,response,verdict"
    rows = [f"{n},owl,set,Answer {n}.,{'yes' if n % 2 else 'no'}" for n in range(6)]
    for person in ("ann", "bo"):
        text = "\n".join([head, *rows[: 6 if person == "ann" else 4]])
        mapping = maps.parse(f"labels: {{right: {{{person}: verdict}}}}", "m.yaml")
        path = tmp_path / f"{person}.csv"
        path.write_text(f"{text}\n")
        loading.load(stores, path, mapping=mapping, by="test")
    other = maps.parse("labels: {right: {cy: verdict}}", "m.yaml")
    changed = "\n".join([head, rows[0].replace("Answer", "Another")])
    (tmp_path / "cy.csv").write_text(f"{changed}\n")
    loading.load(stores, tmp_path / "cy.csv", mapping=other, by="test")
    found = {row.measure: row for row in agree.rows(stores, by="dataset")}
    assert (found["alpha_nominal"].value, found["alpha_nominal"].n) == (1, 4)
