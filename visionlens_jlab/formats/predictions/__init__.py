"""Predictions of models as they come: matched to the images and classes of a dataset."""

from __future__ import annotations

from .base import PredictionBatch
from .reading import FORMATS, read_predictions
from .targets import Targets

__all__ = ["FORMATS", "PredictionBatch", "Targets", "read_predictions"]
