"""The embedded default: colour layout, oriented gradients and texture, in numpy alone.

No network has learnt anything here: images are alike when their colours, the directions of their
edges and their texture lie alike in the picture. Near-duplicates and scenes with the same layout
come together; the same kind of object in another pose often does not.

Parts, over grids of cells (a spatial pyramid: Lazebnik, Schmid, Ponce, CVPR 2006):

- colour: mean and deviation of Y, Cb, Cr in 1, 4 and 16 cells (as MPEG-7's colour layout);
- gradients: 9 unsigned directions in 1, 4, 16 and 64 cells, each cell divided by the energy around
  it (Dalal, Triggs, CVPR 2005), then the square root;
- texture: rotation-invariant uniform local binary patterns in 1, 4 and 16 cells (Ojala,
  Pietikäinen, Mäenpää, PAMI 2002), then the square root.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from visionlens_jlab.embeddings.models.base import Vectors
from visionlens_jlab.embeddings.models.whitening import Groups, Whitening
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.preparation import Preparation

NAME = "classical"
SIDE = 128
DIMENSION = 256
"""Numbers of a whitened vector."""
CELLS = 8
"""Finest grid of the gradients; coarser ones are summed from it."""
BINS = 9
CODES = 10
"""Uniform patterns by their number of ones, and one for all others."""
PATTERN_STEP = 0.01
"""How much brighter a neighbour must be, so that flat areas have no pattern of noise."""
COARSE = (1, 2, 4)
PARTS: Groups = (
    (6 * 21, 0.4),  # colour
    (BINS * 85, 1.0),  # gradients
    (CODES * 21, 0.4),  # texture
)
RAW = sum(length for length, _ in PARTS)

Array = np.ndarray[Any, Any]


class ClassicalEmbedder:
    """Raw descriptors, or with a whitening the vectors of a space.

    Parameters
    ----------
    whitening : Whitening, optional
        Fitted on a dataset's raw descriptors.
    """

    name = NAME
    has_text = False
    batch_size = 64
    preparation = Preparation(SIDE, SIDE)

    def __init__(self, whitening: Whitening | None = None) -> None:
        self._whitening = whitening
        self.needs_fit = whitening is None
        self.dimension = RAW if whitening is None else DIMENSION
        self.version = VERSION if whitening is None else f"{VERSION}-{whitening.digest()}"
        self.settings: dict[str, Any] = {}

    def fit(self, raw: Array) -> Whitening:
        """The whitening of a dataset's raw descriptors."""
        return Whitening.fit(raw, DIMENSION, PARTS)

    def pixels(self, batch: Array) -> Vectors:
        """Vectors of prepared images."""
        raw = np.stack([describe(pixels) for pixels in batch])
        return raw if self._whitening is None else self._whitening.apply(raw)

    def texts(self, texts: Sequence[str]) -> Vectors:
        """There are none. TEXT_UNSUPPORTED."""
        raise VisionLensError("TEXT_UNSUPPORTED", f"{NAME} knows no texts.")

    def close(self) -> None:
        """Nothing is held."""


VERSION = "1"


def describe(pixels: Array) -> Vectors:
    """The raw descriptor float32 (RAW,) of an image uint8 (SIDE, SIDE, 3)."""
    planes = np.moveaxis(pixels, -1, 0).astype(np.float32) / 255
    luma = planes[0] * 0.299 + planes[1] * 0.587 + planes[2] * 0.114
    chroma = ((planes[2] - luma) / 1.772, (planes[0] - luma) / 1.402)
    return np.concatenate(
        [_colour(np.stack([luma, *chroma])), _gradients(luma), _texture(luma)]
    ).astype(np.float32)


def _pooled(cells: Array, count: int) -> Array:
    """Cells (..., k, k, c) summed to (..., count, count, c)."""
    k = cells.shape[-2]
    step = k // count
    shape = (*cells.shape[:-3], count, step, count, step, cells.shape[-1])
    pooled: Array = cells.reshape(shape).sum((-4, -2))
    return pooled


def _colour(planes: Array) -> Array:
    side = SIDE // 4
    blocks = planes.reshape(3, 4, side, 4, side)
    sums = np.stack([blocks.sum((2, 4)), np.square(blocks).sum((2, 4))], -1)
    parts = []
    for count in COARSE:
        cells = _pooled(sums, count) * (count * count / SIDE**2)
        mean = cells[..., 0]
        deviation = np.sqrt(np.maximum(cells[..., 1] - mean * mean, 0))
        parts += [mean.ravel(), deviation.ravel()]
    return np.concatenate(parts)


def _gradients(luma: Array) -> Array:
    across, down = np.zeros_like(luma), np.zeros_like(luma)
    across[:, 1:-1] = luma[:, 2:] - luma[:, :-2]
    down[1:-1] = luma[2:] - luma[:-2]
    strength = np.hypot(across, down)
    angle = np.arctan2(down, across) * (BINS / np.pi)
    below = np.floor(angle)
    share = (angle - below) * strength
    first = below.astype(np.int64) % BINS
    place = _PLACES * BINS
    histogram = np.bincount(
        np.concatenate([(place + first).ravel(), (place + (first + 1) % BINS).ravel()]),
        np.concatenate([(strength - share).ravel(), share.ravel()]),
        CELLS * CELLS * BINS,
    ).reshape(CELLS, CELLS, BINS)
    parts = []
    for count in (*COARSE, CELLS):
        cells = _pooled(histogram, count) * (count * count / SIDE**2)
        energy = np.pad(np.square(cells).sum(-1), 1, mode="edge")
        around = sum(energy[i : i + count, j : j + count] for i in range(3) for j in range(3)) / 9
        parts.append(np.sqrt(cells / np.sqrt(around + 1e-4)[..., None]).ravel())
    return np.concatenate(parts)


def _texture(luma: Array) -> Array:
    padded = np.pad(luma, 1, mode="edge")
    middle = luma + np.float32(PATTERN_STEP)
    pattern = np.zeros(luma.shape, np.uint8)
    for bit, (y, x) in enumerate(_RING):
        pattern |= (padded[y : y + SIDE, x : x + SIDE] >= middle).astype(np.uint8) << bit
    place = _PLACES * CODES + _CODE_OF[pattern]
    histogram = np.bincount(place.ravel(), minlength=CELLS * CELLS * CODES)
    cells = histogram.reshape(CELLS, CELLS, CODES)
    shares = [_pooled(cells, count) * (count * count / SIDE**2) for count in COARSE]
    return np.concatenate([np.sqrt(share).ravel() for share in shares])


def _uniform_codes() -> Array:
    """Pattern of eight bits -> its number of ones where it changes at most twice, else 9."""
    patterns = np.arange(256)
    bits = patterns[:, None] >> np.arange(8) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(1)
    return np.where(changes <= 2, bits.sum(1), CODES - 1).astype(np.int64)


_RING = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
_CODE_OF = _uniform_codes()
_ROWS = np.arange(SIDE) * CELLS // SIDE
_PLACES = _ROWS[:, None] * CELLS + _ROWS[None, :]
"""Cell of each pixel in the finest grid."""
