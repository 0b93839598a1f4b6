"""Starting the app: one process a port, with the settings it was given."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from app.settings import ROOT, Settings
from data.trouble import Trouble


def serve(settings: Settings, port: int | None = None, worker: bool = False) -> None:
    """Replaces this process by the web app. Raises Trouble where the port is taken.

    With `worker` one is started beside it, which ends with it.
    """
    chosen = port or settings.port
    free(settings.host, chosen)
    environment = settings.environment() | {"TAILSCOPE_PORT": str(chosen)}
    shown = "localhost" if settings.host in ("localhost", "0.0.0.0", "::") else settings.host  # noqa: S104
    print(f"Tailscope is at http://{shown}:{chosen}  (Ctrl+C stops it)", flush=True)
    os.chdir(ROOT)  # the app's configuration lies there
    if worker:
        beside = [sys.executable, "-m", "app.cli", "worker", "--beside", str(os.getpid())]
        subprocess.Popen(beside, env=environment, cwd=ROOT)  # noqa: S603  our own interpreter
    command = [
        sys.executable, "-m", "streamlit", "run", "app/main.py",
        "--server.port", str(chosen), "--server.address", settings.host,
        "--logger.level", "warning",
    ]  # fmt: skip
    os.execve(sys.executable, command, environment)  # noqa: S606  our own interpreter


def free(host: str, port: int) -> None:
    """Raises Trouble where something listens on the port already, or it may not be used."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Trouble(f"the host {host!r} is not known here", "set TAILSCOPE_HOST") from error
    for family, kind, protocol, _, address in addresses:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                if error.errno == 99:  # this machine has no such address, IPv6 for instance
                    continue
                raise Trouble(
                    f"port {port} on {host} is taken: {error.strerror}",
                    f"stop what runs there, or choose another: tailscope serve --port {port + 1}",
                ) from error
