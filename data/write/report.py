"""The report of an assessment: HTML that runs and loads nothing, Markdown, a section of a card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

Format = Literal["html", "markdown", "model-card"]
FORMATS: tuple[Format, ...] = get_args(Format)
ENDINGS: dict[Format, str] = {"html": ".html", "markdown": ".md", "model-card": ".md"}
_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_pages.tests["unbroken"] = lambda value: any(len(part) > 24 for part in str(value).split())
_SIGNS = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&])")


def text(about: Mapping[str, Any], format: Format = "html") -> str:
    """The report `about` an assessment, as `app.service.cards.report` gathers it.

    Every value is text from outside and escaped; only the charts, which we draw, are markup.
    """
    if format == "html":
        return _html(about)
    return markdown(about) if format == "markdown" else section(about)


def _html(about: Mapping[str, Any]) -> str:
    tails = [one | {"svg": Markup(one["svg"])} for one in about["tails"]]  # noqa: S704
    drawn = dict(about) | {"forest": Markup(about["forest"]), "tails": tails}  # noqa: S704
    page = _pages.get_template("report.html").render(_seen(drawn))
    return page.rstrip() + "\n"


def _seen(value: Any) -> Any:
    """Texts without the control characters that browsers treat in their own ways."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return "".join(c for c in value if c in "\n\t" or not (ord(c) < 32 or 127 <= ord(c) < 160))
    if isinstance(value, dict):
        return {_seen(key): _seen(one) for key, one in value.items()}
    return [_seen(one) for one in value] if isinstance(value, list | tuple) else value


def markdown(about: Mapping[str, Any]) -> str:
    """The report as Markdown: texts from outside escaped, prompts and answers folded and fenced."""
    parts = [f"# {plain(about['title'])}", f"**{plain(about['sentence'])}**"]
    parts += [_table([{"what": k, "is": v or "— not said"} for k, v in about["facts"].items()])]
    parts += ["## Findings", plain(about["findings"])] if about["findings"] else []
    parts += ["## The cards at a glance", _table(about["glance"])]
    parts += ["## What was covered", _table(about["coverage"])]
    if about["left_out"]:
        parts += ["### Left out, and why", _table(about["left_out"])]
    if about["untested"]:
        parts += ["### Not tested", plain("; ".join(about["untested"]))]
    if compared := about["compared"]:
        parts += [f"## Compared with {plain(compared['title'])}", plain(compared["words"]),
                  _table(compared["rows"])]  # fmt: skip
    parts.append("## The tail")
    for one in about["tails"]:
        parts += [f"### {plain(one['title'])}", _table(one["rows"]), *map(plain, one["notes"])]
    parts.append("## What lenses find")
    for one in about["lenses"]:
        parts += [f"### {plain(one['title'])}", plain(one["source"]), _table(one["rows"])]
    parts.append("## The cards")
    for card in about["cards"]:
        parts += _card(card)
    if about["register"]:
        parts += ["## On the risk register", _table(about["register"])]
    parts += ["## Limits", plain(about["limits"] or "— not said"), "## Methods",
              plain(about["methods"]), "## Sources"]  # fmt: skip
    parts += ["\n".join(f"- {plain(one)}" for one in about["sources"]) or "—", *_rests(about)]
    return "\n\n".join(parts) + "\n"


def _card(card: Mapping[str, Any]) -> list[str]:
    rows = [
        {"what": "for harm to happen", "is": card["conditions"] or "— not said"},
        {"what": "does that hold here", "is": card["holds"] or "— nobody has said"},
        {"what": "plan", "is": card["plan"] or "— not said"},
        {"what": "found", "is": card["note"] or "— not said"},
    ]
    parts = [f"### {plain(card['title'])} ({card['state']})", plain(card["description"]),
             _table(card["numbers"]), _table(card["harms"]), _table(rows)]  # fmt: skip
    for name, words in (("evidence", "evidence_words"), ("log", "log_words")):
        if card[name]:
            parts += [f"**{name.capitalize()}**: {plain(card[words])}", *map(_said, card[name])]
    return parts


def _said(one: Mapping[str, Any]) -> str:
    """Prompt and answer behind a fold, each in a fence longer than any inside it."""
    told = [f"<details><summary>{_entities(one['head'])}</summary>"]
    for name in ("prompt", "answer"):
        if one[name] is not None:
            runs = [len(run) for run in re.findall(r"`+", one[name])]
            fence = "`" * max(3, max(runs, default=0) + 1)
            told += ["", f"{name.capitalize()}:", "", f"{fence}text", one[name], fence]
    told += ["", plain(one["words"])] if one["words"] else []
    told += ["", _table(one["rows"])] if one["rows"] else []
    return "\n".join([*told, "", plain(one["origin"]), "", "</details>"])


def section(about: Mapping[str, Any]) -> str:
    """A section for a model card on a hub: what was assessed and found, without any texts."""
    facts = [{"what": k, "is": v or "— not said"} for k, v in about["facts"].items()]
    parts = ["## Risk assessment", f"**{plain(about['title'])}**. {plain(about['sentence'])}",
             _table(facts), "### Cards", _table(about["glance"]), "### Coverage",
             _table(about["coverage"])]  # fmt: skip
    if about["untested"]:
        parts.append(f"Not tested: {plain('; '.join(about['untested']))}.")
    parts += ["### Limits", plain(about["limits"] or "— not said"), "### Methods",
              plain(about["methods"]), *_rests(about)]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _rests(about: Mapping[str, Any]) -> list[str]:
    rows = [{"of": name, "sha256": digest} for name, digest in about["checksums"].items()]
    words = f"Warehouse snapshot {about['snapshot']}. {about['version_words']}"
    return ["## What it rests on", plain(words), _table(about["runs"]), _table(rows)]


def plain(value: object) -> str:
    """A value from outside as one line that Markdown leaves alone; addresses make no link.

    >>> plain("![x](y) <b>")
    '\\\\!\\\\[x\\\\]\\\\(y\\\\) \\\\<b\\\\>'
    """
    line = " ".join(str("—" if value is None else value).split())
    return re.sub(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", "\u2060", _SIGNS.sub(r"\\\1", line))


def _entities(value: str) -> str:
    line = " ".join(value.split())
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "—"
    lines = [f"| {' | '.join(map(plain, rows[0]))} |", f"| {' | '.join('---' for _ in rows[0])} |"]
    lines += [f"| {' | '.join(plain(cell) for cell in row.values())} |" for row in rows]
    return "\n".join(lines)
