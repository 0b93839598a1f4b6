"""The shell's commands about exports: carry out a recipe, list them, say a license, check."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from app.printed import AsJson, bar, grid, pair, show, stores
from data.tables import Format, Mask, Rule


@click.command()
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="KEY=VALUE",
    help="model, dataset, category, run, words, worst, act, DIMENSION=LOW..HIGH, license, format, "
    "source, label:FIELD, people, agreement:FIELD=LOW..HIGH, lens:NAME.MEASURE=LOW..HIGH",
)
@click.option("--campaign", default="", help="only the cases of a campaign")
@click.option("--near", default="", metavar="WHAT[:0.8]",
              help="without near-duplicates of prompt, answer or both")  # fmt: skip
@click.option("--balance", default="", metavar="BY[:MOST]", help="by category, model or dataset")
@click.option("--sample", default="", metavar="N[:BY]",
              help="draw N: at random, by category, model or dataset, or by harm")  # fmt: skip
@click.option("--split", "parts", multiple=True, metavar="NAME=SHARE",
              help="parts of a hold-out split, such as train=0.9, then test=0.1")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, help="of what is drawn and split")
@click.option("--labels", "rule", type=click.Choice(get_args(Rule)), default="settled",
              help="how labels come to one value")  # fmt: skip
@click.option("--mask", multiple=True, type=click.Choice(get_args(Mask)),
              help="personal data to mask, with a count")  # fmt: skip
@click.option("--region", default="US", help="where phone numbers without a country code are from")
@click.option("--texts-of-all", is_flag=True,
              help="also texts whose license forbids passing them on")  # fmt: skip
@click.option("--title", default="tailscope-export", help="what the data set is called")
@click.option("--license", default="", help="license of the whole set, such as cc-by-4.0")
@click.option("--language", multiple=True, help="such as en")
@click.option("--format", "kind", type=click.Choice(get_args(Format)), default="parquet")
@click.option("--recipe", "named", default="", metavar="NAME[@VERSION]",
              help="carry out a saved recipe; only --format may change it")  # fmt: skip
@click.option("--save", default="", metavar="NAME", help="keep this as a recipe, a new version")
@click.option("--snapshot", type=click.IntRange(1), help="as of this state of the warehouse")
@click.option("--log", "logs", multiple=True, type=click.Path(path_type=Path, exists=True),
              help="an Inspect log; labels are written back to a copy of it")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="count what each step keeps, write nothing")
@click.option("--to", type=click.Path(path_type=Path), help="a new folder")
@AsJson
def export(conditions: tuple[str, ...], campaign: str, near: str, balance: str, sample: str,
           parts: tuple[str, ...], seed: int, rule: str, mask: tuple[str, ...], region: str,
           texts_of_all: bool, title: str, license: str, language: tuple[str, ...], kind: str,
           named: str, save: str, snapshot: int | None, logs: tuple[Path, ...], dry_run: bool,
           to: Path | None, as_json: bool) -> None:  # fmt: skip
    """Take a data set away: rows, labels, a card, checksums, the snapshot."""
    from app.service.exports import asked, curate, recipes
    from app.service.exports import export as exporting

    opened = stores()
    saved = ("", 0)
    if named:
        found = recipes.named(opened, named)
        recipe, saved = found.recipe, (found.name, found.version)
        if _given("kind"):
            recipe = recipe.model_copy(update={"format": kind})
    else:
        given: dict[str, Any] = {
            "seed": seed, "labels": rule, "mask": mask, "region": region, "title": title,
            "withhold": not texts_of_all, "license": license, "language": language, "format": kind,
        }  # fmt: skip
        recipe = asked.recipe(
            [pair(text) for text in conditions], campaign, given, near=near,
            balance=balance, sample=sample, splits=[pair(text) for text in parts],
        )  # fmt: skip
    if save:
        saved = (exporting.slug(save), recipes.save(opened, save, recipe, "me"))
    if dry_run or to is None:
        if not (dry_run or save):
            raise click.UsageError("name a new folder: --to DIR; or --dry-run, or --save NAME")
        seen = curate.preview(opened, recipe.body())
        steps = [{"step": s.what, "kept": s.kept, "removed": s.removed} for s in seen.steps]
        told: dict[str, Any] = {"recipe": saved[0], "version": saved[1], "steps": steps}
        show(told, as_json, lambda: grid(steps, ["step", "kept", "removed"]))
        return
    with bar() as shown:
        task = shown.add_task("exporting", total=1.0)
        done = exporting.export(
            opened, recipe, to, name=saved[0], edition=saved[1], snapshot=snapshot, logs=logs,
            progress=lambda part, what: shown.update(task, completed=part, description=what),
        )  # fmt: skip
    told = done.json()
    show(told, as_json, lambda: grid([told], ["folder", "snapshot", "rows", "manifest_sha256"]))


def _given(name: str) -> bool:
    """Whether an option was given, not left at its default."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


@click.command()
@AsJson
def recipes(as_json: bool) -> None:
    """The saved recipes of exports, each in its newest version."""
    from app.service.exports import recipes as kept

    told = [one.json() for one in kept.every(stores())]
    columns = ["recipe", "version", "what", "format", "made_by", "made_at"]
    show(told, as_json, lambda: grid(told, columns))


@click.command()
@click.argument("dataset", required=False)
@click.argument("license", required=False)
@click.option("--ids-only", is_flag=True, help="its texts may not be passed on")
@AsJson
def licenses(dataset: str | None, license: str | None, ids_only: bool, as_json: bool) -> None:
    """The license of each data set; or say the LICENSE of a DATASET."""
    from app.service.outputs import licensed

    opened = stores()
    if dataset is not None:
        licensed.state(opened, dataset, license or "", not ids_only, "me")
    told = licensed.every(opened)
    show(told, as_json, lambda: grid(told, ["data set", "license", "texts may be passed on",
                                            "said by"]))  # fmt: skip


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@AsJson
def check(folder: Path | None, as_json: bool) -> None:
    """Is everything in order: the stores and this machine, or an export FOLDER."""
    from app.service import check as checking
    from app.settings import settings

    told = checking.export(folder, settings()) if folder else checking.stores(stores())
    show(
        told, as_json, lambda: grid([{"what": k, "is": v} for k, v in told.items()], ["what", "is"])
    )
