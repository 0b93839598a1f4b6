"""Labels: kept once, taken back, brought in from files; what holds now and what ever was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from db import assignments, campaigns, desk, imports, labels, ledger
from db.labels import Case, Label

CASES: list[Case] = [("r1", "a", 1), ("r1", "b", 1), ("r2", "a", 1)]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    opened = ledger.connect(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield opened
    opened.dispose()


def said(event: str, case: Case = CASES[0], person: str = "ann", **values: str) -> Label:
    return Label(event, "c", person, case, "act_harm", 1, 1, values or {"act": "refused"}, "f00", 4)


def acts(engine: sa.Engine, **only: Any) -> dict[tuple[str, Case], str]:
    return {
        (row["person"], (row["run_id"], row["item_id"], row["sample"])): row["value"]
        for row in labels.current(engine, field="act", **only)
    }


def test_a_save_sent_twice_is_kept_once(engine: sa.Engine) -> None:
    label = said("e1", act="refused", severity="2")
    assert labels.save(engine, label)
    assert labels.save(engine, label)
    assert [row["field"] for row in labels.history(engine, CASES[0])] == ["act", "severity"]


def test_an_event_never_stands_for_two_labels(engine: sa.Engine) -> None:
    labels.save(engine, said("e1"))
    assert not labels.save(engine, said("e1", CASES[1], act="hedged"))
    assert not labels.save(engine, said("e1", CASES[1], comment="adds a field"))
    assert acts(engine) == {("ann", CASES[0]): "refused"}
    assert labels.history(engine, CASES[1]) == []


def test_a_label_without_values_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(ValueError, match="no values"):
        labels.save(engine, Label("e1", "c", "ann", CASES[0], "act_harm", 1, 1, {}))


def test_an_undo_opens_the_case_and_a_new_label_closes_it_again(engine: sa.Engine) -> None:
    labels.save(engine, said("e1", CASES[0]))
    labels.save(engine, said("e2", CASES[1], act="hedged"))
    assert labels.undo(engine, "u1", "c", "ann") == CASES[1]
    assert labels.undo(engine, "u1", "c", "ann") == CASES[1], "sent twice, undone once"
    assert acts(engine) == {("ann", CASES[0]): "refused"}
    labels.save(engine, said("e3", CASES[1], act="answered"))
    assert acts(engine)["ann", CASES[1]] == "answered"
    what = [row["what"] for row in labels.history(engine, CASES[1])]
    assert what == ["label", "undo", "label"]


def test_undo_takes_back_only_ones_own_labels(engine: sa.Engine) -> None:
    labels.save(engine, said("e1", person="ann"))
    assert labels.undo(engine, "u1", "c", "bo") is None
    assert labels.undo(engine, "u2", "other", "ann") is None
    assert acts(engine) == {("ann", CASES[0]): "refused"}


def test_undo_can_name_the_label_it_takes_back(engine: sa.Engine) -> None:
    labels.save(engine, said("e1", CASES[0]))
    labels.save(engine, said("e2", CASES[1]))
    assert labels.undo(engine, "u1", "c", "ann", undoes="e1") == CASES[0]
    assert labels.undo(engine, "u2", "c", "ann", undoes="e1") is None
    assert list(acts(engine)) == [("ann", CASES[1])]


def test_a_field_left_out_the_second_time_is_gone(engine: sa.Engine) -> None:
    labels.save(engine, said("e1", act="refused", comment="hm"))
    labels.save(engine, said("e2", act="hedged"))
    assert [(r["field"], r["value"]) for r in labels.current(engine)] == [("act", "hedged")]


def test_the_current_labels_can_be_cut_to_runs_campaign_and_person(engine: sa.Engine) -> None:
    for n, (case, person) in enumerate((c, p) for c in CASES for p in ("ann", "bo")):
        labels.save(engine, said(f"e{n}", case, person))
    assert {case for _, case in acts(engine, runs=["r2"])} == {CASES[2]}
    assert {person for person, _ in acts(engine, person="bo")} == {"bo"}
    assert acts(engine, campaign="another") == {}
    assert len(labels.of_case(engine, *CASES[0])) == 2


def test_an_import_is_kept_once_and_a_corrected_one_replaces_it(engine: sa.Engine) -> None:
    rows = [(*CASES[0], "x1", "act", "refused"), (*CASES[0], "x1", "severity", "3")]
    assert imports.add_many(engine, rows, scheme="s") == 2
    assert imports.add_many(engine, iter(rows), scheme="s") == 0
    corrected = [(*CASES[0], "x1", "act", "hedged")]
    assert imports.add_many(engine, corrected, scheme="s") == 1
    held = {row["field"]: row["value"] for row in labels.current(engine)}
    assert held == {"act": "hedged", "severity": "3"}


def test_a_large_import_arrives_whole(engine: sa.Engine) -> None:
    rows = [("r", f"i{n}", 1, f"x{k}", "act", "refused") for n in range(4_000) for k in range(3)]
    assert imports.add_many(engine, rows, scheme="s") == 12_000
    assert len(labels.current(engine, runs=["r"])) == 12_000


def test_progress_counts_cases_and_takes_the_median_of_their_seconds(engine: sa.Engine) -> None:
    drawn = [(case, 1.0) for case in CASES]
    key = campaigns.start(engine, "n", ("act_harm", 1), ("g", 1), "all", 1, drawn, "lead")
    assert desk.progress(engine, key, "ann") == campaigns.Progress(0, 3, None)
    for n, (case, seconds) in enumerate(zip(CASES[:2], (3.0, 8.0), strict=True)):
        values = {"act": "refused", "severity": "0"}
        labels.save(
            engine, Label(f"e{n}", key, "ann", case, "act_harm", 1, 1, values, None, seconds)
        )
    assert desk.progress(engine, key, "ann") == campaigns.Progress(2, 3, 5.5)
    assert assignments.bring(engine, key, "ann")[0]["place"] == 3
    assert assignments.bring(engine, key, "bo")[0]["place"] == 1


@pytest.mark.parametrize(
    "cases", [[], [(CASES[0], 0.5), (CASES[0], 0.5)], [(CASES[0], 0.0)], [(CASES[0], 1.5)]]
)
def test_a_campaign_needs_cases_each_once_with_a_probability(
    engine: sa.Engine, cases: list[tuple[Case, float]]
) -> None:
    with pytest.raises(ValueError, match=r"at least one|probability"):
        campaigns.start(engine, "n", ("s", 1), ("g", 1), "all", 1, cases, "lead")
    assert campaigns.every(engine) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["label 0", "label 1", "label 2", "undo"]), max_size=12))
def test_what_holds_is_what_a_stack_of_labels_would_hold(steps: list[str]) -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    ledger.metadata.create_all(engine)
    stack: list[tuple[Case, str]] = []
    for n, step in enumerate(steps):
        if step == "undo":
            assert labels.undo(engine, f"e{n}", "c", "ann") == (stack.pop()[0] if stack else None)
        else:
            case, value = CASES[int(step[-1])], ("refused", "hedged")[n % 2]
            labels.save(engine, said(f"e{n}", case, act=value))
            stack.append((case, value))
    assert acts(engine) == {("ann", case): value for case, value in stack}
    engine.dispose()
