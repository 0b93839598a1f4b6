"""Personal data in a text: found by libraries that need no model, masked, and counted.

Emails by their form, phone numbers by `phonenumbers`, keys and passwords by the detectors of
`detect-secrets`. Names of people are not looked for: no library finds them without a model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Any, get_args

import orjson

from data.tables import Mask

KINDS: tuple[Mask, ...] = get_args(Mask)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_DIGITS = re.compile(r"(?:\d[^\w\n]{0,3}){6}\d")
"""Seven digits not far from one another: less is no phone number."""
PRIVATE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
ASSIGNED = re.compile(
    r"""(?ix)\b(?:api[_-]?key|apikey|access[_-]?token|auth[_-]?token|secret(?:[_-]?key)?|passwd|
    password|pwd|client[_-]?secret)\b["']?\s*(?::=|=>|=|:)\s*["']?([^\s"',;]{8,200})"""
)
"""A value given to something that is called a key or a password."""
NEWER = (
    r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{20,}", r"\bAIza[0-9A-Za-z_-]{35}", r"\bhf_[A-Za-z0-9]{30,}",
    r"\bgithub_pat_[A-Za-z0-9_]{50,}",
    r"\beyJ[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+",
)  # fmt: skip
"""Forms of keys that came after the detectors, and a token with its signature."""
SHORTEST = 8
"""Characters of a secret at least; shorter ones are words too often."""


class Masker:
    """Masks the kinds asked for, text by text and for any number of threads, and counts them."""

    def __init__(self, kinds: Iterable[Mask], region: str = "US") -> None:
        """`region` is where a number without a country code is dialed from."""
        self.kinds, self.region = frozenset(kinds), region
        self.counts: Counter[str] = Counter({kind: 0 for kind in KINDS if kind in self.kinds})
        self._counting = Lock()

    def text(self, text: str, times: int = 1) -> str:
        """The text, which stands there so many times, with `[email]`, `[phone]` and `[secret]`.

        >>> masker = Masker(["emails", "phones", "secrets"])
        >>> masker.text("Write to ann@example.org or call +1 650 253 0000.")
        'Write to [email] or call [phone].'
        >>> dict(masker.counts)
        {'emails': 1, 'phones': 1, 'secrets': 0}
        """
        if "secrets" in self.kinds:
            text = self._secrets(text, times)
        if "emails" in self.kinds and "@" in text:
            text, n = EMAIL.subn("[email]", text)
            self._count("emails", n * times)
        if "phones" in self.kinds and _DIGITS.search(text):
            text = self._phones(text, times)
        return text

    def inside(self, text: str) -> str:
        """A JSON text with the texts in it masked; its numbers and names stay."""
        try:
            told = orjson.loads(text)
        except orjson.JSONDecodeError:
            return self.text(text)
        masked = self._value(told)
        return text if masked == told else orjson.dumps(masked).decode()

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if isinstance(value, dict):
            return {key: self._value(one) for key, one in value.items()}
        return value

    def _phones(self, text: str, times: int) -> str:
        import phonenumbers

        found = phonenumbers.PhoneNumberMatcher(text, self.region, max_tries=len(text))
        places = [(match.start, match.end) for match in found]
        self._count("phones", len(places) * times)
        return _marked(text, places, "[phone]")

    def _count(self, kind: Mask, n: int) -> None:
        with self._counting:
            self.counts[kind] += n

    def _secrets(self, text: str, times: int) -> str:
        """Every secret wherever it stands: those that overlap are one, and none leaves its end."""
        text, n = PRIVATE.subn("[secret]", text)
        found = {_core(match) for pattern in _patterns() for match in pattern.finditer(text)}
        keys = (one for one in found if len(one) >= SHORTEST and "[secret]" not in one)
        places = _places(text, keys)
        self._count("secrets", (n + len(places)) * times)
        return _marked(text, places, "[secret]")


def _places(text: str, wanted: Iterable[str]) -> list[tuple[int, int]]:
    """Where any of these texts stand, in order; places that overlap are one.

    >>> _places("abab bab x", ["ab", "bab"])
    [(0, 4), (5, 8)]
    """
    places = []
    for one in wanted:
        start = text.find(one)
        while start >= 0:
            places.append((start, start + len(one)))
            start = text.find(one, start + 1)
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _marked(text: str, places: Iterable[tuple[int, int]], mark: str) -> str:
    """The text with a mark in these places, which are in order."""
    parts, done = [], 0
    for start, end in places:
        parts += [text[done:start], mark]
        done = end
    return "".join([*parts, text[done:]])


def _core(match: re.Match[str]) -> str:
    """The secret of a match: its longest group, unless that only names a kind of key."""
    longest = max((one for one in match.groups() if one), key=len, default="")
    return longest if len(longest) >= SHORTEST else match[0]


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """The patterns of every detector that knows keys by their form, and ours for assigned ones."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.plugins.base import RegexBasedDetector

    left_out = ("KeywordDetector", "IPPublicDetector", "PrivateKeyDetector")
    known: list[type[Any]] = list(get_mapping_from_secret_type_to_class().values())
    found = [
        pattern
        for detector in sorted(known, key=lambda one: one.__name__)
        if issubclass(detector, RegexBasedDetector) and detector.__name__ not in left_out
        for pattern in getattr(detector, "denylist", ())
    ]
    return (*found, *map(re.compile, NEWER), ASSIGNED)
