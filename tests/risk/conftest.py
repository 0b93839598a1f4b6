"""Where the real files are; a test that reads them is skipped where there are none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def realdata() -> Path:
    folder = Path(os.environ.get("REALDATA_DIR", ROOT / "../shared/realdata")).resolve()
    if not folder.is_dir():
        pytest.skip("no real files beside the project; REALDATA_DIR can name their folder")
    return folder
