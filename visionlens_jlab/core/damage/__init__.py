"""Damaged and lost files of a dataset: found, told, and mended where that is possible."""
