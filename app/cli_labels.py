"""The shell's commands about labels: bringing them in, and whether people agree."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import printed
from app.printed import AsJson, Runs, grid, show, stores
from data.trouble import Trouble

if TYPE_CHECKING:
    from app.service.measures.agree import By


@click.group()
def labels() -> None:
    """Labels made by people."""


@labels.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--scheme", default="imported", help="the scheme they were made by")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="a mapping file (YAML)")
@click.option("--campaign", help="the campaign they belong to")
@click.option("--person", default="", help="who made them, where the file does not say")
@click.option("--field", default="label", help="the field, where a tool's export names none")
@AsJson
def labels_load(files: tuple[Path, ...], scheme: str, map_file: Path | None, campaign: str | None,
                person: str, field: str, as_json: bool) -> None:  # fmt: skip
    """Bring in labels of outputs that are loaded: tables, or Argilla, Label Studio, Prodigy."""
    from app.service.labeling import labels as bringing
    from data import mapping as maps

    mapping = maps.load(map_file) if map_file else None
    opened = stores()
    asked = bringing.Asked(mapping, scheme, campaign, person, field)
    told, well = printed.each(files, lambda file: bringing.load(opened, file, asked))
    counted = [one | {"refused": len(one["refused"])} for one in told]
    if told:
        show(told, as_json, lambda: grid(counted, ["file", "labels", "new", "refused"]))
    printed.refused([row for one in told for row in one["refused"]])
    for row in (row for one in told for row in one["unknown"]):
        said = f"{row['field']} {row['value']!r} is no value of the scheme"
        click.echo(f"kept as it is: {said} ({row['labels']} labels)", err=True)
    sys.exit(0 if well else 2)


@labels.command("export")
@click.option("--campaign", default="", help="of one campaign: its key")
@click.option("--until", default="", help="up to a moment (UTC): 2026-11-20 or 2026-11-20 14:00")
@click.option("--to", type=click.Path(path_type=Path), required=True, help="the file to write")
@AsJson
def labels_export(campaign: str, until: str, to: Path, as_json: bool) -> None:
    """Write every event as it was kept: labels, undos, skips, adjudications, changes; JSONL."""
    from app.service.outputs import record

    body = record.jsonl(stores(), campaign, record.moment(until))
    try:
        to.write_bytes(body)
    except OSError as error:
        raise Trouble(f"{to} cannot be written: {error}", "name another place") from error
    told = {"file": str(to), "events": body.count(b"\n")}
    show(told, as_json, lambda: grid([told], ["file", "events"]))


@click.command()
@click.option("--campaign", help="over the cases of a campaign")
@click.option(
    "--by",
    type=click.Choice(["pair", "category", "dataset"]),
    help="each pair or category alone; all runs of a data set as one",
)
@Runs
@AsJson
def agreement(campaign: str | None, by: By | None, chosen: tuple[str, ...], as_json: bool) -> None:
    """Do the people who labeled agree."""
    from app.service.measures import agree

    rows = [row.json() for row in agree.rows(stores(), chosen, campaign, by=by or "")]
    columns = ["model", "dataset", "group", "measure", "value", "low", "high", "n", "lost"]
    show({"rows": rows}, as_json, lambda: grid(rows, columns))
