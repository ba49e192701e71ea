"""What is known about the images of an ingest, by ordinal."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

SKIPPED = -1
"""In place of a sample id: the image was not imported."""


@dataclass
class ImageFacts:
    """Columns by ordinal.

    `sample_ids` int64 (or SKIPPED); `known` bool: the sample has been in the dataset before,
    complete; `widths`, `heights` int32 of the upright image, 0
    unknown; `rotations` int8: the EXIF orientation to apply to annotations, 1 none; `ambiguous`
    bool: annotations may or may not need it.
    """

    sample_ids: np.ndarray
    known: np.ndarray
    widths: np.ndarray
    heights: np.ndarray
    rotations: np.ndarray
    ambiguous: np.ndarray

    def take(self, ordinals: np.ndarray) -> ImageFacts:
        """The facts of some ordinals; -1 gives a skipped image of unknown size."""
        unknown = ordinals < 0
        taken = {f.name: getattr(self, f.name)[ordinals] for f in fields(self)}
        taken["sample_ids"][unknown] = SKIPPED
        return ImageFacts(**taken)


class FactsLog:
    """Grows with each batch of images."""

    def __init__(self) -> None:
        empty = np.zeros(1, dtype=np.int64)
        # The last row stands for unknown images, so that ordinal -1 can be looked up too.
        self._unknown = ImageFacts(
            empty - 1, empty.astype(bool), empty, empty, empty + 1, empty.astype(bool)
        )
        self._parts: list[ImageFacts] = []
        self._whole: ImageFacts | None = None
        self.count = 0

    def add(self, part: ImageFacts) -> None:
        """Append the facts of the next images."""
        self._parts.append(part)
        self.count += len(part.sample_ids)
        self._whole = None

    @property
    def whole(self) -> ImageFacts:
        """Everything so far."""
        if self._whole is None:
            columns = {
                f.name: np.concatenate(
                    [getattr(part, f.name) for part in [*self._parts, self._unknown]]
                )
                for f in fields(ImageFacts)
            }
            self._whole = ImageFacts(**columns)
            self._parts = [ImageFacts(**{name: values[:-1] for name, values in columns.items()})]
        return self._whole

    def sample_id(self, ordinal: int | None) -> int | None:
        """Sample id of an image, None when it has none."""
        if ordinal is None or not 0 <= ordinal < self.count:
            return None
        found = int(self.whole.sample_ids[ordinal])
        return found if found >= 0 else None

    def is_skipped(self, ordinal: int | None) -> bool:
        """Whether the image was read and not imported."""
        known = ordinal is not None and 0 <= ordinal < self.count
        return known and self.sample_id(ordinal) is None

    def is_existing(self, ordinal: int | None) -> bool:
        """Whether the image was in the dataset before."""
        return ordinal is not None and 0 <= ordinal < self.count and bool(self.whole.known[ordinal])
