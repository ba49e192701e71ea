"""What the search for duplicates reads."""

from __future__ import annotations

SAMPLES = "samples.arrow"
"""In the spool's input: what is known of the samples."""
