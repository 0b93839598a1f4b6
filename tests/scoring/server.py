"""A small server that speaks as an OpenAI-compatible one does, and misbehaves as it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Act = Callable[["Handler", dict[str, Any]], None]


def completion(text: str, finish: str = "stop", **more: Any) -> dict[str, Any]:
    return {
        "model": "judge-1", "usage": {"prompt_tokens": 100, "completion_tokens": 20},
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}],
    } | more  # fmt: skip


def says(text: str, **more: Any) -> Act:
    return lambda handler, _: handler.reply(200, json.dumps(completion(text, **more)))


def status(code: int, told: Any = "no", **headers: str) -> Act:
    body = told if isinstance(told, str) else json.dumps(told)
    return lambda handler, _: handler.reply(code, body, **headers)


def sleeps(seconds: float) -> Act:
    return lambda handler, _: time.sleep(seconds)


def half(handler: Handler, _: dict[str, Any]) -> None:
    """Promises more than it sends, then hangs up."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [{"mess')


def drips(handler: Handler, _: dict[str, Any]) -> None:
    """Sends a byte now and then, for as long as it is let."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def hangs_up(handler: Handler, _: dict[str, Any]) -> None:
    handler.connection.close()


def endless(handler: Handler, _: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"x" * 100_000)


@dataclass
class Told:
    """What the server is to do, act by act; the last one for ever. What it was sent."""

    acts: list[Act] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> Act:
        with self.lock:
            return self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    told: Told

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.told.lock:
            self.told.bodies.append(body)
            self.told.headers.append(dict(self.headers))
        with suppress(OSError):  # the client may have gone
            self.told.next()(self, body)

    def reply(self, code: int, body: str, **headers: str) -> None:
        raw = body.encode()
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def serving(*acts: Act) -> Iterator[Told]:
    """The server, as long as the block runs."""
    told = Told(list(acts))
    handler = type("Mine", (Handler,), {"told": told})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
