"""Which tiles an image has at which level, and where each lies in a pyramid's file.

Level 0 has the image's own pixels, each further one half as many across and down, rounded up; the
last fits into one tile. `src/core/sample/tiles/layout.ts` computes the same.
"""

from __future__ import annotations

from typing import NamedTuple

TILE = 512
"""Sides of a tile, but those at the right and the bottom, in pixels."""


class Layout(NamedTuple):
    """The tiles of an upright image of this size."""

    width: int
    height: int

    @property
    def levels(self) -> int:
        """How many levels there are."""
        return 1 + max(0, (max(self.width, self.height) - 1) // TILE).bit_length()

    def size(self, level: int) -> tuple[int, int]:
        """Width and height of the image at a level."""
        return -(-self.width >> level), -(-self.height >> level)

    def grid(self, level: int) -> tuple[int, int]:
        """Tiles across and down."""
        width, height = self.size(level)
        return -(-width // TILE), -(-height // TILE)

    def number(self, level: int, column: int, row: int) -> int | None:
        """Where a tile stands among all; None: there is no such tile."""
        if level >= self.levels:
            return None
        across, down = self.grid(level)
        if column >= across or row >= down:
            return None
        return self._first(level) + row * across + column

    @property
    def tiles(self) -> int:
        """All tiles of all levels."""
        return self._first(self.levels)

    def _first(self, level: int) -> int:
        return sum(across * down for across, down in map(self.grid, range(level)))
