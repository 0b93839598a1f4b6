"""Bringing model outputs in: look at a file, map its columns, load all of it or nothing."""
