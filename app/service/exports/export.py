"""Taking a data set away: a recipe carried out into a folder, whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from uuid import uuid4

import pyarrow as pa

from app.service.exports import about as telling
from app.service.exports import curate, facts, resolve, toolfiles, writing
from app.service.exports.recipe import Recipe
from app.service.exports.writing import Rows
from app.service.stores import Stores
from data import memory
from data.masks import Masker
from data.trouble import Trouble
from data.write import card, cells, croissant, manifest
from db import exports, room, taken
from db import told as told_labels

Progress = Callable[[float, str], None]
OF_RUN = ("run_id", "dataset", "model", "revision", "license")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and where."""

    folder: Path
    snapshot: int
    rows: dict[str, int]
    sha256: str
    masked: dict[str, int]
    steps: tuple[curate.Step, ...]

    def json(self) -> dict[str, Any]:
        """The export as `tailscope export --json` prints it."""
        steps = [{"step": s.what, "kept": s.kept, "removed": s.removed} for s in self.steps]
        return {
            "folder": str(self.folder), "snapshot": self.snapshot, "rows": self.rows,
            "masked": self.masked, "steps": steps, "manifest_sha256": self.sha256,
        }  # fmt: skip


def export(
    stores: Stores,
    recipe: Recipe,
    to: Path,
    *,
    name: str = "",
    edition: int = 0,
    by: str = "",
    snapshot: int | None = None,
    logs: Sequence[Path] = (),
    progress: Progress | None = None,
) -> Exported:
    """Carries out a recipe into the new folder `to`: whole, or not at all.

    `name` and `edition` are those of a saved recipe, `snapshot` the state of the warehouse (the
    newest where none is named), `logs` the Inspect logs that labels are written back to copies of.
    Raises Trouble where the folder is taken or nothing was chosen.
    """
    _free(to)
    tell = progress or (lambda _part, _what: None)
    Thread(target=import_module, args=("pandas",)).start()  # DuckDB and Arrow ask for it later
    draft = to.absolute().with_name(f".{to.absolute().name}.{uuid4().hex[:8]}")
    try:
        with curate.pinned(stores, snapshot) as (held, at), TemporaryDirectory() as aside:
            steps = curate.curate(held, recipe, lambda what: tell(0.05, what))
            if not steps[-1].kept:
                last = next((s.what for s in steps if s.removed and not s.kept), steps[-1].what)
                raise Trouble(
                    "no output fits this choice, so there is nothing to export",
                    f"widen it: nothing is left after {last!r}",
                )
            draft.mkdir(parents=True)
            told = _written(
                held, at, recipe, steps, draft, (name, edition), logs, Path(aside), tell
            )
        if to.exists():
            to.rmdir()
        draft.rename(to)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise _unwritable(to, error) from error
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    taken.record(stores.ledger, {
        "export": uuid4().hex, "snapshot": told.snapshot, "rows": told.rows["outputs"],
        "sha256": told.sha256, "made_by": by or "me",
        "recipe": json.dumps({"name": name, "version": edition, "title": recipe.title,
                              "format": recipe.format, "recipe": json.loads(recipe.body())}),
    })  # fmt: skip
    tell(1.0, "done")
    return Exported(to, told.snapshot, told.rows, told.sha256, told.masked, tuple(steps))


def _free(to: Path) -> None:
    """Raises Trouble where the folder is taken, or its name none that can be."""
    try:
        taken_already = to.exists() and (not to.is_dir() or any(to.iterdir()))
    except OSError as error:
        raise _unwritable(to, error) from error
    if taken_already:
        raise Trouble(f"{to} is there already and is not an empty folder", "name a new folder")


def _unwritable(to: Path, error: OSError) -> Trouble:
    return Trouble(
        f"{to} cannot be written: {error.strerror}", "name a folder you may write to, with room"
    )


def told(stores: Stores, recipe: Recipe) -> dict[str, Any]:
    """What the card of a recipe would be made of, without writing anything. Raises Trouble."""
    with curate.pinned(stores) as (held, at), TemporaryDirectory() as aside:
        steps = curate.curate(held, recipe, lambda _: None)
        about = _ready(
            held, at, recipe, steps, "", Masker(()), Path(aside), lambda _part, _what: None
        )[1]
        return about | facts.measured(held)


def _ready(
    held: Stores, at: int, recipe: Recipe, steps: list[curate.Step], name: str, masker: Masker,
    aside: Path, tell: Progress,
) -> tuple[Rows, dict[str, Any]]:  # fmt: skip
    """The rows that will be written, and what the card tells of them but their numbers."""
    used = facts.used(held)
    ids = [run["run_id"] for run in used]
    resolve.gather(held, ids, masker if masker.kinds else None, aside, tell)
    tell(0.9, "scores and steps of what was chosen")
    _prepare(held, recipe, used)
    labeled = facts.labeled(held, tell)
    rows = Rows(
        held.warehouse, recipe, tuple(told_labels.fields(held.warehouse)),
        exports.counts(held.warehouse), tuple(used), resolve.pseudonyms(held, name),
        tuple(labeled["guidelines"]), masker.text if masker.kinds else None,
        masker.inside if masker.kinds else None,
    )  # fmt: skip
    return rows, telling.about(held, at, recipe, rows, steps, labeled)


def _written(
    held: Stores, at: int, recipe: Recipe, steps: list[curate.Step], draft: Path,
    saved: tuple[str, int], logs: Sequence[Path], aside: Path, tell: Progress,
) -> Exported:  # fmt: skip
    """Everything in the draft folder, the manifest last."""
    tell(0.1, "gathering labels")
    masker = Masker(recipe.mask, recipe.region)
    rows, about = _ready(
        held, at, recipe, steps, saved[0], masker, aside,
        lambda part, what: tell(0.1 + 0.1 * part, what),
    )  # fmt: skip
    resolve.resolve(
        held, recipe.labels, rows.person, lambda part, what: tell(0.2 + 0.1 * part, what)
    )
    own = {"tailscope": json.dumps({"snapshot": at, "version": version("tailscope")})}
    memory.give_back()
    hands = room.handed(held.warehouse)
    with ThreadPoolExecutor(1, "numbers") as beside:
        measured = beside.submit(facts.measured, held.beside())
        files, sums = writing.write(
            rows, draft, own, hands, lambda part, what: tell(0.3 + 0.55 * part, what)
        )
        tell(0.86, "what is missing, and the tail")
        about |= measured.result()
    masked = dict(masker.counts)  # of the data: what other tools import holds the same again
    tell(0.87, "files for other tools")
    toolfiles.write(held, rows, draft / "import", about["as_of"], logs)
    tell(0.9, "card and manifest")
    about |= {"masked": masked, "configs": telling.configs(files)}
    columns = {table: rows.columns(table) for table in writing.tables_of(rows)}
    (draft / "README.md").write_text(card.text(about), "utf-8")
    (draft / croissant.NAME).write_bytes(croissant.body(about, sums, columns))
    for guideline, text in facts.guideline_texts(held, about["guidelines"]).items():
        (draft / "guidelines").mkdir(exist_ok=True)
        (draft / "guidelines" / f"{slug(guideline) or 'guideline'}.md").write_text(text, "utf-8")
    escape = {"csv_escape": "leading-apostrophe", "csv_back": cells.BACK}
    digest = manifest.write(
        draft,
        {
            "made_by": f"Tailscope {version('tailscope')}", "snapshot": at,
            "as_of": about["as_of"], "masked": masked, "format": recipe.format,
            "recipe": {"name": saved[0], "version": saved[1], "body": json.loads(recipe.body())},
            "runs": list(rows.used),
            "columns": {table: [list(one) for one in of] for table, of in columns.items()},
            **(escape if recipe.format == "csv" else {}),
        },
        files, sums,
    )  # fmt: skip
    return Exported(draft, at, rows.counts, digest, masked, tuple(steps))


def _prepare(held: Stores, recipe: Recipe, used: list[dict[str, Any]]) -> None:
    told = {name: pa.array([run[name] for run in used], pa.string()) for name in OF_RUN}
    kept_back = [recipe.withhold and not run["shared"] for run in used]
    exports.prepare(held.warehouse, pa.table({
        **told, "source_sha256": pa.array([run["sha256"] for run in used], pa.string()),
        "withheld": pa.array(kept_back, pa.bool_()),
    }))  # fmt: skip


def slug(name: str) -> str:
    """A name as a folder may be called; empty when nothing of it is left.

    >>> slug("Tail of spring models!")
    'tail-of-spring-models'
    """
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")
