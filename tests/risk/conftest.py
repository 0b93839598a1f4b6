"""For the laws of the measures: no deadline, and where the real files are, if anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no broken law.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def realdata() -> Path:
    folder = Path(os.environ.get("REALDATA_DIR", ROOT / "../shared/realdata")).resolve()
    if not folder.is_dir():
        pytest.skip("no real files beside the project; REALDATA_DIR can name their folder")
    return folder
