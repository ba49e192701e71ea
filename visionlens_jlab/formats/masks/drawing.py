"""Labels as pixels, for formats that hold nothing else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.records.writer import RecordWriter
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import Label, Picture


class Drawn(NamedTuple):
    """The labels of an image, each with its pixels (bool, height x width); later ones on top."""

    size: tuple[int, int]
    """Height and width."""
    layers: list[tuple[Object, np.ndarray]]


class DrawnWriter(RecordWriter):
    """What writers of pixels share: boxes and keypoints cannot be held."""

    kinds = frozenset({"polygon", "mask"})
    holds_crowds = True
    holds_parts = True
    holds_classes = True
    holds_splits = True
    holds_crowd_marks = False

    def drawn(self, picture: Picture, objects: list[Object]) -> Drawn | None:
        """The pixels of objects; None: the image's size is not known."""
        if not picture.width or not picture.height:
            if objects:
                self.losses.add("IMAGE_WITHOUT_SIZE", picture.path, len(objects))
            return None
        size = picture.height, picture.width
        layers: list[tuple[Object, np.ndarray]] = []
        covered = np.zeros(size, dtype=bool)
        for thing in objects:
            mask = _pixels(thing, size)
            if mask is None or not mask.any():
                self.losses.add("ANNOTATION_LEFT_OUT", f"{thing.kind} {thing.class_name}")
                continue
            if thing.kind != "mask":
                self.losses.add("SHAPE_AS_PIXELS", str(thing.class_name))
            if (covered & mask).any():
                self.losses.add("PIXELS_COVERED", picture.path)
            covered |= mask
            layers.append((thing, mask))
        return Drawn(size, layers)

    def _shaped(self, label: Label, losses: Losses) -> Object | None:
        """None for boxes and points: a rectangle is not what is in a box."""
        outlined = label.kind in ("polygon", "mask", "oriented_box") and label.geometry is not None
        return super()._shaped(label, losses) if outlined else None

    def _object(self, label: Label, losses: Losses) -> Object | None:
        made = super()._object(label, losses)
        if made is not None and made.is_crowd and not self.holds_crowd_marks:
            losses.add("CROWD_AS_OBJECT", label.item)
        return made


def _pixels(thing: Object, size: tuple[int, int]) -> np.ndarray | None:
    """As COCO draws polygons; None: a mask of another size."""
    height, width = size
    if thing.coded is not None:
        runs = rle.parse(thing.coded)[0]
        return rle.to_pixels(runs) if (runs.height, runs.width) == size else None
    from hotcoco import mask

    parts = [part for part in thing.shape if len(part) >= 6]
    if not parts:
        return None
    pixels = mask.decode(mask.merge(mask.frPyObjects(parts, height, width)))
    return np.asarray(pixels).reshape(height, width).astype(bool)
