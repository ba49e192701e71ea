"""The projection job."""
