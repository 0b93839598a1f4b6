"""The shell takes a data set away: its options make the recipe, which runs again by its name."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app import cli
from tests.lens_rows import made
from tests.test_cli import complaint

ASKED = ("--where", "category=a", "--sample", "6:category", "--split", "train=0.5",
         "--split", "test=0.5", "--seed", "3", "--mask", "emails", "--labels", "soft",
         "--language", "en", "--license", "cc-by-4.0", "--title", "herons")  # fmt: skip


def test_options_make_a_recipe_that_runs_again_to_the_same_bytes(home, put, tmp_path):
    rows = [row | {"category": "ab"[place % 2]} for place, row in enumerate(made(24)[0])]
    home.json("load", put("herons.jsonl", rows), "--model", "heron-2")
    seen = home.json("export", *ASKED, "--save", "My set", "--dry-run")
    assert (seen["recipe"], seen["version"]) == ("my-set", 1)
    assert seen["steps"][0]["kept"] == 24
    one = home.json("export", "--recipe", "my-set", "--to", tmp_path / "one")
    two = home.json("export", "--recipe", "my-set@1", "--to", tmp_path / "two")
    assert one["manifest_sha256"] == two["manifest_sha256"]
    assert one["rows"]["outputs"] == seen["steps"][-1]["kept"] == 6
    told = json.loads((tmp_path / "one" / "manifest.json").read_text("utf-8"))
    body = told["recipe"]["body"]
    assert body["splits"] == {"train": 0.5, "test": 0.5}
    assert (body["mask"], body["labels"], body["seed"]) == (["emails"], "soft", 3)
    assert (body["license"], body["title"]) == ("cc-by-4.0", "herons")
    assert [row["recipe"] for row in home.json("recipes")] == ["my-set"]
    assert "is there already" in complaint(home("export", "--to", tmp_path / "one"))


ENDED = """
import os, signal, sys, time
from app import cli

@cli.shell.command()
def wait():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    finally:
        print("cleaned up")

sys.argv = ["tailscope", "wait"]
cli.main()
"""


def test_what_is_told_to_end_cleans_up_as_after_ctrl_c(home):
    ended = subprocess.run(
        [sys.executable, "-c", ENDED], env=home.environment, capture_output=True, text=True
    )
    assert ended.stderr.strip() == "stopped; nothing half-written"
    assert (ended.returncode, ended.stdout) == (130, "cleaned up\n")


def test_a_query_that_is_cut_short_is_a_stop_and_no_fault():
    """DuckDB's Python raises so where a signal comes while it works."""
    with pytest.raises(RuntimeError) as told:
        raise RuntimeError("Query interrupted") from KeyboardInterrupt()
    assert cli.cut_short(told.value)
    assert not cli.cut_short(RuntimeError("Query interrupted"))
