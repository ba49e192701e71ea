"""What readers of predictions give."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from visionlens_jlab.formats.base import AnnotationRows, Issue

from .targets import AMBIGUOUS


@dataclass
class Unmatched:
    """Names of images that predictions state and that mean none, or several, of the dataset's."""

    unknown: Counter[str] = field(default_factory=Counter)
    """Name -> number of its predictions."""
    ambiguous: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, image: int, predictions: int) -> None:
        """Note a name with what `Targets` found for it."""
        (self.ambiguous if image == AMBIGUOUS else self.unknown)[name] += predictions

    def update(self, other: Unmatched) -> None:
        """Add those of another part."""
        self.unknown.update(other.unknown)
        self.ambiguous.update(other.ambiguous)

    @property
    def predictions(self) -> int:
        """How many predictions have no image."""
        return self.unknown.total() + self.ambiguous.total()

    def issues(self) -> list[Issue]:
        """One item for each name."""
        listed = []
        for code, names, why in (
            ("PREDICTIONS_WITHOUT_IMAGE", self.unknown, "No image of the dataset has this name"),
            ("PREDICTIONS_AMBIGUOUS", self.ambiguous, "Several images have this name"),
        ):
            for name, count in names.items():
                message = f"{why}; {count} predictions are left out."
                listed.append(Issue(code, "skipped", "image", name, message))
        return listed


@dataclass
class PredictionBatch:
    """A part of a run; `rows.images` are rows of `Targets`, never negative.

    `found` counts every prediction there is, also those of `unmatched` images and those skipped
    with an item of their own.
    """

    rows: AnnotationRows | None = None
    issues: list[Issue] = field(default_factory=list)
    unmatched: Unmatched = field(default_factory=Unmatched)
    named: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    """int64: images that were named, with predictions or without."""
    found: int = 0
    files: int = 0
    files_skipped: int = 0
