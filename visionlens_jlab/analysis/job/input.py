"""What the jobs about findings read."""

from __future__ import annotations

UNITS = "units"
"""Folder of the spool's input, see `SliceInput.save`; of checks numbered."""
