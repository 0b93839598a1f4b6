"""The GPU room: torch and transformers, no store."""
