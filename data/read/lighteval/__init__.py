"""Details and results of lighteval."""
