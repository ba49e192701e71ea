"""What is evaluated: the annotations of one source, and the images they lie on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Objects:
    """Annotations of one source; the order of equal ones decides ties.

    Attributes
    ----------
    ids : uint32 (n,)
    images : int32 (n,)
        Rows of the canonical order of images: by path.
    classes : int32 (n,)
        -1: none.
    boxes : float64 (n, 4)
        x, y, w, h in pixels; of masks and keypoints the box around them.
    scores : float64 (n,)
        Confidence; NaN for labels.
    areas : float64 (n,)
        What COCO's area ranges use: a label's `area`, of predictions that of box or mask.
    crowd : bool (n,)
    ignore : bool (n,)
        Labels that count neither when found nor when missed (VOC's `difficult`).
    geometry : sequence of bytes or None, optional
        As in `annotation.geometry` (core/geometry/shapes.py), for masks and keypoints.
    """

    ids: np.ndarray
    images: np.ndarray
    classes: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray
    areas: np.ndarray
    crowd: np.ndarray
    ignore: np.ndarray
    geometry: Sequence[bytes | None] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: np.ndarray) -> Objects:
        """These rows, in this order."""
        shapes = self.geometry
        return Objects(
            self.ids[rows],
            self.images[rows],
            self.classes[rows],
            self.boxes[rows],
            self.scores[rows],
            self.areas[rows],
            self.crowd[rows],
            self.ignore[rows],
            None if shapes is None else [shapes[row] for row in rows.tolist()],
        )


@dataclass(frozen=True)
class ImageInfo:
    """The images an evaluation is about, in canonical order: by path.

    Attributes
    ----------
    sample_ids : uint32 (m,)
    groups : int32 (m,)
        Images of one number were taken together; the bootstrap draws groups.
    sizes : int32 (m, 2)
        Width, height in pixels; needed for masks.
    """

    sample_ids: np.ndarray
    groups: np.ndarray
    sizes: np.ndarray

    def __len__(self) -> int:
        return len(self.sample_ids)


def make_objects(
    ids: np.ndarray,
    images: np.ndarray,
    classes: np.ndarray,
    boxes: np.ndarray,
    *,
    scores: np.ndarray | None = None,
    areas: np.ndarray | None = None,
    crowd: np.ndarray | None = None,
    ignore: np.ndarray | None = None,
    geometry: Sequence[bytes | None] | None = None,
) -> Objects:
    """Objects of arrays in any dtype; what is missing is filled in.

    Areas that are missing or NaN become those of the boxes.
    """
    count = len(ids)
    boxes = np.asarray(boxes, dtype=np.float64).reshape(count, 4)
    own = boxes[:, 2] * boxes[:, 3]
    areas = own if areas is None else np.asarray(areas, dtype=np.float64)
    none = np.zeros(count, dtype=bool)
    return Objects(
        np.asarray(ids, dtype=np.uint32),
        np.asarray(images, dtype=np.int32),
        np.asarray(classes, dtype=np.int32),
        boxes,
        np.full(count, np.nan) if scores is None else np.asarray(scores, dtype=np.float64),
        np.where(np.isnan(areas), own, areas),
        none if crowd is None else np.asarray(crowd, dtype=bool),
        none if ignore is None else np.asarray(ignore, dtype=bool),
        geometry,
    )
