"""Figures (numbers to pictures) and widgets (values in, value out)."""
