"""What the outside may decide, read once from TAILSCOPE_… or .env into one frozen value."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.trouble import Trouble

ROOT = Path(__file__).parent.parent


class Settings(BaseSettings):
    """Everything a laptop, a team or a container may set; nothing is needed on a laptop."""

    model_config = SettingsConfigDict(
        env_prefix="TAILSCOPE_", env_file=".env", extra="ignore", frozen=True
    )

    home: Path = ROOT / "data" / "local"
    ledger: str = ""
    catalog: str = ""
    files: str = ""
    engine: str = "local"  # or the address of a Ray cluster
    endpoints: str = ""  # addresses of models that may be asked, with spaces between
    offline: bool = False  # models are only looked for here
    auth: Literal["local"] = "local"  # whatever else is asked for is refused, never run open
    host: str = "localhost"
    port: int = 8501

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger."""
        return self.ledger or f"sqlite:///{self.home.absolute() / 'ledger.sqlite'}"

    @property
    def catalog_url(self) -> str:
        """Where DuckLake keeps its catalog, without the `ducklake:` in front."""
        return self.catalog or f"sqlite:{self.home.absolute() / 'catalog.sqlite'}"

    @property
    def files_path(self) -> str:
        """Where DuckLake keeps its Parquet files."""
        return self.files or str(self.home.absolute() / "warehouse")

    @property
    def endpoint_list(self) -> tuple[str, ...]:
        """The endpoints that may be asked, and whatever lies below them."""
        return tuple(self.endpoints.replace(",", " ").split())

    def environment(self) -> dict[str, str]:
        """The environment for a process of ours that is to find the same stores."""
        told = self.model_dump() | {
            "home": self.home.absolute(), "ledger": self.ledger_url,
            "catalog": self.catalog_url, "files": self.files_path,
        }  # fmt: skip
        hub = {"HF_HUB_OFFLINE": "1"} if self.offline else {}
        return os.environ | {f"TAILSCOPE_{k.upper()}": str(v) for k, v in told.items()} | hub


@cache
def settings() -> Settings:
    """The settings of this process. Raises Trouble naming the variable that cannot be read."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "TAILSCOPE_" + "_".join(str(part) for part in first["loc"]).upper()
        raise Trouble(
            f"{name} is {first['input']!r}: {first['msg']}",
            f"set {name} to something else, or unset it",
        ) from error
