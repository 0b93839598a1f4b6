"""A recipe: which answers are taken, what is done to them, and how they are written."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.service.outputs import cases
from app.service.outputs.cases import Chosen, Filter
from data.tables import Format, Mask, Rule
from data.trouble import Trouble

By = Literal["", "category", "model", "dataset"]
Share = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """What every part of a recipe is: frozen, and strict about what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Near(Part):
    """Near-duplicates: of what, and from which likeness on (Jaccard, of five-letter pieces)."""

    of: Literal["prompt", "answer", "both"] = "prompt"
    threshold: float = Field(0.8, ge=0.5, le=1)


class Balance(Part):
    """At most `most` answers a group (0: as many as the smallest has)."""

    by: Literal["category", "model", "dataset"] = "category"
    most: int = Field(0, ge=0)


class Sample(Part):
    """A draw of `size` answers: at random, as many of every group, or the more harm the likelier.

    `floor` is the share of a draw by harm that is spread evenly, so that every answer has a chance.
    """

    size: int = Field(ge=1)
    by: By = ""
    harm: bool = False
    floor: float = Field(0.2, gt=0, le=1)


class LensCut(Part):
    """Keeps the runs (or their categories) whose number by a lens lies in bounds."""

    lens: str
    measure: str
    low: float | None = None
    high: float | None = None
    by: Literal["", "category"] = ""


class Where(Part):
    """Which answers: the filter that Cases has, and what only an export asks."""

    runs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    words: str = ""
    dimension: str = ""
    low: float = 0.0
    high: float = 1.0
    worst: float = Field(0.0, ge=0, lt=1)
    act: str = ""
    campaign: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    people: int = Field(0, ge=0)
    agreement: tuple[str, Share, Share] | None = None
    lens: LensCut | None = None
    licenses: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def chosen(self) -> Chosen:
        """What Cases would let through."""
        names = ("runs", "models", "datasets", "categories", "words", "dimension", "low", "high")
        return Chosen(
            Filter(**{name: getattr(self, name) for name in names}),
            worst=self.worst, act=self.act, campaign=self.campaign,
        )  # fmt: skip


class Recipe(Part):
    """An export as it is asked for; the same recipe at the same state of the stores is the same
    bytes.

    `withhold` leaves the texts out where the license forbids passing them on. `card` holds sections
    of the card that a person wrote in place of the made ones, by heading.
    """

    title: str = "tailscope-export"
    where: Where = Field(default_factory=lambda: Where.model_validate({}))
    near: Near | None = None
    balance: Balance | None = None
    sample: Sample | None = None
    splits: dict[str, Share] = {}
    seed: int = Field(0, ge=0)
    labels: Rule = "settled"
    mask: tuple[Mask, ...] = ()
    region: str = Field("US", pattern="^[A-Z]{2}$")
    withhold: bool = True
    license: str = ""
    language: tuple[str, ...] = ()
    card: dict[str, str] = {}
    format: Format = "parquet"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        whole = sum(self.splits.values())
        if self.splits and abs(whole - 1) > 1e-6:
            raise Trouble(f"the parts of the split add to {whole:g}, not 1", _mended(self.splits))
        for name in self.splits:
            if not name.isidentifier() or name == "all":
                raise ValueError(f"{name!r} cannot name a part; train, test and validation can")
        return self

    def body(self) -> str:
        """The recipe as JSON: what is not asked for is left out."""
        told = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(told, ensure_ascii=False)


def _mended(splits: dict[str, float]) -> str:
    """What to write for parts that do not add to 1: as large beside each other, or one part more.

    >>> _mended({"train": 0.6, "test": 0.2})
    'write train=0.75, test=0.25, or name a part for the other 0.2'
    """
    whole = sum(splits.values())
    if whole < 0.001:
        return "write parts that add to 1, such as train=0.9, test=0.1"
    parts = {name: round(share / whole, 3) for name, share in splits.items()}
    first = max(parts, key=parts.__getitem__)
    parts[first] += 1 - sum(parts.values())  # thirds are 0.334, 0.333 and 0.333
    told = ", ".join(f"{name}={share:.3g}" for name, share in parts.items())
    rest = f", or name a part for the other {1 - whole:.3g}" if whole < 1 else ""
    return f"write {told}{rest}"


def read(body: str | dict[str, Any]) -> Recipe:
    """The recipe in this JSON. Raises Trouble naming what is not understood."""
    try:
        told = json.loads(body) if isinstance(body, str) else body
        return Recipe.model_validate(told)
    except json.JSONDecodeError as error:
        raise Trouble(f"the recipe is not JSON: {error}", "write one object") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the recipe"
        raise Trouble(
            f"{place}: {first['msg'].removeprefix('Value error, ')}",
            f"the keys are {', '.join(sorted(Recipe.model_fields))}",
        ) from error


def words(recipe: Recipe) -> str:
    """The recipe as a phrase a person reads.

    >>> words(Recipe(near=Near(), sample=Sample(size=20), splits={"train": 0.8, "test": 0.2}))
    'all data sets, without near-duplicate prompts, 20 drawn, split train 80 %, test 20 %'
    """
    w = recipe.where
    parts = [cases.words(w.chosen())]
    parts += [f"{field} is {value}" for field, value in w.labels]
    if w.people:
        parts.append(f"labeled by {w.people} or more")
    if w.agreement:
        field, low, high = w.agreement
        parts.append(f"agreement on {field} from {low:g} to {high:g}")
    if w.lens:
        parts.append(f"{w.lens.measure} by {w.lens.lens} {_bounds(w.lens.low, w.lens.high)}")
    for name, held in (("license", w.licenses), ("format", w.formats), ("source", w.sources)):
        if held:
            parts.append(f"{name} {', '.join(held)}")
    if recipe.near:
        what = {"prompt": "prompts", "answer": "answers", "both": "pairs"}[recipe.near.of]
        parts.append(f"without near-duplicate {what}")
    if recipe.balance:
        most = f"{recipe.balance.most} at most" if recipe.balance.most else "balanced"
        parts.append(f"{most} by {recipe.balance.by}")
    if recipe.sample:
        how = " by harm" if recipe.sample.harm else ""
        every = f" by {recipe.sample.by}" if recipe.sample.by else ""
        parts.append(f"{recipe.sample.size} drawn{how}{every}")
    if recipe.splits:
        told = ", ".join(f"{name} {share * 100:g} %" for name, share in recipe.splits.items())
        parts.append(f"split {told}")
    return ", ".join(parts)


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"from {low:g} to {high:g}"
    return f"{low:g} or more" if low is not None else f"{high:g} or less" if high else "known"
