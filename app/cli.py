"""The shell door: `tailscope …`. Exit 0 when done, 2 with one `what / fix` on stderr."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from app import printed
from app.cli_cards import cards
from app.cli_export import check, export, licenses, recipes
from app.cli_jobs import jobs, score, worker
from app.cli_labels import agreement, labels
from app.printed import AsJson, Runs, bar, err, grid, out, rows, show, stores
from app.settings import settings
from data import memory
from data.trouble import Trouble


def main() -> None:
    """Runs the command; what a person can put right is said once, on stderr."""
    memory.seldom()
    signal.signal(signal.SIGTERM, _stop)
    try:
        shell(standalone_mode=False)
    except Trouble as trouble:
        printed.trouble(trouble)
        sys.exit(2)
    except click.ClickException as error:
        printed.trouble(Trouble(error.format_message(), "tailscope --help"))
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        _stopped()
    except Exception as error:
        if cut_short(error):
            _stopped()
        if "--debug" in sys.argv:
            raise
        what = f"this is a fault of Tailscope: {type(error).__name__}: {error}"
        printed.trouble(Trouble(what, "run it again as `tailscope --debug …` and report that"))
        sys.exit(1)
    finally:
        memory.leave()


def _stop(number: int, frame: FrameType | None) -> None:
    """What is told to end cleans up as after Ctrl+C."""
    del number, frame
    raise KeyboardInterrupt


def cut_short(error: Exception) -> bool:
    """Whether this is what DuckDB makes of Ctrl+C in the middle of a query."""
    return isinstance(error.__cause__, KeyboardInterrupt)


def _stopped() -> NoReturn:
    err.print("stopped; nothing half-written", markup=False)
    sys.exit(130)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tailscope")
@click.option("--debug", is_flag=True, help="show where a fault happened")
def shell(debug: bool) -> None:
    """Explore, label and export the risk of language models."""


@shell.command()
@click.option("--port", type=click.IntRange(1, 65535), help="where to listen (default 8501)")
@click.option("--worker/--no-worker", default=True, help="with a worker that takes scoring jobs")
def serve(port: int | None, worker: bool) -> None:
    """Start the app in the browser, and a worker beside it."""
    from app.service import serve as serving

    serving.serve(settings(), port, worker)


@shell.command()
@click.option("--if-empty", is_flag=True, help="only where nothing is loaded yet")
@click.option("--model/--no-model", default=True, help="train the small model to score with")
def demo(if_empty: bool, model: bool) -> None:
    """Fill the stores with the made-up sample data, and make a small model to score with."""
    from app.service import demo as sample
    from app.service.scoring import sample_model

    opened = stores()
    with bar() as shown:
        task = shown.add_task("making the sample data", total=1.0)

        def step(part: float, what: str) -> None:
            shown.update(task, completed=part, description=what)

        loaded = sample.fill(opened, if_empty, step)
        wanted = model and bool(loaded or not if_empty)
        if wanted and sample_model.possible():
            loaded += sample_model.make(opened, step)
    if wanted and not sample_model.possible():
        out.print("Without torch no small model is made to score with (make run installs it).")
    if loaded:
        outputs = sum(run.outputs for run in loaded)
        out.print(f"{len(loaded)} runs, {outputs} outputs of made-up sample data are loaded.")
    elif not if_empty:
        out.print("The sample data is loaded already.")


@shell.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    metavar="FORMAT",
    help="what the files are, where their content leaves it open",
)
@click.option("--map", "mapped", help="a mapping: a YAML file, or the name of a saved one")
@click.option("--dataset", help="the data set, where the file does not say")
@click.option("--model", help="the model, where the file does not say")
@click.option("--dry-run", is_flag=True, help="read everything, write nothing")
@AsJson
def load(paths: tuple[Path, ...], format: str | None, mapped: str | None, dataset: str | None,
         model: str | None, dry_run: bool, as_json: bool) -> None:  # fmt: skip
    """Bring in files or folders: logs of evaluation tools; CSV, TSV, JSONL, JSON, Parquet."""
    from app.service.loading import folder, maps
    from app.service.loading import load as loading
    from data.read import hub

    mapping = maps.named(settings(), mapped) if mapped else None
    named = {k: v for k, v in (("dataset", dataset), ("model", model)) if v}
    opened = stores()

    def one(asked: Path) -> loading.Report:
        path = hub.fetched(asked, settings().home / "hub")
        with bar() as shown:
            if path.is_dir():
                return folder.load(opened, path, mapping=mapping, named=named, dry_run=dry_run,
                                   watch=lambda name: rows(shown, name))  # fmt: skip
            return loading.load(opened, path, mapping=mapping, named=named, format=format,
                                dry_run=dry_run, progress=rows(shown, path.name))  # fmt: skip

    done, well = printed.each(paths, one)
    told = loading.together(done).json()
    columns = "run model dataset format items outputs scores labels refused already".split()  # noqa: SIM905
    if done:
        show(told, as_json, lambda: grid(told["loaded"], columns))
    if not as_json:
        for note in dict.fromkeys(note for run in told["loaded"] for note in run["notes"]):
            out.print(note, markup=False)
    printed.refused(told["refused"])
    sys.exit(0 if well else 2)


@shell.command()
@AsJson
def runs(as_json: bool) -> None:
    """The runs that are loaded."""
    from app.service.outputs import runs as listed

    found = listed.every(stores())
    columns = ["run", "model", "dataset", "format", "outputs", "own numbers", "made_at"]
    show(found, as_json, lambda: grid(listed.checked(found), columns))
    if not as_json:
        for note in listed.noted(found):
            out.print(note, markup=False)


@shell.command()
@click.argument("name", required=False)
@Runs
@click.option("--set", "given", multiple=True, metavar="KEY=VALUE", help="a setting of the lens")
@click.option("--by", default="", help="a column to look by, such as category")
@click.option("--paper", default="", help="list those that speak of this paper or measure")
@click.option("--needs", default="", help="list those that need a column, or labels, steps, …")
@click.option("--ready", is_flag=True, help="list those that what is loaded can feed")
@click.option("--all", "every", is_flag=True, help="look through every lens that is ready")
@click.option(
    "--example", type=click.Path(path_type=Path), help="a folder for a file that feeds it"
)
@AsJson
def lens(name: str | None, chosen: tuple[str, ...], given: tuple[str, ...], by: str, paper: str,
         needs: str, ready: bool, every: bool, example: Path | None,
         as_json: bool) -> None:  # fmt: skip
    """The lenses there are; or look at the runs through one, or through all that are ready."""
    from app import cli_lens

    if name is None and every:
        cli_lens.every(stores(), chosen, as_json)
    elif name is None:
        cli_lens.listed(stores(), paper, needs, ready, as_json)
    elif example is not None:
        cli_lens.example(name, example, as_json)
    else:
        pairs = dict(printed.pair(text) for text in given)
        cli_lens.look(stores(), name, chosen, pairs, by, as_json)


for command in (
    labels, cards, agreement, score, worker, jobs, export, recipes, licenses, check,
):  # fmt: skip
    shell.add_command(command)

if __name__ == "__main__":
    main()
