"""promptfoo results: JSON of versions 2 and 3, whole or the inner object alone, and JSONL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from data import check
from data.answer import About, Answer, Reported
from data.read import loose, pieces, promptfoo_result, told
from data.read.formats import Entry, Format
from data.read.line import Line, refused
from data.read.look import Look
from data.read.source import Source
from data.trouble import Trouble

LISTS = ("results", "results.results", "table.body", "results.table.body")
RESULTS = LISTS[:2]
KEPT = ("evalId", "version", "timestamp", "results.version", "results.timestamp", "metadata")
"""Members kept beside the runs."""


def knows(seen: Look) -> bool:
    """Whether one of the three layouts was seen."""
    result = ("vars", "provider", "prompt", "success", "score")
    if seen.kind == "jsonl":
        return seen.has(*result)
    return seen.kind == "json" and any(
        seen.has(*(f"{path}.[].{name}" for name in result)) for path in RESULTS
    )


def read(source: Source) -> Iterator[Entry]:
    """The answers of an eval, each provider a run of its own; then the eval's own counts.

    An item is a test case (`testIdx`); where an eval has several prompts, `testIdx-n` with the
    prompt's place n, so that the answers of several providers to one prompt stay comparable. An
    eval that says it repeats its tests numbers each repeat anew: they are samples of the first.
    """
    lined = source.kind() == "jsonl"
    frame = _Frame()
    for _, row in _rows(source, lined, frame):
        frame.see(row)
    if not lined and not frame.seen:
        raise Trouble(
            f"{source.name} holds no promptfoo results", "write the eval again: -o results.json"
        )
    for number, row in _rows(source, lined, _Frame()):
        if isinstance(row, Line):
            yield row
        else:
            yield _answer(number, row, frame)
    yield from frame.close()


def _rows(
    source: Source, lined: bool, frame: _Frame
) -> Iterator[tuple[int, dict[str, Any] | Line]]:
    """The results in the order of the file; what stands beside them goes to `frame`."""
    number = 0
    with source.binary() as stream:
        if lined:
            for number, raw in enumerate(stream, start=1):
                if not raw.isspace():
                    yield number, _object(number, raw, source)
            return
        for path, raw in pieces.members(stream, LISTS, source.name):
            if path in RESULTS:
                number += 1
                yield number, _object(number, raw, source)
            elif path not in LISTS:
                frame.member(path, raw)


def _object(number: int, raw: bytes, source: Source) -> dict[str, Any] | Line:
    try:
        row = loose.loads(raw)
    except ValueError as error:
        source.utf8(raw)
        return refused(number, f"not JSON: {error}", raw)
    return row if isinstance(row, dict) else refused(number, "not an object", raw)


class _Frame:
    """What an eval says beside its results, and what its results say together."""

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}
        self.stats: dict[str, Any] = {}
        self.columns: list[dict[str, Any]] = []
        self.dataset: str | None = None
        self.prompts: dict[str, int] = {}
        self.models: dict[tuple[str | None, str | None], None] = {}
        self.times: Counter[tuple[str, str | None, str | None]] = Counter()
        self.first: dict[int, float] = {}
        self.repeat = 1.0
        self.seen = 0

    def see(self, row: dict[str, Any] | Line) -> None:
        """Learns from a result which prompts there are, in the order of their columns."""
        if isinstance(row, Line):
            return
        self.seen += 1
        mark, column = promptfoo_result.prompt_id(row), told.number(row.get("promptIdx"))
        place = int(column) if column is not None else len(self.prompts)
        self.prompts[mark] = min(place, self.prompts.get(mark, place))
        if (test := told.number(row.get("testIdx"))) is not None:
            same = promptfoo_result.case_id(row)
            self.first[same] = min(test, self.first.get(same, test))

    def member(self, path: str, raw: bytes) -> None:
        """Takes in what stands beside the results."""
        try:
            value = loose.loads(raw)
        except ValueError:
            return
        if path in KEPT:
            self.params |= told.small([(path.rpartition(".")[2], value)])
        elif path == "config":
            self.dataset = check.text(told.table(value).get("description"))
            for part in ("evaluateOptions", "commandLineOptions", "runtimeOptions"):
                options = told.table(told.table(value).get(part))
                self.repeat = max(self.repeat, told.number(options.get("repeat")) or 1.0)
            kept = ("evaluateOptions", "tags")  # a provider's own may hold its key
            self.params |= told.small((k, told.table(value).get(k)) for k in kept)
        elif path in ("stats", "results.stats"):
            self.stats = told.table(value)
        elif path in ("prompts", "results.prompts"):
            self.columns = [told.table(column) for column in told.entries(value)]
        elif path in ("table.head", "results.table.head") and not self.columns:
            prompts = told.entries(told.table(value).get("prompts"))
            self.columns = [told.table(column) for column in prompts]

    def item(self, row: dict[str, Any], number: int) -> str:
        """The id of the test case, with its prompt where the eval has several."""
        test = check.text(row.get("testIdx"))
        if test is None:
            test = check.text(row.get("id")) or f"row {number}"
        if self.repeat > 1 and (same := self.first.get(promptfoo_result.case_id(row))) is not None:
            test = f"{same:g}"
        if len(self.prompts) < 2:
            return test
        order = sorted(self.prompts, key=lambda mark: self.prompts[mark])
        return f"{test}-{order.index(promptfoo_result.prompt_id(row))}"

    def close(self) -> Iterator[Entry]:
        """What the eval says of itself: its counts by provider, else those of all."""
        for model, revision in self.models:
            name = told.Named(model=model, revision=revision, dataset=self.dataset)
            stats = told.small((k, self.stats.get(k)) for k in ("successes", "failures", "errors"))
            yield About(self.params | ({"stats": stats} if stats else {}), (), **name)
            counts = self._counts(model, revision)
            if counts is None:
                continue
            passed, failed, broken = counts
            yield Reported("samples", passed + failed + broken, "count", **name)
            yield Reported("successes", passed, "sum", "pass", promptfoo_result.SCORER, **name)
            yield Reported("failures", failed, **name)
            yield Reported("errors", broken, **name)

    def _counts(self, model: str | None, revision: str | None) -> tuple[float, ...] | None:
        if len(self.models) == 1:
            names = ("successes", "failures", "errors")
            found = [told.number(self.stats.get(name)) for name in names]
            if found[0] is not None:
                return tuple(value or 0.0 for value in found)
        provider = revision or model
        own = [told.table(c.get("metrics")) for c in self.columns if c.get("provider") == provider]
        if not own:
            return None
        names = ("testPassCount", "testFailCount", "testErrorCount")
        return tuple(sum(told.number(one.get(name)) or 0.0 for one in own) for name in names)


def _answer(number: int, row: dict[str, Any], frame: _Frame) -> Answer:
    answer = promptfoo_result.answer(row, number)
    answer.item_id, answer.dataset = frame.item(row, number), frame.dataset
    if len(frame.prompts) > 1:
        label = check.text(told.table(row.get("prompt")).get("label"))
        answer.tags |= {"prompt": label[:200]} if label else {}
    mark = (answer.item_id, answer.model, answer.revision)
    answer.sample = frame.times[mark]
    frame.times[mark] += 1
    frame.models[answer.model, answer.revision] = None
    return answer


FORMAT = Format("promptfoo", "promptfoo results", knows, read)
