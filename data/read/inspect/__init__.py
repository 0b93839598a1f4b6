"""Logs of Inspect: .eval and .json, whole, chunked or still being written."""
