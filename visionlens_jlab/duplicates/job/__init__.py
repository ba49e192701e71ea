"""The job that looks for near-duplicates."""
