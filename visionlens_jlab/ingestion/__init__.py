"""Ingest: folders, files and tables become datasets."""
