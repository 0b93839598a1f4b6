"""The two stores, opened once for a process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.settings import Settings
from data.trouble import Trouble
from db import ledger, warehouse
from db.ledger import Engine
from db.warehouse import Connection


@dataclass(frozen=True, slots=True)
class Stores:
    """The warehouse (model outputs and scores) and the ledger (people's work)."""

    warehouse: Connection
    ledger: Engine
    settings: Settings

    def version(self) -> tuple[int, int]:
        """Warehouse snapshot and ledger count: every cached answer is keyed by it."""
        return warehouse.snapshot(self.warehouse), ledger.version(self.ledger)

    def beside(self) -> Stores:
        """The same stores for another thread, with a cursor of its own."""
        return replace(self, warehouse=self.warehouse.cursor())


def connect(settings: Settings) -> Stores:
    """Opens both stores, made on the first start. Raises Trouble where one cannot be."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        return Stores(
            warehouse=warehouse.connect(settings.catalog_url, settings.files_path),
            ledger=ledger.connect(settings.ledger_url),
            settings=settings,
        )
    except (OSError, *warehouse.ERRORS, *ledger.ERRORS) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Trouble(
            f"the stores in {settings.home} cannot be opened: {first}",
            "check that TAILSCOPE_HOME is a folder you may write to, and TAILSCOPE_LEDGER and "
            "TAILSCOPE_CATALOG name stores that are running",
        ) from error
