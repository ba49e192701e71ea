"""Exports of a dataset or view to a label format."""
