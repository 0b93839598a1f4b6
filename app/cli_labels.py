"""The shell's commands about labels: bringing them in, and whether people agree."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import printed
from app.printed import AsJson, Runs, grid, show, stores

if TYPE_CHECKING:
    from app.service.agree import By


@click.group()
def labels() -> None:
    """Labels made by people."""


@labels.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--scheme", default="imported", help="the scheme they were made by")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="a mapping file (YAML)")
@click.option("--campaign", help="the campaign they belong to")
@AsJson
def labels_load(files: tuple[Path, ...], scheme: str, map_file: Path | None, campaign: str | None,
                as_json: bool) -> None:  # fmt: skip
    """Bring in labels of outputs that are loaded already."""
    from app.service import labels as bringing
    from data import mapping as maps

    mapping = maps.load(map_file) if map_file else None
    opened = stores()
    told, well = printed.each(
        files, lambda file: bringing.load(opened, file, mapping, scheme, campaign)
    )
    counted = [one | {"refused": len(one["refused"])} for one in told]
    if told:
        show(told, as_json, lambda: grid(counted, ["file", "labels", "new", "refused"]))
    printed.refused([row for one in told for row in one["refused"]])
    sys.exit(0 if well else 2)


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
    from app.service import agree

    rows = [row.json() for row in agree.rows(stores(), chosen, campaign, by=by or "")]
    columns = ["model", "dataset", "group", "measure", "value", "low", "high", "n", "lost"]
    show({"rows": rows}, as_json, lambda: grid(rows, columns))
