"""What a mapping may ask of records before its columns are looked up in them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Split(BaseModel):
    """A column's text taken apart at each `by` in turn; the last part keeps the rest.

    A text without `by` is the first part alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    by: str = Field(min_length=1)
    into: tuple[str, ...] = Field(min_length=2)


class Derived(BaseModel):
    """A new column: another one's values under new names, as `values` of a mapping gives them."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    source: str = Field(alias="from", min_length=1)
    values: dict[str, str] = {}


class Counted(BaseModel):
    """A new column: how many entries of a list hold these words."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    source: str = Field(alias="in", min_length=1)
    words: str = Field(min_length=1)


class Recast(BaseModel):
    """Records recast before they are mapped, in the order of the fields.

    `chat`: the column of a conversation; its last answer becomes `response` and what was said
    before that `prompt`. `count`: new column -> the list it counts in, and the words that count,
    such as the messages of a conversation that begin in one way. `split`: column -> how it is taken
    apart; the column itself goes. `join`: new column -> a text in which `{name}` stands for a
    column, such as `{subject}/{nr}`. `derive`: new column -> the column it is made from. `wide`:
    new column -> a pattern with one `*`, such as `*_response`: a row becomes a row for each text
    that stands for `*`, which is its `model`.
    """

    chat: str = ""
    count: dict[str, Counted] = {}
    split: dict[str, Split] = {}
    join: dict[str, str] = {}
    derive: dict[str, Derived] = {}
    wide: dict[str, str] = {}

    @field_validator("wide")
    @classmethod
    def _starred(cls, wide: dict[str, str]) -> dict[str, str]:
        for pattern in wide.values():
            if pattern.count("*") != 1 or pattern == "*":
                raise ValueError(f"{pattern!r} needs one * for the model, and more beside it")
        return wide

    def recasts(self) -> bool:
        """Whether any of them is asked for.

        >>> Recast().recasts()
        False
        """
        return bool(self.chat or self.count or self.split or self.join or self.derive or self.wide)
