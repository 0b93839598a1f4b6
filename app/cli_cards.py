"""The shell's commands about risk cards: files in and out, the deck, reports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from app import printed
from app.printed import AsJson, grid, show, stores
from data.trouble import Trouble


@click.group()
def cards() -> None:
    """Risk cards: how a risk becomes a harm, shown by real answers."""


@cards.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@AsJson
def cards_load(paths: tuple[Path, ...], as_json: bool) -> None:
    """Bring in cards, one a file: YAML, Markdown, or the public deck's own format."""
    from app.service.cards import deck

    opened = stores()
    told, well = printed.each(paths, lambda path: deck.load(opened, path, "me"))
    counted = [one | {"refused": len(one["refused"])} for one in told]
    if told:
        columns = ["cards", "new", "changed", "same", "refused"]
        show(told, as_json, lambda: grid(counted, columns))
    refused = [row for one in told for row in one["refused"]]
    printed.refused(refused)
    sys.exit(0 if well and not refused else 2)


@cards.command("list")
@click.option("--code", "codes", multiple=True, help="such as W1.1, S1.1, mlcommons:hte")
@click.option("--actor", "actors", multiple=True, help="who may be harmed")
@click.option("--harm", "kinds", multiple=True, help="in which way")
@click.option("--status", "statuses", multiple=True, help="draft, active, retired")
@click.option("--words", default="", help="words in name, title and description")
@AsJson
def cards_list(as_json: bool, words: str, **lists: tuple[str, ...]) -> None:
    """The cards there are."""
    from app.service.cards import deck, evidence

    opened = stores()
    found = deck.find(opened, deck.Wanted(words=words, **lists))
    rows = deck.listed(found, evidence.counts(opened))
    short = [row | {"codes": " ".join(row["codes"]), "harms": ", ".join(row["harms"])}
             for row in rows]  # fmt: skip
    columns = ["card", "title", "status", "codes", "harms", "version", "evidence"]
    show(rows, as_json, lambda: grid(short, columns))


@cards.command("report")
@click.argument("assessment", required=False)
@click.option("--to", type=click.Path(path_type=Path), help="the file to write")
@click.option("--format", type=click.Choice(["html", "markdown", "model-card"]), default="html")
@click.option("--beside", default="", help="another assessment to compare with")
@AsJson
def cards_report(assessment: str | None, to: Path | None, format: Any, beside: str,
                 as_json: bool) -> None:  # fmt: skip
    """Write the report of an assessment into one file; without a name, list the assessments."""
    from app.service.cards import assess, report

    opened = stores()
    if assessment is None:
        rows = [{"assessment": k, "title": v} for k, v in assess.titles(opened).items()]
        show(rows, as_json, lambda: grid(rows, ["assessment", "title"]))
        return
    if to is None:
        raise Trouble("no file is named for the report", "add --to FILE")
    digest = report.write(opened, assessment, to, format, beside)
    told = {"assessment": assessment, "file": str(to), "format": format, "sha256": digest}
    show(told, as_json, lambda: grid([told], ["assessment", "file", "format", "sha256"]))


@cards.command("export")
@click.argument("names", nargs=-1)
@click.option("--to", required=True, type=click.Path(path_type=Path), help="a new folder")
@click.option("--format", type=click.Choice(["yaml", "markdown", "public"]), default="yaml")
@AsJson
def cards_export(names: tuple[str, ...], to: Path, format: Any, as_json: bool) -> None:
    """Write every card, or those named, one a file."""
    from app.service.cards import deck

    made = deck.export(stores(), to, format, names)
    told = {"folder": str(to), "format": format, "cards": len(made)}
    show(told, as_json, lambda: grid([told], ["folder", "format", "cards"]))
