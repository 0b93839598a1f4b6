"""Samples and results of lm-evaluation-harness."""
