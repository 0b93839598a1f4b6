"""How a file is read: by the native format it is in, or as a table by a mapping."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.answer import Gather
from data.batch import Batch
from data.mapping import Mapping
from data.read import formats, table
from data.read.dataset_folder import Split
from data.read.formats import Format
from data.read.source import Source


@dataclass(slots=True)
class Reading:
    """A file about to be read. `mapping` says how a table is understood; a native log has none."""

    source: Source
    mapping: Mapping | None = None
    format: Format | None = None
    _gather: Gather | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        """What the file is, in words."""
        if self.format:
            return self.format.title
        return (self.mapping.title if self.mapping else "") or self.source.kind()

    def batches(self, named: Table[str, str], sha256: str) -> Iterator[Batch]:
        """The rows of the contract, some thousand at a time; the last batch has `position` 1.

        `named` gives model, dataset or revision where the file does not hold them.
        """
        if self.format:
            self._gather = Gather(sha256, named, stem(self.source.name))
            return formats.batches(self.format, self.source, self._gather)
        if self.mapping is None:
            raise ValueError(f"{self.source.name} has neither a format nor a mapping")
        return table.read(self.source, self.mapping, named, sha256)

    def params(self, run_id: str) -> dict[str, Any]:
        """What is kept beside a run: how its file was read, and what the log says of itself."""
        if self.mapping is not None:
            told = {"mapping": self.mapping.model_dump(exclude_defaults=True)}
            license = self.source.license if isinstance(self.source, Split) else None
            return told | ({"license": license} if license else {})
        about = self._gather.about.get(run_id, []) if self._gather else []
        said = {key: value for one in about for key, value in one.params.items()}
        license = said.pop("license", None)
        own = {"license": license} if license else {}
        return own | ({"log": said} if said else {})

    def notes(self, run_id: str) -> list[str]:
        """What a reader of this run must know."""
        about = self._gather.about.get(run_id, []) if self._gather else []
        return list(dict.fromkeys(note for one in about for note in one.notes))


def stem(name: str) -> str:
    """What names a file that nothing inside it names.

    >>> stem("answers.jsonl.gz"), stem(".gz")
    ('answers', '.gz')
    """
    return name.partition(".")[0] or name


def opened(
    place: Path | Split, name: str = "", mapping: Mapping | None = None, format: str | None = None
) -> Reading:
    """How this file, or split of a data set, will be read. Raises Trouble where it cannot be.

    A mapping, or the name of a table's kind as `format`, says that the file is a table.
    """
    if isinstance(place, Split):
        return Reading(place, mapping=table.understand(place, mapping))
    source = Source(place, name, format)
    native = formats.recognize(source) if mapping is None else None
    if native:
        main = native.main(place)
        return Reading(source if main == place else Source(main), format=native)
    return Reading(source, mapping=table.understand(source, mapping))
