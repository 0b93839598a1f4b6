"""A masked export holds none of what was masked, and counts what it replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pyarrow.parquet as parquet
import pytest

from app.service.exports import export
from app.service.exports.recipe import read
from app.service.loading import load
from app.service.outputs import licensed
from app.service.stores import Stores
from data.tables import Format
from data.trouble import Trouble
from tests.data import inspect_logs
from tests.service.answers import answer, put
from tests.service.hard import say

MAIL = "ann@example.org"
MASKED = {"mask": ["emails"]}


def everything(folder: Path) -> str:
    """All that an export's files hold, as text."""
    held = [json.dumps(parquet.read_table(one).to_pylist()) for one in folder.rglob("*.parquet")]
    plain = (one for one in folder.rglob("*") if one.is_file() and one.suffix != ".parquet")
    return "\n".join([*held, *(one.read_text("utf-8") for one in plain)])


@pytest.fixture
def private(stores: Stores) -> str:
    """A run whose every text holds an email."""
    rows = [
        answer(
            f"q{n}", 0.1, 0.2, 0.3, prompt=f"{n} zebra {MAIL}", response=f"zebra {MAIL} or {MAIL}",
            tag=f"zebra {MAIL}", gold=f"zebra {MAIL}", choices=[f"zebra {MAIL}", "no"],
            beside={"chat": [{"role": "user", "content": f"zebra {MAIL}"}]},
            steps=[{"role": "user", "content": f"zebra {MAIL}", "state": f"zebra {MAIL}",
                    "flags": [MAIL, "x"]}],
        )
        for n in range(3)
    ]  # fmt: skip
    run = put(stores, rows, "m", tags={"kind": "tag"}, gold="gold", choices="choices",
              steps="steps")  # fmt: skip
    say(stores, run, "q0", "ann", "e1", act="refused", comment=f"ask {MAIL}")
    return run


@pytest.mark.parametrize("format", get_args(Format))
def test_no_table_and_no_tool_gets_what_was_masked_and_it_is_counted_once(
    stores: Stores, private: str, tmp_path: Path, format: Format
) -> None:
    done = export.export(stores, read(MASKED | {"format": format}), tmp_path / "set")
    assert MAIL not in everything(done.folder)
    # a row: prompt, answer twice, gold, choice, tag, beside; its step: content, state, flag
    assert done.masked == {"emails": 3 * 7 + 3 * 3 + 1}
    if format == "parquet":
        tags = parquet.read_table(done.folder / "data/outputs.parquet")["tags"].to_pylist()
        assert tags == [[{"name": "kind", "value": "zebra [email]"}]] * 3


@pytest.mark.parametrize("format", get_args(Format))
def test_no_table_and_no_tool_gets_a_text_that_may_not_be_passed_on(
    stores: Stores, private: str, tmp_path: Path, format: Format
) -> None:
    licensed.state(stores, "made", "secret", False, "me")
    done = export.export(stores, read(MASKED | {"format": format}), tmp_path / "set")
    told = everything(done.folder)
    assert "zebra" not in told
    assert MAIL not in told
    assert done.masked == {"emails": 3 + 1}  # flags of steps and a label, which are not the text


def test_a_log_is_not_copied_past_a_mask_or_a_license(stores: Stores, tmp_path: Path) -> None:
    log = tmp_path / "log.json"
    log.write_bytes(inspect_logs.written(inspect_logs.head(), inspect_logs.SAMPLES))
    loaded = load.load(stores, log).loaded[0]
    say(stores, loaded.run, "1", "ann", "e1", severity="3")
    asked = {"format": "inspect"}
    with pytest.raises(Trouble, match="which the recipe masks"):
        export.export(stores, read(MASKED | asked), tmp_path / "set", logs=[log])
    export.export(stores, read(MASKED | asked), tmp_path / "bare")
    licensed.state(stores, loaded.dataset, "secret", False, "me")
    with pytest.raises(Trouble, match="may not be passed on"):
        export.export(stores, read(asked), tmp_path / "set", logs=[log])
    export.export(stores, read(asked | {"withhold": False}), tmp_path / "set", logs=[log])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bare", "home", "log.json", "set"]


def test_two_logs_of_one_name_are_not_written_over_each_other(
    stores: Stores, tmp_path: Path
) -> None:
    logs = []
    for model in ("mock/one", "mock/two"):
        log = tmp_path / model.replace("/", "-") / "log.json"
        log.parent.mkdir()
        told = inspect_logs.head(eval={"model": model})
        log.write_bytes(inspect_logs.written(told, inspect_logs.SAMPLES))
        run = load.load(stores, log).loaded[0].run
        say(stores, run, "1", "ann", f"e-{model}", severity="3")
        logs.append(log)
    with pytest.raises(Trouble, match="two of the logs are called"):
        export.export(stores, read({"format": "inspect"}), tmp_path / "set", logs=logs)


def test_a_log_that_was_loaded_under_two_names_gets_the_labels_of_both(
    stores: Stores, tmp_path: Path
) -> None:
    log = tmp_path / "log.json"
    log.write_bytes(inspect_logs.written(inspect_logs.head(), inspect_logs.SAMPLES))
    for place, name in enumerate(("one", "two"), 1):
        run = load.load(stores, log, named={"model": name}).loaded[0].run
        say(stores, run, str(place), "ann", f"e-{name}", severity="3")
    folder = export.export(stores, read({"format": "inspect"}), tmp_path / "set", logs=[log]).folder
    copied = json.loads((folder / "import" / "log.json").read_bytes())
    told = [sample["scores"]["severity"]["value"] for sample in copied["samples"]]
    assert told == [3, 3]
