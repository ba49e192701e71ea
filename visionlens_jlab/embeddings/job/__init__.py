"""The embed job, and queries encoded with its models."""
