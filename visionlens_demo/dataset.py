"""The dataset as written: images in their final order, copies among them, numbered annotations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from visionlens_demo.labels import GOOD, MISSING, Labels
from visionlens_demo.layout import Layout
from visionlens_demo.predictions import Predictions
from visionlens_demo.world import Bools, Floats, Ints

COPIES = ("original", "exact", "resized", "recompressed", "cropped", "flipped")
COPY_SHARE = 0.03
"""Of the images of the dataset; every kind of copy equally."""
RESIZE, CROP = 0.75, 0.05
"""Scale of a resized copy; share cut off each side of a cropped one."""
_VISIBLE = 0.35
"""A box of which less is left after a crop is dropped."""


@dataclass(frozen=True)
class Rows:
    """Boxes of the final images, (count, 4) in pixels; `row`: their place in the source table."""

    image: Ints
    row: Ints
    box: Floats


@dataclass(frozen=True)
class Arrangement:
    """Final images. Position in the columns + 1 is the image's id."""

    layout: Layout
    source: Ints
    """Image of the layout."""
    copy: Ints
    """Kind of copy, an index into COPIES."""
    group: Ints
    """Number of the group; a copy has one of its own."""
    split: npt.NDArray[np.object_]

    def file_name(self, image: int) -> str:
        """Of a final image, by position."""
        return f"{image + 1:06d}.jpg"

    def size(self, image: int) -> tuple[int, int]:
        """Width and height of a final image."""
        return copied_size(self.layout.size, COPIES[self.copy[image]])

    def original(self) -> Ints:
        """Position of each image's original; its own where it is no copy."""
        positions = np.empty(len(self.layout.group_of), dtype=np.int64)
        first = np.flatnonzero(self.copy == 0)
        positions[self.source[first]] = first
        return positions[self.source]

    def spread(self, image: Ints, box: Floats) -> Rows:
        """Boxes of layout images (sorted by image) on all final images, in their order."""
        starts = np.searchsorted(image, np.arange(len(self.layout.group_of) + 1))
        count = np.diff(starts)[self.source]
        final = np.repeat(np.arange(len(self.source)), count)
        offset = np.arange(len(final)) - np.repeat(np.cumsum(count) - count, count)
        row = starts[self.source[final]] + offset
        out = box[row].copy()
        keep = np.ones(len(row), dtype=bool)
        for code, kind in enumerate(COPIES):
            members = self.copy[final] == code
            out[members], keep[members] = _copied(out[members], self.layout.size, kind)
        return Rows(final[keep], row[keep], out[keep])


def crop_margins(size: tuple[int, int]) -> tuple[int, int]:
    """Pixels cut off the left and right, and off the top and bottom, of a cropped copy."""
    return round(CROP * size[0]), round(CROP * size[1])


def copied_size(size: tuple[int, int], kind: str) -> tuple[int, int]:
    """Width and height of a copy."""
    if kind == "resized":
        return round(RESIZE * size[0]), round(RESIZE * size[1])
    if kind == "cropped":
        left, top = crop_margins(size)
        return size[0] - 2 * left, size[1] - 2 * top
    return size


def _copied(box: Floats, size: tuple[int, int], kind: str) -> tuple[Floats, Bools]:
    """Boxes on a copy, and which of them are still visible."""
    new = np.asarray(copied_size(size, kind), dtype=float)
    if kind == "resized":
        scale = new / np.asarray(size)
        return np.round(box * np.tile(scale, 2), 2), np.ones(len(box), dtype=bool)
    if kind == "flipped":
        mirrored = box.copy()
        mirrored[:, 0] = np.round(size[0] - box[:, 0] - box[:, 2], 2)
        return mirrored, np.ones(len(box), dtype=bool)
    if kind == "cropped":
        moved = box[:, :2] - np.asarray(crop_margins(size))
        low = np.clip(moved, 0, new)
        high = np.clip(moved + box[:, 2:], 0, new)
        left = np.round(np.column_stack([low, high - low]), 2)
        visible = np.prod(left[:, 2:], axis=1) >= _VISIBLE * np.prod(box[:, 2:], axis=1)
        return left, visible
    return box, np.ones(len(box), dtype=bool)


def copy_count(images: int) -> int:
    """How many of the images of a dataset are copies of others."""
    return max(len(COPIES) - 1, round(COPY_SHARE * images))


def arrange(layout: Layout, labels: Labels, copies: int, seed: int) -> Arrangement:
    """Add copies of well-labelled single images, half of them in the other split."""
    rng = np.random.default_rng((seed, layout.world.code, 4))
    images, groups = len(layout.group_of), layout.groups
    spoiled = np.bincount(layout.objects.image[labels.kind != GOOD], minlength=images) > 0
    plain = ~spoiled & ~groups.burst[layout.group_of] & (groups.twin_set[layout.group_of] < 0)
    chosen = rng.permutation(np.flatnonzero(plain))[:copies]
    source = np.r_[np.arange(images), chosen]
    kinds = 1 + np.arange(len(chosen)) % (len(COPIES) - 1)
    copy = np.r_[np.zeros(images, dtype=np.int64), kinds]
    group = np.r_[layout.group_of, len(groups.size) + np.arange(len(chosen))]
    split = layout.fields["split"][source].copy()
    leaks = images + np.flatnonzero(np.arange(len(chosen)) // (len(COPIES) - 1) % 2 == 0)
    split[leaks] = np.where(split[leaks] == "train", "val", "train")
    order = np.argsort(rng.random(int(group.max()) + 1)[group], kind="stable")
    _, first, number = np.unique(group[order], return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(1, len(first) + 1)
    return Arrangement(layout, source[order], copy[order], rank[number], split[order])


@dataclass(frozen=True)
class Dataset:
    """All that is written. Position of a row of `annotations` + 1 is the annotation's id."""

    arrangement: Arrangement
    labels: Labels
    annotations: Rows
    """`row` points into the layout's objects."""
    runs: dict[str, tuple[Predictions, Rows]]


def assemble(
    layout: Layout, labels: Labels, arrangement: Arrangement, runs: dict[str, Predictions]
) -> Dataset:
    """Number the annotations and predictions of the final images."""
    kept = np.flatnonzero(labels.kind != MISSING)
    rows = arrangement.spread(layout.objects.image[kept], labels.box[kept])
    return Dataset(
        arrangement,
        labels,
        Rows(rows.image, kept[rows.row], rows.box),
        {name: (run, arrangement.spread(run.image, run.box)) for name, run in runs.items()},
    )
