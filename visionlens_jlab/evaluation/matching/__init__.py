"""Matching predictions with labels, and what becomes of each."""
