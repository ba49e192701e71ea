"""Ground truth as written: the true objects with some labels missing, swapped or misplaced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visionlens_demo.layout import Layout
from visionlens_demo.world import Floats, Ints

GOOD, MISSING, SWAPPED, MISPLACED = 0, 1, 2, 3
KINDS = ("good", "missing", "swapped", "misplaced")

ERROR_SHARE = 0.007
"""Of the objects, for each kind."""
CONCENTRATED_SHARE = 0.05
"""Of the objects of the class in which label errors concentrate, for each kind."""
_MINIMUM_AREA = 150.0
"""Square pixels at a width of 640; smaller objects keep their label, so that errors can be seen."""


@dataclass(frozen=True)
class Labels:
    """Labels of the layout's objects, row by row; `box` (count, 4) x, y, w, h in pixels."""

    kind: Ints
    klass: Ints
    box: Floats


def _misplace(box: Floats, size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Move boxes by about half their side towards the middle, to an IoU of .15 to .45."""
    count = len(box)
    share = np.column_stack([rng.uniform(0.42, 0.6, count), rng.uniform(0.05, 0.16, count)])
    flip = rng.random(count) < 0.4
    share[flip] = share[flip][:, ::-1]
    toward = np.where(box[:, :2] + box[:, 2:] / 2 < np.asarray(size) / 2, 1.0, -1.0)
    moved = box.copy()
    moved[:, :2] += share * toward * box[:, 2:]
    return np.asarray(np.round(moved, 2))


def label(layout: Layout, seed: int) -> Labels:
    """Draw the label errors of a layout."""
    world, objects = layout.world, layout.objects
    rng = np.random.default_rng((seed, world.code, 2))
    count = len(objects.klass)
    special = world.class_index(world.decoys.mislabelled_class)
    share = np.where(objects.klass == special, CONCENTRATED_SHARE, ERROR_SHARE)
    drawn = rng.random(count) / share
    kind = np.where(drawn < 3, 1 + np.floor(drawn), GOOD).astype(np.int64)
    area = objects.box[:, 2] * objects.box[:, 3]
    kind[area < _MINIMUM_AREA * (layout.size[0] / 640) ** 2] = GOOD
    kind[layout.groups.doomed[layout.group_of[objects.image]]] = GOOD
    looks_like = np.asarray([world.class_index(item.looks_like) for item in world.classes])
    klass = np.where(kind == SWAPPED, looks_like[objects.klass], objects.klass)
    box = objects.box.copy()
    moved = kind == MISPLACED
    box[moved] = _misplace(box[moved], layout.size, rng)
    return Labels(kind, klass, box)
