"""A dropped file on disk for as long as its page is open: readers stream from a path."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

import streamlit as st

from app.settings import settings

COPY = 1 << 20


def keep(upload: Any, slot: str = "outputs") -> Path:
    """Where the dropped file lies; written once, taken away with the session that dropped it."""
    kept: dict[str, _Kept] = st.session_state.setdefault(f"incoming {slot}", {})
    if upload.file_id not in kept:
        kept.clear()  # one file of a kind at a time
        kept[upload.file_id] = _Kept(upload)
    return kept[upload.file_id].path


class _Kept:
    """A temporary copy that goes when nothing refers to it any more."""

    def __init__(self, upload: Any) -> None:
        folder = settings().home / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        upload.seek(0)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            shutil.copyfileobj(upload, file, COPY)
        self.path = Path(file.name)
        weakref.finalize(self, self.path.unlink, missing_ok=True)
