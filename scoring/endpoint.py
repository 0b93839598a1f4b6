"""A client for OpenAI-compatible endpoints: survives what servers do, keeps its key quiet."""

from __future__ import annotations

import email.utils
import json
import math
import os
import threading
import time
import weakref
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2
import tenacity
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scoring.place import Unfit

LARGEST = 4_000_000
"""Bytes of a reply that are read; a longer one is no verdict."""
AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which another try may succeed."""
WRONG = {401: "the key is not accepted", 403: "the key is not allowed this", 404: "it is not there"}
"""Statuses that will be the same for every case."""


class Failed(Exception):
    """One request came to nothing; says why. `status` is 0 where there was no answer."""

    def __init__(self, why: str, status: int = 0, wait: float | None = None) -> None:
        super().__init__(why)
        self.status, self.wait = status, wait


class Usage(BaseModel):
    """Tokens of one call, as the server counts them."""

    prompt_tokens: int = Field(0, ge=0)
    completion_tokens: int = Field(0, ge=0)


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: Usage | None = None
    model: str | None = None


class Reply(BaseModel):
    """What the model said: its text, why it ended, its tokens (None where not told), its name."""

    text: str
    finish: str | None
    usage: Usage | None
    model: str | None


class Manners(BaseModel):
    """How an endpoint is treated: seconds to wait, tries, requests a minute (0: no limit)."""

    model_config = ConfigDict(frozen=True)

    timeout: float = 60.0
    tries: int = 5
    longest: float = 60.0
    per_minute: int = 0


class Pace:
    """Lets requests go no faster than so many a minute, whichever thread sends them."""

    def __init__(self, per_minute: int) -> None:
        """0 is no limit."""
        self.per_minute, self._next, self._turn = per_minute, 0.0, threading.Lock()

    def wait(self) -> None:
        """Waits for the next free place."""
        if not self.per_minute:
            return
        with self._turn:
            now = time.monotonic()
            at = max(self._next, now)
            self._next = at + 60 / self.per_minute
        time.sleep(max(at - now, 0))


class Endpoint:
    """Asks one endpoint; may be used by several threads at once.

    Redirects are not followed and proxies of the environment not used, so the key goes nowhere
    else. It is taken from the environment, sent, and stands in no error and no log.
    """

    def __init__(self, url: str, manners: Manners, key_from: str = "") -> None:
        """Opens no connection yet. Raises Unfit for an address or a key that cannot be used."""
        said = urlsplit(url)
        if said.scheme not in ("http", "https") or not said.hostname:
            raise Unfit(f"{url!r} is no address of an endpoint", "write http://host:port/v1")
        if said.username or said.password or said.query:
            raise Unfit(
                "the endpoint's address holds a name, a password or a query",
                "leave it out, and name the variable that holds the key",
            )
        key = os.environ.get(key_from, "") if key_from else ""
        if key_from and not key:
            raise Unfit(
                f"the environment of this worker has no {key_from}",
                f"start it with {key_from} set to the key of the endpoint",
            )
        self.manners, self._key = manners, key
        self._pace = Pace(manners.per_minute)
        self._url = url.rstrip("/") + "/chat/completions"
        self._client = httpx2.Client(
            timeout=manners.timeout, follow_redirects=False, trust_env=False,
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )  # fmt: skip
        weakref.finalize(self, self._client.close)

    def ask(self, body: Mapping[str, Any]) -> Reply:
        """The reply to one request, tried again where that may help. Raises Failed."""
        for attempt in tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.manners.tries),
            wait=self._wait,
            retry=tenacity.retry_if_exception(_again),
            reraise=True,
        ):
            with attempt:
                return self._once(body)
        raise Failed("nothing was tried")

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """What the server asked for, else twice as long each time; never longer than `longest`."""
        error = state.outcome.exception() if state.outcome else None
        told = error.wait if isinstance(error, Failed) else None
        grown = tenacity.wait_random_exponential(multiplier=0.5, max=self.manners.longest)(state)
        return min(grown if told is None else told, self.manners.longest)

    def _once(self, body: Mapping[str, Any]) -> Reply:
        self._pace.wait()
        try:
            status, headers, raw = self._send(body)
        except httpx2.TimeoutException as error:
            raise Failed(f"no answer within {self.manners.timeout:g} s") from error
        except httpx2.HTTPError as error:
            raise Failed(f"the connection broke: {self._quiet(str(error))}") from error
        if status != 200:
            raise Failed(self._told(status, raw), status, _later(headers.get("retry-after")))
        try:
            said = _Completion.model_validate_json(raw)
        except ValidationError as error:
            raise Failed(f"the reply is no completion: {self._quiet(_opening(raw))}") from error
        one = said.choices[0]
        return Reply(
            text=one.message.content or "", finish=one.finish_reason, usage=said.usage,
            model=said.model,
        )  # fmt: skip

    def _send(self, body: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body; a body that drips or never ends is given up."""
        until = time.monotonic() + self.manners.timeout
        with self._client.stream("POST", self._url, json=dict(body)) as reply:
            raw = bytearray()
            for chunk in reply.iter_bytes():
                raw += chunk
                if len(raw) > LARGEST:
                    raise Failed(f"the reply is longer than {LARGEST} bytes", reply.status_code)
                if time.monotonic() > until:
                    raise Failed(f"no whole answer within {self.manners.timeout:g} s")
            return reply.status_code, dict(reply.headers), bytes(raw)

    def _told(self, status: int, raw: bytes) -> str:
        try:
            said = json.loads(raw)
            error = said.get("error", said.get("detail", said)) if isinstance(said, dict) else said
            told = error.get("message", error) if isinstance(error, dict) else error
        except ValueError:
            told = _opening(raw)
        return f"status {status}: {self._quiet(str(told))}"

    def _quiet(self, text: str) -> str:
        """A text without the key, should the server repeat it, and not too long."""
        return (text.replace(self._key, "[key]") if self._key else text)[:300]


def _again(error: BaseException) -> bool:
    return isinstance(error, Failed) and (error.status in AGAIN or error.status in (0, 200))


def _opening(raw: bytes) -> str:
    return raw[:200].decode("utf-8", "replace")


def _later(told: str | None) -> float | None:
    """Seconds that Retry-After asks for, as a number or a date; None where it says neither."""
    if not told:
        return None
    try:
        seconds = float(told)
    except ValueError:
        pass
    else:
        return None if math.isnan(seconds) else max(seconds, 0.0)
    try:
        return max(email.utils.parsedate_to_datetime(told).timestamp() - time.time(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return None
