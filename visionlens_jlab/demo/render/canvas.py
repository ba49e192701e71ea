"""A perspective canvas: polygons given in metres, drawn at twice the size and reduced for smooth edges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from visionlens_jlab.demo.render.mood import Color, Mood, ink

SCALE = 2
Point = tuple[float, float]
NEAREST = 2.6
"""Metres; nothing is drawn nearer."""


class Canvas:
    """Draws in pixels of the final image, or in metres (right, up, ahead) through the camera."""

    def __init__(self, sky: Image.Image, center: float, horizon: float, focal: float, lens: float, mood: Mood) -> None:
        self.size = sky.size
        self.center, self.horizon, self.focal, self.lens, self.mood = center, horizon, focal, lens, mood
        self.image = sky.resize((sky.width * SCALE, sky.height * SCALE), Image.Resampling.BILINEAR)
        self.pen = ImageDraw.Draw(self.image)

    def project(self, right: float, up: float, ahead: float) -> Point:
        """Pixels of a point in metres."""
        scale = self.focal / max(ahead, NEAREST)
        return self.center + right * scale, self.horizon + (self.lens - up) * scale

    def polygon(self, points: Sequence[Point], color: Color) -> None:
        """Pixels."""
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=ink(color))

    def ground(self, corners: Sequence[tuple[float, float]], color: Color) -> None:
        """A flat patch, corners (right, ahead) in metres."""
        ahead = sum(corner[1] for corner in corners) / len(corners)
        self.polygon([self.project(x, 0, z) for x, z in corners], self.mood.shade(color, ahead))

    def wall(self, right: float, near: float, far: float, low: float, high: float, color: Color) -> None:
        """An upright patch that runs ahead, from `near` to `far`."""
        corners = [
            self.project(right, low, near),
            self.project(right, high, near),
            self.project(right, high, far),
            self.project(right, low, far),
        ]
        self.polygon(corners, color)

    def rows(self, color: Color, to: Color | None = None) -> Image.Image:
        """An image of the canvas's size, below the horizon as a ground of this colour looks with depth.

        `to`: its colour far away, before haze.
        """
        height = self.size[1] * SCALE
        y = np.arange(height) / SCALE - self.horizon
        depth = np.clip(self.focal * self.lens / np.maximum(y, 0.25), 1, 4000)
        near = self.mood.beams * np.exp(-(((depth - 9.0) / 14.0) ** 2))
        light = np.asarray(self.mood.ambient)[None, :] + near[:, None] * np.asarray((1, 0.95, 0.82))
        own = np.broadcast_to(np.asarray(color, dtype=float), (height, 3))
        if to is not None:
            own = own + (np.asarray(to) - own) * np.clip(depth / 160, 0, 1)[:, None]
        veil = (1 - np.exp(-depth / self.mood.visibility))[:, None]
        seen = own * light * (1 - veil) + np.asarray(self.mood.haze) * veil
        column = Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8)[:, None, :])
        return column.resize(self.image.size, Image.Resampling.NEAREST)

    def fill_rows(self, points: Sequence[Point], color: Color, to: Color | None = None) -> None:
        """A patch of ground, pixels, in the colours of `rows`."""
        mask = Image.new("1", self.image.size)
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in points], fill=1)
        self.image.paste(self.rows(color, to), (0, 0), mask)

    def finish(self) -> Image.Image:
        """The picture at its final size."""
        return self.image.reduce(SCALE)
