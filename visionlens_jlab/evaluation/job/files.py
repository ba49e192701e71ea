"""The files of an evaluation's input, in the spool; see `evaluation/store/input.py`."""

from __future__ import annotations

LABELS, PREDICTIONS = "labels.arrow", "predictions.arrow"
IMAGES, CLASSES = "images.arrow", "classes.arrow"
