"""One export format a file, and what goes beside it: the card and the manifest."""
