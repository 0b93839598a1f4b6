"""The data card of an export: what it is, from where, how drawn and labeled, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from data.tables import Field

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
SETTLED = {
    "settled": "The columns `label_…` hold the adjudicated label where there is one, elsewhere the "
    "majority; a tie is null.",
    "majority": "The columns `label_…` hold the majority of the annotators; a tie is null.",
    "dawid_skene": "The columns `label_…` hold the likeliest label by how reliable each annotator "
    "is, after Dawid and Skene (1979); a tie is null.",
    "soft": "The columns `soft_…` hold every value with the share of annotators who gave it.",
    "raw": "Labels are not resolved.",
}
WARNING = "Content warning"


def text(about: Mapping[str, Any]) -> str:
    """The card as Markdown with YAML front matter; sections a person wrote stand for the made."""
    parts = [f"---\n{front(about)}---", f"# {plain(about['name'])}"]
    for heading, body in sections(about).items():
        parts += [f"## {heading}", about["card"].get(heading, body).strip()]
    return "\n\n".join(parts) + "\n"


def front(about: Mapping[str, Any]) -> str:
    """The front matter: license, size, and which files each config's splits are."""
    license = about["license"]
    known = {name for name in about["licenses"] if name != "unknown"}
    alone = license or (
        known.pop() if len(known) == 1 and "unknown" not in about["licenses"] else ""
    )
    told: dict[str, Any] = {"pretty_name": about["name"]}
    told |= {"license": alone} if _identifier(alone) else {
        "license": "other", "license_name": alone or "as-the-sources",
    }  # fmt: skip
    if about["language"]:
        told["language"] = list(about["language"])
    told["tags"] = ["tailscope", "model-outputs", "risk", "not-for-all-audiences"]
    if about["people"]:
        told["annotations_creators"] = ["expert-generated"]
    told["size_categories"] = [_size(about["rows"]["outputs"])]
    told["configs"] = about["configs"]
    return str(yaml.safe_dump(told, sort_keys=False, allow_unicode=True))


def sections(about: Mapping[str, Any]) -> dict[str, str]:
    """The made sections of the card, heading by heading."""
    rows = about["rows"]
    return {
        WARNING: "Model outputs can be wrong, offensive or unsafe, and so can the prompts that led "
        "to them. Nothing here was written by a person unless it says so. Do not train on it "
        "without care.",
        "What it is": f"{rows['outputs']:,} model outputs, {rows['scores']:,} scores and "
        f"{rows['labels']:,} label events, exported by Tailscope as of {about['as_of']} (warehouse "
        f"snapshot {about['snapshot']}).\n\nWhat was chosen: {plain(about['words'])}.",
        "Where it comes from": table(
            ("model", "revision", "data set", "license", "file", "sha256", "outputs"),
            [(r["model"], r["revision"], r["dataset"], r["license"], r["source"], r["sha256"],
              r["outputs"]) for r in about["runs"]],
        ),
        "How it was sampled": _sampled(about),
        "How it was labeled": _labeled(about),
        "Tail of the set": _tail(about),
        "What is missing": _gaps(about),
        "Personal data": _masked(about),
        "Columns": "\n\n".join(
            f"**{name}**\n\n" + table(("column", "kind", "meaning"), [tuple(f) for f in fields])
            for name, fields in about["columns"].items()
        ) + "\n\n`run_id`, `item_id` and `sample` join the tables.",
        "How to load it": _loading(about),
        "Licenses": "The texts stay under the licenses of the files named above and the terms of "
        "the models' makers. Check them before you pass this on." + _withheld(about),
        "How to check it": "`tailscope check FOLDER` holds every file against `manifest.json`, "
        "which has the rows, the size and the SHA-256 of each.",
    }  # fmt: skip


def plain(value: object) -> str:
    """A value from outside as one line that Markdown leaves alone."""
    told = " ".join(str("—" if value is None else value).split())
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+!|<>~" else c for c in told)


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Rows as a Markdown table; a dash for none."""
    if not rows:
        return "—"
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    lines += [f"| {' | '.join(plain(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _identifier(license: str) -> bool:
    return bool(license) and license == license.lower() and not set(license) & set(" ,/:")


def _size(rows: int) -> str:
    return next((name for limit, name in SIZES if rows < limit), "1M<n<10M")


def _sampled(about: Mapping[str, Any]) -> str:
    low, high = about["probabilities"]
    chance = (
        "Every output that was chosen is here: `probability` is 1."
        if low == high == 1
        else f"`probability` holds the chance with which each output was drawn, {low:.3g} to "
        f"{high:.3g}; weigh by its inverse to estimate what it was drawn from."
    )
    steps = table(("step", "kept", "removed"), about["steps"])
    return f"{steps}\n\n{chance}"


def _labeled(about: Mapping[str, Any]) -> str:
    if not about["rows"]["labels"]:
        return "Nobody has labeled these outputs."
    by = "; ".join(filter(None, [", ".join(about["schemes"]), ", ".join(about["guidelines"])]))
    told = (
        f"{about['labeled']:,} outputs have labels, by {about['people']} annotators; "
        f"{about['adjudicated']:,} were adjudicated. Scheme and guideline: {plain(by)}. Annotators "
        "bear pseudonyms, made with a key that is not part of this folder."
    )
    agreed = table(
        ("field", "measure", "value", "95 % interval", "items", "left out"),
        [(a["group"], a["measure"], _three(a["value"]), _interval(a), a["n"], a["lost"])
         for a in about["agreement"]],
    )  # fmt: skip
    beside = "Beside each stand how many people labeled it and the share of pairs who agree; "
    return (
        f"{told}\n\n{SETTLED[about['labels']]} {beside}`annotations` and the table `labels` hold "
        f"every label.\n\n{agreed}"
    )


def _tail(about: Mapping[str, Any]) -> str:
    if not about["tail"]:
        return "No output has a harm score."
    told = table(
        ("dimension", "measure", "value", "95 % interval", "outputs", "left out"),
        [(t["dimension"], t["measure"], _three(t["value"]), _interval(t), t["n"], t["lost"])
         for t in about["tail"]],
    )  # fmt: skip
    return f"{told}\n\nJudges' mean score of an output, 0 to 1; VaR and CVaR at 95 %."


def _gaps(about: Mapping[str, Any]) -> str:
    said = [f"- {n:,} {what}" for what, n in about["gaps"].items() if n]
    return "\n".join(said) or "Every output has a prompt and a text, and every score a value."


def _masked(about: Mapping[str, Any]) -> str:
    if not about["masked"]:
        return "Nothing was masked. Texts may hold names, addresses, numbers and keys."
    told = ", ".join(f"{n:,} {kind}" for kind, n in about["masked"].items())
    return (
        f"Masked: {told}. Names of people were not looked for, and what the detectors do not know "
        "is still there."
    )


def _loading(about: Mapping[str, Any]) -> str:
    kind = about["format"]
    told = ["`tailscope load FOLDER` reads it back as it was."]
    if kind == "csv":
        told.append(f"Cells are text that no spreadsheet runs. {about['csv_back']}")
    else:
        told.append('`datasets.load_dataset("FOLDER", "outputs")`; other configs: scores, labels.')
    return "\n\n".join(told)


def _withheld(about: Mapping[str, Any]) -> str:
    kept = sorted({r["dataset"] for r in about["runs"] if about["withhold"] and not r["shared"]})
    if not kept:
        return ""
    return f"\n\nTexts of {plain(', '.join(kept))} may not be passed on and are left out."


def _three(value: float | None) -> str:
    return "—" if value is None or value != value else f"{value:.3g}"


def _interval(row: Mapping[str, Any]) -> str:
    return f"{_three(row['low'])} to {_three(row['high'])}"


def described(fields: tuple[Field, ...]) -> list[tuple[str, str, str]]:
    """The columns of a table as the card tells them."""
    return [(one.name, one.kind, one.meaning) for one in fields]
