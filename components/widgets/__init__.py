"""Value and key in, value out; no store."""
