"""Runs of HELM: their answers and their own numbers."""
