"""Exports of a dataset or view to label formats."""
