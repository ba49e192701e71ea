"""Datasets in buckets: Google Cloud Storage, S3, Azure."""
