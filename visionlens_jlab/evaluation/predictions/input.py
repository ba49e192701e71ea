"""What the job that reads predictions reads."""

from __future__ import annotations

ROWS = "rows.arrow"
"""In the spool's input: the rows of a DataFrame."""
IMAGES = "images.arrow"
CLASSES = "classes.arrow"
