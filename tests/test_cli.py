"""The shell, as a person runs it: exit codes, JSON on stdout, what and fix on stderr."""

from __future__ import annotations

import socket

import pytest

from app.cli_lens import notes, wary
from tests.lens_rows import independent, made

RUN = {"run", "model", "dataset", "format", "items", "outputs", "scores", "labels", "refused",
       "already"}  # fmt: skip
ROW = {"run", "model", "group", "measure", "value", "low", "high", "n", "lost"}


def complaint(answer):
    """stderr of a command that must have ended with 2 and told what and fix, and only there."""
    code, told, complained = answer
    assert (code, told) == (2, "")
    assert complained.startswith("what: ")
    assert "\nfix:" in complained
    assert "Traceback" not in complained
    return complained


def test_a_lens_is_found_by_its_need_and_fed_by_its_own_example(home, tmp_path):
    (state,) = home.json("lens", "--needs", "segment_scores", "--paper", "2505.17196")
    assert (state["lens"], state["ready"]) == ("segments", False)
    made = home.json("lens", "segments", "--example", tmp_path / "made")
    home.json("load", made["file"], "--map", made["mapping"])
    assert "segments" in {one["lens"] for one in home.json("lens", "--ready", "--needs", "fields")}
    assert len(home.json("lens", "segments")["rows"]) == 10
    assert "no lens needs" in complaint(home("lens", "--needs", "nothing"))


def test_cautions_about_intervals_stand_below_what_a_lens_found():
    few = {
        "measure": "risk",
        "group": "",
        "value": 0.2,
        "why": "few: the interval may be too short",
    }
    rows = [few, few | {"group": "health"}, few | {"measure": "f1", "why": "by label"}]
    assert notes(rows) == ["~ risk, risk health: few: the interval may be too short"]
    assert [wary(row) for row in (*rows, few | {"value": None})] == [True, True, False, False]
    assert notes([few | {"value": None, "why": "no rows"}] * 2) == ["— risk: no rows"]


def test_load_runs_lens_and_agreement_print_what_they_promise(home, put):
    rows, harm = made(80)
    for place, row in enumerate(rows):
        row |= {"one": ("refused", "answered")[place % 2], "two": "refused"}
    del rows[3]["bias_j"]
    path = put("herons.jsonl", [*rows, {"mood": "no id here"}])
    mapping = put("map.yaml", "labels: {act: {ann: one, bo: two}}\nfixed: {model: heron-2}\n")

    told = home.json("load", path, "--map", mapping)
    (run,) = told["loaded"]
    assert run.keys() >= RUN
    assert (run["model"], run["outputs"], run["labels"], run["refused"], run["already"]) == (
        "heron-2", 80, 160, 1, False,
    )  # fmt: skip
    assert told["refused"] == [
        {"file": "herons.jsonl", "line": 81, "why": "has neither an id nor a prompt"}
    ]
    assert home.json("load", path, "--map", mapping)["loaded"][0]["already"] is True

    (listed,) = home.json("runs")
    assert listed.keys() >= {"run", "model", "dataset", "format", "outputs", "made_at", "checks"}
    assert (listed["run"], listed["outputs"], listed["checks"]) == (run["run"], 80, [])

    states = {state["lens"]: state for state in home.json("lens")}
    assert states["sharp"]["ready"] is True
    assert states["xstest"]["missing"]

    seen = home.json("lens", "sharp", "--run", "heron-2", "--set", "draws=200")
    assert seen.keys() == {"lens", "source", "rows"}
    assert all(row.keys() >= ROW for row in seen["rows"])
    found = {row["measure"]: row for row in seen["rows"] if not row["group"]}
    whole = [i for i in range(80) if i != 3]
    for measure, value in independent(harm[whole]).items():
        assert found[measure]["value"] == pytest.approx(value, abs=1e-9)
    assert (found["mean"]["n"], found["mean"]["lost"]) == (79, 1)

    agreed = {row["measure"]: row for row in home.json("agreement")["rows"]}
    assert {"alpha_nominal", "fleiss_kappa", "cohen_kappa", "percent", "ac1"} <= agreed.keys()
    assert agreed["percent"]["value"] == pytest.approx(0.5)
    assert all(row.keys() >= ROW for row in agreed.values())


def test_a_number_that_was_not_measured_is_null(home, put):
    rows, _ = made(1)
    home.json("load", put("one.jsonl", rows))
    seen = home.json("lens", "sharp", "--set", "draws=200")["rows"]
    assert any(row["value"] is None or row["low"] is None for row in seen)


def test_labels_load_tells_how_many_were_new_and_which_rows_were_refused(home, put):
    rows, _ = made(3)
    home.json("load", put("herons.jsonl", rows), "--model", "heron")
    body = "model,item_id,person,field,value\nheron,p0,ann,act,refused\nheron,p9,ann,act,x\n"
    (told,) = home.json("labels", "load", put("l.csv", body))
    assert (told["labels"], told["new"]) == (1, 1)
    assert told["refused"][0]["line"] == 3


def test_what_a_person_can_put_right_ends_with_2_and_says_how(home, put, tmp_path):
    good = put("a.csv", "id,prompt,response\n1,a,b\n")
    assert "does not exist" in complaint(home("load", tmp_path / "none.csv", "--json"))
    assert "0 bytes" in complaint(home("load", put("empty.csv", ""), "--json"))
    assert "not YAML" in complaint(home("load", good, "--map", put("m.yaml", "a: [")))
    assert "no run" in complaint(home("lens", "sharp", "--run", "nobody", "--json"))
    assert "no lens" in complaint(home("lens", "shark"))
    assert "two people" in complaint(home("agreement", "--json"))
    assert "no campaign" in complaint(home("labels", "load", good, "--campaign", "none"))
    assert home.json("runs") == []


def test_the_console_script_says_what_a_forked_shell_says(home):
    process = home.start("load", "none.csv", "--json")
    told, complained = process.communicate(timeout=120)
    assert "does not exist" in complaint((process.returncode, told, complained))
    assert (process.returncode, told, complained) == home("load", "none.csv", "--json")


def test_a_dry_run_tells_and_writes_nothing(home, put):
    rows, _ = made(5)
    told = home.json("load", put("a.jsonl", rows), "--dry-run")
    assert told["loaded"][0]["outputs"] == 5
    assert home.json("runs") == []


def test_a_second_app_on_a_taken_port_says_so(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port}" in complaint(home("serve", "--port", str(port)))
