"""Formats whose images lie inside files: WebDataset, TFRecord, Parquet with image bytes."""
