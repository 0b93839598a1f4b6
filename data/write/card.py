"""The data card of an export: what it is, from where, how labeled, what is missing."""

from __future__ import annotations

from typing import Any

import yaml

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def text(about: dict[str, Any]) -> str:
    """The card as Markdown with YAML front matter.

    `about` holds name, snapshot, made_at, format, filter (in words), rows by file, runs (model,
    dataset, source, sha256, outputs), label rule, agreement rows, and acts (what the answers did).
    """
    front = {
        "pretty_name": about["name"],
        "license": "other",
        "license_name": "as-the-sources",
        "tags": ["tailscope", "model-outputs", "risk"],
        "size_categories": [_size(about["rows"]["outputs"])],
        "configs": [
            {
                "config_name": name,
                "data_files": [{"split": "train", "path": f"data/{name}.{about['format']}"}],
                **({"default": True} if name == "outputs" else {}),
            }
            for name in ("outputs", "scores", "labels")
            if about["rows"][name]
        ],
    }
    parts = [
        f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True)}---",
        f"# {_plain(about['name'])}",
        "> Model outputs can be wrong, offensive or unsafe. Nothing here was written by a person "
        "unless it says so.",
        "## What it is",
        f"{about['rows']['outputs']} model outputs, {about['rows']['scores']} scores and "
        f"{about['rows']['labels']} label events, exported by Tailscope on {about['made_at']} "
        f"as of warehouse snapshot {about['snapshot']}.",
        f"What was chosen: {_plain(about['filter'])}.",
        "## Where it comes from",
        _table(
            ("model", "data set", "file", "sha256", "outputs"),
            [
                (r["model"], r["dataset"], r["source"], r["sha256"], r["outputs"])
                for r in about["runs"]
            ],
        ),
        "## How it was labeled",
        _labeled(about),
        "## What is missing",
        _gaps(about),
        "## Columns",
        "`outputs` holds one answer a row, with its prompt and its run; `scores` one judge's score "
        "a row, 0 to 1, `up` saying what a higher value means; `labels` every label event as it "
        "was made, with undone ones kept. `run_id`, `item_id` and `sample` join them. `meta` and "
        "`choices` are JSON text. A value that was not measured is null; so is the logarithm of "
        "a probability of 0.",
        "## Licenses",
        "The texts stay under the licenses of the files named above and the terms of the models' "
        "makers. Check them before you pass this on.",
    ]
    return "\n\n".join(parts) + "\n"


def _size(rows: int) -> str:
    return next((name for limit, name in SIZES if rows < limit), "n>1M")


def _plain(value: object) -> str:
    """A value from outside as one line that Markdown leaves alone."""
    text = " ".join(str("—" if value is None else value).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+!|<>~" else c for c in text)


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    if not rows:
        return "—"
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    lines += [f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _labeled(about: dict[str, Any]) -> str:
    if not about["rows"]["labels"]:
        return "Nobody has labeled these outputs."
    rule = {
        "settled": "The columns `label_…` hold the adjudicated label where there is one, elsewhere "
        "the majority; a tie is null.",
        "majority": "The columns `label_…` hold the majority of the annotators; a tie is null.",
        "dawid_skene": "The columns `label_…` hold the likeliest label by how reliable each "
        "annotator is, after Dawid and Skene (1979); a tie is null.",
        "raw": "Labels are not resolved: see the file `labels`.",
    }[about["labels"]]
    return f"{rule}\n\n" + _table(
        ("field", "measure", "value", "95 % interval", "items", "left out"),
        [
            (a["group"], a["measure"], _three(a["value"]), _interval(a), a["n"], a["lost"])
            for a in about["agreement"]
        ],
    )


def _gaps(about: dict[str, Any]) -> str:
    gaps = about["gaps"]
    said = [f"- {n} {what}" for what, n in gaps.items() if n]
    return "\n".join(said) or "Every output has a prompt and a text, and every score a value."


def _three(value: float | None) -> str:
    return "—" if value is None or value != value else f"{value:.3g}"


def _interval(row: dict[str, Any]) -> str:
    return f"{_three(row['low'])} to {_three(row['high'])}"
