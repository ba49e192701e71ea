"""What readers of predictions give."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import AnnotationRows, Issue
from visionlens_jlab.formats.predictions.targets import AMBIGUOUS, Targets


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


class Owners:
    """Which file speaks of each image: two that speak of one are different runs, or one twice.

    Parameters
    ----------
    targets : Targets
    """

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._files: list[str] = []
        self._owner: dict[str, np.ndarray] = {}

    def claim(self, path: str, images: np.ndarray, about: str = "") -> None:
        """Note that a file holds predictions of images; `about`: of which class, if of one alone.

        Raises
        ------
        VisionLensError
            PREDICTIONS_INVALID where another file does, too.
        """
        owner = self._owner.get(about)
        if owner is None:
            owner = self._owner[about] = np.full(len(self._targets), -1, dtype=np.int32)
        if not self._files or self._files[-1] != path:
            self._files.append(path)
        mine = len(self._files) - 1
        taken = images[(owner[images] >= 0) & (owner[images] != mine)]
        if taken.size:
            first = int(taken[0])
            other, image = self._files[owner[first]], self._targets.paths[first]
            raise VisionLensError(
                "PREDICTIONS_INVALID",
                f"{other} and {path} both hold predictions of {image}: they are not one run.",
                "Name one of them as the source, and add the other as a run of its own.",
                {"files": [other, path]},
            )
        owner[images] = mine
