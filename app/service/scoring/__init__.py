"""Scoring jobs: ordered, planned, worked on, landed."""
