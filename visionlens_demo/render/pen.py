"""Draws sprites in unit coordinates: x to the right and y down, 0 to 1 over the object's box."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from visionlens_demo.render.mood import Color, ink, scaled

Point = tuple[float, float]
LONGEST = 400
"""Pixels of a sprite's longer side; it is reduced when placed, which smooths its edges."""


class Pen:
    """Two layers of one size: surfaces that take the scene's light, and lights of their own."""

    def __init__(self, width: float, height: float) -> None:
        factor = LONGEST / max(width, height)
        self.size = max(2, round(width * factor)), max(2, round(height * factor))
        self.surface = Image.new("RGBA", self.size)
        self.shine = Image.new("RGBA", self.size)
        self.shines = False
        self._surface, self._shine = ImageDraw.Draw(self.surface), ImageDraw.Draw(self.shine)
        self._unit = LONGEST * min(width, height) / max(width, height)

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.size[0], y * self.size[1]) for x, y in points]

    def poly(self, color: Color, *points: Point) -> None:
        self._surface.polygon(self._pixels(points), fill=(*ink(color), 255))

    def rect(
        self,
        color: Color,
        left: float,
        top: float,
        right: float,
        bottom: float,
        *,
        radius: float = 0.0,
    ) -> None:
        """`radius` as a share of the shorter side of the sprite."""
        box = self._pixels([(left, top), (right, bottom)])
        fill = (*ink(color), 255)
        self._surface.rounded_rectangle(box, radius=radius * self._unit, fill=fill)

    def oval(self, color: Color, left: float, top: float, right: float, bottom: float) -> None:
        self._surface.ellipse(self._pixels([(left, top), (right, bottom)]), fill=(*ink(color), 255))

    def line(self, color: Color, thick: float, *points: Point) -> None:
        """A bent line with round joints; `thick` as a share of the shorter side."""
        pixels, wide = self._pixels(points), max(1, round(thick * self._unit))
        fill = (*ink(color), 255)
        self._surface.line(pixels, fill=fill, width=wide, joint="curve")
        for x, y in pixels:
            half = wide / 2
            self._surface.ellipse((x - half, y - half, x + half, y + half), fill=fill)

    def ring(self, color: Color, thick: float, center: Point, radius: float) -> None:
        """A circle; `radius` as a share of the sprite's height."""
        x, y = self._pixels([center])[0]
        r = radius * self.size[1]
        width = max(1, round(thick * self._unit))
        self._surface.ellipse((x - r, y - r, x + r, y + r), outline=(*ink(color), 255), width=width)

    def disc(self, color: Color, center: Point, radius: float) -> None:
        """A filled circle; `radius` as a share of the sprite's height."""
        x, y = self._pixels([center])[0]
        r = radius * self.size[1]
        self._surface.ellipse((x - r, y - r, x + r, y + r), fill=(*ink(color), 255))

    def wheel(self, center: Point, radius: float) -> None:
        """Tyre, rim and hub."""
        self.disc((26, 26, 28), center, radius)
        self.disc((150, 152, 156), center, radius * 0.6)
        self.disc((82, 84, 88), center, radius * 0.44)
        for spoke in range(5):
            turn = spoke * math.tau / 5
            height = self.size[1] / self.size[0]
            end = (
                center[0] + math.cos(turn) * radius * 0.56 * height,
                center[1] + math.sin(turn) * radius * 0.56,
            )
            self.line((166, 168, 172), 0.018, center, end)

    def lamp(
        self,
        color: Color,
        left: float,
        top: float,
        right: float,
        bottom: float,
        *,
        unlit: float = 0.75,
    ) -> None:
        """A lamp: a surface by day, a light at night."""
        self.oval(scaled(color, unlit), left, top, right, bottom)
        self._shine.ellipse(self._pixels([(left, top), (right, bottom)]), fill=(*ink(color), 255))
        self.shines = True

    def pane(self, color: Color, left: float, top: float, right: float, bottom: float) -> None:
        """A lit pane: shines at night, over whatever was drawn before."""
        self._shine.rectangle(self._pixels([(left, top), (right, bottom)]), fill=(*ink(color), 255))
        self.shines = True

    def always(self, color: Color, left: float, top: float, right: float, bottom: float) -> None:
        """A light that is on by day too."""
        self.lamp(color, left, top, right, bottom, unlit=1.0)

    def shaded(self, top: float = 1.1, bottom: float = 0.72) -> None:
        """Light the surface from above: multiply its colours down the sprite."""
        column = Image.new("L", (1, 32))
        for row in range(32):
            factor = top + (bottom - top) * row / 31
            column.putpixel((0, row), round(min(factor, 1.25) / 1.25 * 255))
        ramp = column.resize(self.size, Image.Resampling.BILINEAR)
        bands = self.surface.split()
        lit = [_times(band, ramp) for band in bands[:3]]
        self.surface = Image.merge("RGBA", [*lit, bands[3]])
        self._surface = ImageDraw.Draw(self.surface)


def _times(band: Image.Image, ramp: Image.Image) -> Image.Image:
    bright = band.point([min(255, round(value * 1.25)) for value in range(256)])
    return ImageChops.multiply(bright, ramp)
