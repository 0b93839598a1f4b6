"""Taxonomies of harm and the crosswalk between them: YAML files a team can edit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from data.trouble import Trouble

TAXONOMIES = Path(__file__).parent.parent / "taxonomies"
CROSSWALK = "crosswalk.yaml"
DEFAULT = "mlcommons"
TOP = ("taxonomy", "version", "title", "source", "status", "level", "categories")
ENTRY = ("code", "title", "also", "below")


@dataclass(frozen=True, slots=True)
class Category:
    """One category: its code, what the screen says, other spellings, and those above it."""

    code: str
    title: str
    also: tuple[str, ...] = ()
    above: tuple[str, ...] = ()

    @property
    def level(self) -> int:
        """How deep it stands: 1 at the top."""
        return len(self.above) + 1


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Categories in their order, each after the one above it; `level` is the one usually shown."""

    taxonomy: str
    version: int
    title: str
    source: str
    status: str
    level: int
    categories: tuple[Category, ...]

    @property
    def depth(self) -> int:
        """How many levels there are."""
        return max(one.level for one in self.categories)

    def names(self) -> dict[str, str]:
        """Every spelling, in lower case with underscores, to the code it means."""
        found: dict[str, str] = {}
        for one in self.categories:
            for word in (one.code, one.title, *one.also):
                found.setdefault(plain(word), one.code)
        return found

    def rolled(self, code: str, level: int) -> str:
        """The category at this level that a code stands under; itself where it stands higher.

        >>> every()["mlcommons"].rolled("spc_ele", 2)
        'spc'
        """
        above = self.of()[code].above
        return (*above, code)[min(level, len(above) + 1) - 1]

    def of(self) -> dict[str, Category]:
        """The categories by code."""
        return {one.code: one for one in self.categories}


Crosswalk = Mapping[tuple[str, str], Mapping[str, str]]
"""(from, to) -> a code of the first to a code of the second."""


def plain(text: str) -> str:
    """A spelling without its case and signs.

    >>> plain("Suicide & Self-Harm"), plain("suicide and self harm")
    ('suicide_and_self_harm', 'suicide_and_self_harm')
    """
    return re.sub(r"[^a-z0-9]+", "_", text.lower().replace("&", " and ")).strip("_")


def every(home: Path | None = None) -> dict[str, Taxonomy]:
    """The taxonomies by name, the default first; those in `home`/taxonomies override or add.

    >>> list(every())[0]
    'mlcommons'
    """
    found: dict[str, Taxonomy] = {}
    for path in _files(home):
        if path.name != CROSSWALK:
            one = load(path)
            found[one.taxonomy] = one
    names = sorted(found, key=lambda name: (name != DEFAULT, found[name].title.lower()))
    return {name: found[name] for name in names}


def crosswalk(home: Path | None = None) -> Crosswalk:
    """The crosswalk; a line in `home`/taxonomies/crosswalk.yaml wins over ours.

    Raises Trouble where it names a taxonomy or a category there is not.
    """
    known = every(home)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for path in _files(home):
        if path.name == CROSSWALK:
            for pair, lines in _links(_text(path), str(path), known).items():
                found.setdefault(pair, {}).update(lines)
    return found


def crossed(
    walk: Crosswalk, taxonomies: Mapping[str, Taxonomy], code: str, one: str, other: str
) -> str | None:
    """What a code of taxonomy `one` is in `other`, by its own line or that of the one above it.

    None where the crosswalk says nothing: similar names mean nothing.

    >>> known = every()
    >>> crossed(crosswalk(), known, "cs_malicious_code", "s_eval", "mlcommons")
    'ncr'
    >>> crossed(crosswalk(), known, "em_social_ethics", "s_eval", "mlcommons") is None
    True
    """
    if one == other:
        return code
    lines = walk.get((one, other), {})
    chain = (*taxonomies[one].of()[code].above, code)
    return next((lines[step] for step in reversed(chain) if step in lines), None)


def load(path: Path) -> Taxonomy:
    """The taxonomy in a YAML file. Raises Trouble naming what is wrong in it."""
    return parse(_text(path), path.name)


def parse(text: str, name: str) -> Taxonomy:
    """The taxonomy written in `text`; `name` is what messages call it.

    >>> parse("{taxonomy: t, version: 1, categories: [{code: a}]}", "t.yaml").categories
    (Category(code='a', title='a', also=(), above=()),)
    """
    top = _mapping(_yaml(text, name), name, TOP, ("taxonomy", "version", "categories"))
    version = _whole(top["version"], f"{name}: version")
    categories = tuple(_categories(top["categories"], name, ()))
    codes = [one.code for one in categories]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise Trouble(f"{name}: {', '.join(twice)} is there twice", "name each code only once")
    depth = max(one.level for one in categories)
    level = _whole(top.get("level", depth), f"{name}: level")
    if level > depth:
        raise Trouble(f"{name}: level is {level}", f"it has {depth}")
    said = str(top["taxonomy"])
    title, source, status = (str(top.get(key) or "") for key in ("title", "source", "status"))
    return Taxonomy(said, version, title or said, source, status, level, categories)


def _categories(listed: Any, where: str, above: tuple[str, ...]) -> list[Category]:
    if not isinstance(listed, list) or not listed:
        raise Trouble(f"{where} lists no categories", "write one `- code: …` a line")
    found: list[Category] = []
    for n, entry in enumerate(listed, 1):
        part = _mapping(entry, f"{where}, category {n}", ENTRY, ("code",))
        code, also = str(part["code"]), part.get("also") or []
        if not isinstance(also, list):
            raise Trouble(f"{where}: also of {code} is {also!r}", "write a list: [one, two]")
        title = str(part.get("title") or code)
        found.append(Category(code, title, tuple(str(word) for word in also), above))
        if part.get("below") is not None:
            found += _categories(part["below"], f"{where}, below {code}", (*above, code))
    return found


def _links(
    text: str, name: str, known: Mapping[str, Taxonomy]
) -> dict[tuple[str, str], dict[str, str]]:
    top = _mapping(_yaml(text, name), name, ("crosswalk",), ("crosswalk",))
    found: dict[tuple[str, str], dict[str, str]] = {}
    listed = top["crosswalk"] if isinstance(top["crosswalk"], list) else [None]
    for n, entry in enumerate(listed, 1):
        where = f"{name}, entry {n}"
        part = _mapping(entry, where, ("from", "to", "map"), ("from", "to", "map"))
        lines = _mapping(part["map"], f"{where}, map", None, ())
        for side, codes in (("from", lines), ("to", lines.values())):
            one = known.get(str(part[side]))
            if one is None:
                raise Trouble(f"{where}: {side} is {part[side]!r}", f"it can be {', '.join(known)}")
            strange = sorted({str(code) for code in codes} - one.of().keys())
            if strange:
                raise Trouble(
                    f"{where}: {one.taxonomy} has no {strange[0]!r}",
                    f"its codes are {', '.join(one.of())}",
                )
        pair = (str(part["from"]), str(part["to"]))
        found.setdefault(pair, {}).update({str(a): str(b) for a, b in lines.items()})
    return found


def _files(home: Path | None) -> list[Path]:
    """Ours, then the team's."""
    folders = [TAXONOMIES] + ([home / "taxonomies"] if home else [])
    return [path for folder in folders for path in sorted(folder.glob("*.yaml"))]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise Trouble(
            f"{path} cannot be read: {error}", "check its path and that it is UTF-8"
        ) from error


def _yaml(text: str, name: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Trouble(f"{name} is not YAML: {error}", "mind indentation and colons") from error


def _whole(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Trouble(f"{where} is {value!r}", "write a whole number, 1 or more")
    return value


def _mapping(
    entry: Any, where: str, allowed: tuple[str, ...] | None, needed: tuple[str, ...]
) -> dict[Any, Any]:
    """An entry that is a mapping of these keys (None: any)."""
    if not isinstance(entry, dict):
        raise Trouble(f"{where} is not a mapping", "write one `name: value` a line")
    strange = sorted({str(key) for key in entry} - set(allowed)) if allowed is not None else []
    if strange:
        raise Trouble(
            f"{where} has {', '.join(strange)}", f"the keys are {', '.join(allowed or ())}"
        )
    lacks = [key for key in needed if entry.get(key) in (None, "")]
    if lacks:
        raise Trouble(f"{where} lacks {', '.join(lacks)}", "add what is missing")
    return entry
