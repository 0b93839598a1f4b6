"""Real Inspect logs: the figures that are known of them come out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.data.inspect_logs import answers, entries, refusals, reported, rows

pytestmark = pytest.mark.real
LOGS, READ = "inspect_ai/analysis/test_logs", "inspect_ai/log/test_eval_log"
BROWSER = f"{LOGS}/2025-05-12T20-27-36-04-00_browser.json"
POPULARITY = f"{LOGS}/2025-05-12T20-28-13-04-00_popularity.json"
GUIDE = f"{LOGS}/2025-05-12T20-28-26-04-00_security-guide.json"


def means(found: dict[str, list[Any]]) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for row in found["scores"]:
        values.setdefault(row[4], []).append(row[5])
    return {scorer: sum(held) / len(held) for scorer, held in values.items()}


@pytest.mark.parametrize(
    ("name", "samples", "accuracy"),
    [
        (BROWSER, 1, {"includes": 1.0}),
        (POPULARITY, 3, {"match": 2 / 3}),
        (GUIDE, 3, {"model_graded_fact": 1.0}),
        (f"{READ}/log_images.json", 1, {"match": 0.0}),
        (f"{READ}/log_images_tc.json", 1, {"match": 0.0}),
        (f"{READ}/log_message_deduplication.eval", 1, {"closeness_log": 0.0}),
        ("inspect_ai/log/test_list_logs/custom.eval", 1, {"model_graded_fact": 1.0}),
        ("every_eval_ever/inspect/data_arc_sonnet.json", 5, {"choice": 1.0}),
        ("every_eval_ever/inspect/data_pubmedqa_gpt4o_mini.json", 2, {"choice": 1.0}),
    ],
)
def test_the_accuracy_of_a_log_comes_out_of_its_rows(
    real: Path, name: str, samples: int, accuracy: dict[str, float]
) -> None:
    found = entries(real / name)
    assert len(answers(found)) == samples
    assert refusals(found) == []
    assert means(rows(real / name)) == pytest.approx(accuracy)
    assert reported(found)["accuracy"].value == pytest.approx(*accuracy.values())
    assert reported(found)["accuracy"].how == "mean"
    assert reported(found)["samples"].value == samples


@pytest.mark.parametrize("name", ["log_formats", "log_read_sample"])
def test_one_run_in_both_formats_gives_the_same_rows(real: Path, name: str) -> None:
    archive, document = (rows(real / READ / f"{name}.{kind}") for kind in ("eval", "json"))
    same = archive["outputs"][0][:7] == document["outputs"][0][:7]
    # log_read_sample holds two runs of one prompt: their times and marks differ
    assert same
    for table in ("items", "scores", "reported", "steps", "acts"):
        assert archive[table] == document[table]


def test_a_head_that_counts_more_samples_than_are_stored_is_told(real: Path) -> None:
    found = entries(real / READ / "log_tool_call_error.json")
    assert len(answers(found)) == 1
    assert answers(found)[0].scores == []
    assert answers(found)[0].sample == 3
    assert reported(found)["samples"].value == 4
    assert {step.role for step in answers(found)[0].steps} == {"tool: bash"}


def test_tools_pooled_messages_and_images_of_real_logs(real: Path) -> None:
    browser = answers(entries(real / BROWSER))[0]
    assert browser.steps[1].role == "tool call: web_browser_go"
    assert len(browser.steps) == 10
    pooled = answers(entries(real / READ / "log_message_deduplication.eval"))[0]
    assert len(pooled.steps) == 17
    for name in ("log_images.json", "log_images_tc.json"):
        prompt = answers(entries(real / READ / name))[0].prompt or ""
        assert prompt.startswith("What is this a picture of?\n[image: image/png, sha256 ")


def test_the_cancelled_log_says_so(real: Path) -> None:
    notes = [note for entry in entries(real / POPULARITY) for note in getattr(entry, "notes", ())]
    assert any("cancelled" in note for note in notes)
