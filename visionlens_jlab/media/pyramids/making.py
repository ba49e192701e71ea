"""Makes a pyramid from the rows of an image, each row read once: what is above is half of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import msgspec
from PIL import Image

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.headers import UnreadableImageError, upright_size
from visionlens_jlab.media.pyramids.layout import TILE, Layout
from visionlens_jlab.media.pyramids.pack import About, PyramidWriter
from visionlens_jlab.media.pyramids.strips import (
    COARSE,
    EndsEarlyError,
    Strips,
    open_coarse,
    open_strips,
)
from visionlens_jlab.media.tiff import Layers

QUALITY = 90
MOST_PIXELS = 10_000_000_000
_COARSE_SHARE = 0.15
"""Of the time, about."""
_MIRRORED_ACROSS, _MIRRORED_DOWN, _TRANSPOSED = (2, 3, 7, 8), (3, 4, 6, 7), (5, 6, 7, 8)
"""EXIF orientations: the stored image becomes upright by these, one after the other."""


class Step(msgspec.Struct, tag=True):
    """How far a pyramid is.

    Attributes
    ----------
    about : About
    done : float
        Part of it.
    coarse : int
        From this level on all tiles are there.
    region : (left, top, right, bottom)
        Of the upright image, in its pixels: tiles of every level that lie in here are there.
    tiles : list of (number, offset, length)
        Those that came since the last step.
    """

    about: About
    done: float
    coarse: int
    region: tuple[int, int, int, int]
    tiles: list[tuple[int, int, int]]


Tell = Callable[[Step], None]


def make_pyramid(
    file: BinaryIO, target: BinaryIO, most_bytes: int, tell: Tell, layers: Layers | None = None
) -> None:
    """Write the pyramid of an image file, and tell how far it is.

    Raises UnreadableImageError, TooLargeImageError, MemoryError; DISK_SPACE where it takes more
    than `most_bytes`.
    """
    coarse = open_coarse(file)
    maker = None
    if coarse is not None:
        maker = _Maker(coarse, target, most_bytes, tell)
        if maker.layout.levels > COARSE:
            maker.read(coarse, maker.layout.levels, 0.0, _COARSE_SHARE)
            maker.coarse = COARSE
        del coarse
    file.seek(0)
    strips = open_strips(file, layers)
    if maker is None or maker.layout != _layout(strips):
        target.seek(0)
        target.truncate()
        maker = _Maker(strips, target, most_bytes, tell)
    first = strips.level
    maker.about = About(*maker.layout, first, slower=strips.slower)
    maker.read(strips, maker.coarse, _COARSE_SHARE if maker.coarse == COARSE else 0.0, 1.0)
    maker.about.damage = next(iter(strips.faults), None)
    maker.close()


def _layout(strips: Strips) -> Layout:
    return Layout(*upright_size(*strips.size, strips.orientation))


@dataclass
class _Band:
    """A row of tiles as far as it came; `parts` of the two rows below it."""

    image: Image.Image
    parts: int = 0


class _Maker:
    """Writes the tiles of one image; rows and columns are those before it is transposed."""

    def __init__(self, strips: Strips, target: BinaryIO, most_bytes: int, tell: Tell) -> None:
        self.layout = _layout(strips)
        if self.layout.width * self.layout.height > MOST_PIXELS:
            raise UnreadableImageError(
                f"{self.layout.width} x {self.layout.height} pixels are too many"
            )
        self.about = About(*self.layout)
        self.coarse = self.layout.levels
        self._orientation = strips.orientation
        self._transposed = strips.orientation in _TRANSPOSED
        self._writer = PyramidWriter(target, self.layout)
        self._most_bytes = most_bytes
        self._tell = tell
        self._new: list[tuple[int, int, int]] = []
        self._bands: dict[tuple[int, int], _Band] = {}

    def read(self, strips: Strips, stop: int, begun: float, done: float) -> None:
        """Write the levels from that of the strips up to `stop`."""
        level, (_, height) = strips.level, self._size(strips.level)
        down = -(-height // TILE)
        order = range(down)[::-1] if self._orientation in _MIRRORED_DOWN else range(down)
        with ThreadPoolExecutor(1) as reading:
            for step, (row, band) in enumerate(self._ahead(reading, strips, order, height)):
                if band is None:
                    break
                self._feed(level, row, band, stop)
                share = begun + (done - begun) * (step + 1) / down
                self._say(share, self._region(row, order[0]) if level < COARSE else (0, 0, 0, 0))
        while self._bands:  # what ended early
            self._finish(*min(self._bands), stop)

    def close(self) -> None:
        """Write what it is."""
        self._writer.close(self.about)
        self.coarse = self.about.finest
        self._say(1.0, (0, 0, *self.layout))

    def _ahead(
        self, reading: ThreadPoolExecutor, strips: Strips, order: range, height: int
    ) -> Iterator[tuple[int, Image.Image | None]]:
        """Rows of tiles, the next one read meanwhile."""

        def read(row: int) -> Image.Image | None:
            bottom = min(height, (row + 1) * TILE)
            first = row * TILE if order.step > 0 else height - bottom
            try:
                strip = strips.rows(first, bottom - row * TILE)
            except EndsEarlyError:
                return None
            return self._mirrored(strip)

        coming = reading.submit(read, order[0])
        for at, row in enumerate(order):
            band = coming.result()
            if at + 1 < len(order):
                coming = reading.submit(read, order[at + 1])
            yield row, band

    def _mirrored(self, strip: Image.Image) -> Image.Image:
        across = self._orientation in _MIRRORED_ACROSS
        if self._orientation in _MIRRORED_DOWN:
            turn = Image.Transpose.ROTATE_180 if across else Image.Transpose.FLIP_TOP_BOTTOM
            return strip.transpose(turn)
        return strip.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if across else strip

    def _size(self, level: int) -> tuple[int, int]:
        width, height = self.layout.size(level)
        return (height, width) if self._transposed else (width, height)

    def _region(self, row: int, first: int) -> tuple[int, int, int, int]:
        """What of the upright image is read, with this row of tiles."""
        low, high = min(row, first), max(row, first) + 1
        scale = TILE << self.about.finest
        width, height = self.layout
        if self._transposed:
            return low * scale, 0, min(width, high * scale), height
        return 0, low * scale, width, min(height, high * scale)

    def _feed(self, level: int, row: int, band: Image.Image, stop: int) -> None:
        """Write a row of tiles, and what follows from it above."""
        for column, left in enumerate(range(0, band.width, TILE)):
            tile = band.crop((left, 0, min(left + TILE, band.width), band.height))
            self._write(level, column, row, tile)
        if level + 1 >= stop:
            return
        half, (width, height) = band.reduce(2), self._size(level + 1)
        above = row // 2
        key = (level + 1, above)
        if key not in self._bands:
            size = (width, min(TILE, height - above * TILE))
            self._bands[key] = _Band(Image.new(half.mode, size))
        part = self._bands[key]
        part.image.paste(half, (0, (row % 2) * TILE // 2))
        part.parts += 1
        last = -(-self._size(level)[1] // TILE) - 1
        if part.parts == (2 if 2 * above < last else 1):
            self._finish(*key, stop)

    def _finish(self, level: int, row: int, stop: int) -> None:
        self._feed(level, row, self._bands.pop((level, row)).image, stop)

    def _write(self, level: int, column: int, row: int, tile: Image.Image) -> None:
        if self._transposed:
            tile = tile.transpose(Image.Transpose.TRANSPOSE)
            column, row = row, column
        number = self.layout.number(level, column, row)
        assert number is not None
        self._new.append(self._writer.add(number, _encoded(tile)))
        if self._writer.size > self._most_bytes:
            raise _too_much(self._most_bytes)

    def _say(self, done: float, region: tuple[int, int, int, int]) -> None:
        self._writer.flush()
        self._tell(Step(self.about, done, self.coarse, region, self._new))
        self._new = []


def _encoded(tile: Image.Image) -> bytes:
    buffer = io.BytesIO()
    if tile.mode == "RGBA":
        tile.save(buffer, "WEBP", quality=QUALITY, method=0)
    else:
        tile.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()


def _too_much(most_bytes: int) -> VisionLensError:
    return VisionLensError(
        "DISK_SPACE",
        f"The image's tiles take more than the {most_bytes >> 20} MiB that may be kept of them.",
        "Raise VisionLens.tile_cache_mb ($VISIONLENS_TILE_CACHE).",
    )
