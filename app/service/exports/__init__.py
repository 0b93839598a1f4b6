"""Curated data sets: recipes, resolved labels, and the folder that is written."""
