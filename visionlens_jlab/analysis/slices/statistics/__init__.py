"""Sums over groups, differences with their errors, expectations, and what many tests cost."""
