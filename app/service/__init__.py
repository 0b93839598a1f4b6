"""Use cases, one verb a file: no screen, no torch, no figures."""
