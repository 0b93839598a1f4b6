"""What the shell's commands share: tables and JSON on stdout, bars and trouble on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.settings import settings
from data.trouble import Trouble

Result = TypeVar("Result")
WIDE = 200
"""Columns of a table that no terminal bounds."""

out = Console(width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, soft_wrap=True)

AsJson = click.option("--json", "as_json", is_flag=True, help="print JSON")
Runs = click.option("--run", "chosen", multiple=True, metavar="RUN", help="a run id or a model")


def stores() -> Any:
    """The stores of the settings."""
    from app.service import stores as opened

    return opened.connect(settings())


def show(value: Any, as_json: bool, table: Callable[[], Table]) -> None:
    """Prints JSON, or the table a person reads."""
    if as_json:
        click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())
    else:
        out.print(table())


def grid(rows: list[dict[str, Any]], columns: list[str]) -> Table:
    """Rows as a plain table; a dash where nothing is known."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        number = rows and isinstance(rows[0].get(name), int | float)
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    return table


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "—"
    return f"{value:.4g}" if isinstance(value, float) else escape(str(value))


def trouble(one: Trouble) -> None:
    """What happened and the way out, on stderr."""
    err.print(f"what: {one.what}\nfix:  {one.fix}", markup=False, highlight=False)


def each(paths: Iterable[Path], work: Callable[[Path], Result]) -> tuple[list[Result], bool]:
    """`work` on every path; one that gives trouble is told and does not keep the others out.

    Returns the results, and whether all went well.
    """
    done, well = [], True
    for path in paths:
        try:
            done.append(work(path))
        except Trouble as one:
            trouble(one)
            well = False
    return done, well


def refused(lines: list[dict[str, Any]]) -> None:
    """Rows that could not be taken, with file, line and reason, on stderr."""
    for row in lines:
        err.print(f"refused: {row['file']}:{row['line'] or '…'}: {row['why']}", markup=False)


def rows(shown: Progress, name: str) -> Callable[[float, int], None]:
    """What to tell about rows read, shown as a bar."""
    task = shown.add_task(name, total=1.0)
    return lambda part, read: shown.update(
        task, completed=part, description=f"{name} · {read} rows"
    )


def bar() -> Progress:
    """A progress bar on stderr; silent where nobody watches."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty())


def pair(text: str) -> tuple[str, str]:
    """KEY=VALUE as a person wrote it. Raises Trouble."""
    key, sign, value = text.partition("=")
    if not sign:
        raise Trouble(f"{text} has no =", "write KEY=VALUE")
    return key, value
