"""The shell's commands about scoring: order a job, take jobs, follow, cancel and resume them."""

from __future__ import annotations

import sys
from typing import Any

import click

from app import printed
from app.printed import AsJson, err, grid, out, show, stores
from data.trouble import Trouble

Where = click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="KEY=VALUE",
    help="which cases: as in export",
)


@click.command()
@click.option("--model", default="", help="a hub id, a local folder, or its name at an endpoint")
@click.option("--dataset", default="", help="the data set whose prompts or answers are scored")
@click.option("--scorer", default="options", show_default=True, help="`--list` names them")
@click.option("--revision", default="", help="an exact revision of a hub model")
@click.option("--endpoint", default="", metavar="URL", help="an OpenAI-compatible server")
@click.option("--set", "given", multiple=True, metavar="KEY=VALUE", help="a setting of the scorer")
@Where
@click.option("--limit", type=click.IntRange(0), default=0, help="so many cases, drawn by the seed")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--name", default="", help="how the model is called on the screens")
@click.option("--again", is_flag=True, help="though the same work was done before")
@click.option("--plan", "only", is_flag=True, help="say what it would take; order nothing")
@click.option("--list", "listing", is_flag=True, help="the scorers there are, and their settings")
@AsJson
def score(dataset: str, given: tuple[str, ...], conditions: tuple[str, ...], only: bool,
          listing: bool, as_json: bool, **asked: Any) -> None:  # fmt: skip
    """Order a scoring job; a worker does it."""
    from app.service.outputs import choose
    from app.service.scoring import orders, plan, scorers

    if listing:
        told = scorers.listed()
        show(told, as_json, lambda: grid(told, ["scorer", "title", "models", "makes", "settings"]))
        return
    pairs = [printed.pair(text) for text in conditions]
    pairs += [("dataset", dataset)] if dataset else []
    if not pairs:
        raise Trouble("no data set is named", "tailscope score --dataset NAME")
    wanted = orders.Asked(
        chosen=choose.read(pairs), settings=scorers.typed(asked["scorer"], given), **asked
    )
    opened = stores()
    planned = plan.plan(opened, wanted)
    if only:
        show(planned.json(), as_json, lambda: grid(planned.rows(), ["what", "is"]))
        return
    placed = orders.place(opened, wanted, "shell")
    told = [
        {"job": one.job, "state": one.state, "already": one.already, "cases": one.cases}
        for one in placed
    ]
    if as_json:
        show(told, as_json, lambda: grid(told, ["job"]))
        return
    for one in placed:
        out.print(one.said, markup=False, highlight=False)
    if not all(one.already for one in placed):
        out.print(planned.sentence, markup=False, highlight=False)
        if planned.why_not:
            out.print(planned.why_not, markup=False, highlight=False)


@click.command()
@click.option("--once", is_flag=True, help="do one job that waits, then end")
@click.option("--beside", type=int, default=0, hidden=True)
def worker(once: bool, beside: int) -> None:
    """Take scoring jobs and do them, until it is stopped."""
    from app.service.scoring import worker as working

    opened = stores()
    if once:
        done = working.once(opened, beside)
        if not beside:
            out.print(f"job {done} is off the list" if done else "No job waits.", markup=False)
        return
    if not beside:
        out.print("A worker waits for jobs  (Ctrl+C stops it)", markup=False)
    try:
        working.keep(opened, lambda line: err.print(line, markup=False), beside)
    except KeyboardInterrupt:
        err.print("the worker has stopped; a job in hand goes on with the next one", markup=False)
        sys.exit(130)


@click.group(invoke_without_command=True)
@AsJson
@click.pass_context
def jobs(context: click.Context, as_json: bool) -> None:
    """The jobs there are, and how each stands."""
    from app.service.scoring import jobs as following

    if context.invoked_subcommand:
        return
    told = [one.json() for one in following.every(stores())]
    columns = ["id", "state", "done", "total", "rate", "model", "scorer", "dataset", "error"]
    show(told, as_json, lambda: grid(told, columns))


@jobs.command("cancel")
@click.argument("job")
def cancel(job: str) -> None:
    """Stop a job after the batch in hand; what is kept stays."""
    from app.service.scoring import jobs as following

    state = following.cancel(stores(), job, "shell").state
    out.print(f"job {job} is {state}", markup=False)


@jobs.command("retry")
@click.argument("job")
def retry(job: str) -> None:
    """Take a job up again that failed or was cancelled, where it stopped."""
    from app.service.scoring import jobs as following

    state = following.retry(stores(), job, "shell").state
    out.print(f"job {job} is {state}", markup=False)


@jobs.command("log")
@click.argument("job")
def log(job: str) -> None:
    """The last lines of a job's log."""
    from app.service.scoring import jobs as following

    opened = stores()
    following.one(opened, job)
    for line in following.log(opened, job):
        click.echo(line)
