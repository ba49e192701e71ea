"""A perspective canvas, drawn at twice the size and reduced for smooth edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from visionlens_demo.render.mood import Color, Mood, ink

SCALE = 2
Point = tuple[float, float]
NEAREST = 2.6
"""Metres; nothing is drawn nearer."""


@dataclass(frozen=True)
class Camera:
    """Vanishing point (center, horizon) and focal length in pixels; height in metres."""

    center: float
    horizon: float
    focal: float
    lens: float


class Canvas:
    """Draws in pixels of the final image, or in metres (right, up, ahead) through the camera."""

    def __init__(self, sky: Image.Image, camera: Camera, mood: Mood) -> None:
        self.size = sky.size
        self.center, self.horizon = camera.center, camera.horizon
        self.focal, self.lens, self.mood = camera.focal, camera.lens, mood
        # Reducing gives back exactly the sky where nothing is drawn over it.
        self.image = sky.resize((sky.width * SCALE, sky.height * SCALE), Image.Resampling.NEAREST)
        self.pen = ImageDraw.Draw(self.image)

    def project(self, right: float, up: float, ahead: float) -> Point:
        """Pixels of a point in metres."""
        scale = self.focal / max(ahead, NEAREST)
        return self.center + right * scale, self.horizon + (self.lens - up) * scale

    def polygon(self, points: Sequence[Point], color: Color) -> None:
        """Pixels."""
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=ink(color))

    def square(self, corner: Point, side: float, color: Color) -> None:
        """Pixels; the corner is the upper left one."""
        x, y = corner[0] * SCALE, corner[1] * SCALE
        self.pen.rectangle((x, y, x + side * SCALE, y + side * SCALE), fill=ink(color))

    def ground(self, corners: Sequence[tuple[float, float]], color: Color) -> None:
        """A flat patch, corners (right, ahead) in metres."""
        ahead = sum(corner[1] for corner in corners) / len(corners)
        self.polygon([self.project(x, 0, z) for x, z in corners], self.mood.shade(color, ahead))

    def wall(
        self, right: float, ahead: tuple[float, float], up: tuple[float, float], color: Color
    ) -> None:
        """An upright patch along the view: its extent ahead and its extent upwards."""
        corners = [
            self.project(right, up[0], ahead[0]),
            self.project(right, up[1], ahead[0]),
            self.project(right, up[1], ahead[1]),
            self.project(right, up[0], ahead[1]),
        ]
        self.polygon(corners, color)

    def _rows(self, color: Color, to: Color | None, first: int, last: int) -> Image.Image:
        """One column of pixels, rows `first` to `last`, of a ground of this colour."""
        y = np.arange(first, last) / SCALE - self.horizon
        depth = np.clip(self.focal * self.lens / np.maximum(y, 0.25), 1, 4000)
        near = self.mood.beams * np.exp(-(((depth - 9.0) / 14.0) ** 2))
        light = np.asarray(self.mood.ambient)[None, :] + near[:, None] * np.asarray((1, 0.95, 0.82))
        own = np.broadcast_to(np.asarray(color, dtype=float), (last - first, 3))
        if to is not None:
            own = own + (np.asarray(to) - own) * np.clip(depth / 160, 0, 1)[:, None]
        veil = (1 - np.exp(-depth / self.mood.visibility))[:, None]
        seen = own * light * (1 - veil) + np.asarray(self.mood.haze) * veil
        return Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8)[:, None, :])

    def fill_rows(self, points: Sequence[Point], color: Color, to: Color | None = None) -> None:
        """A large patch of ground, corners in pixels, whose colour changes with depth.

        `to`: its colour far away, before haze.
        """
        corners = np.asarray(points) * SCALE
        low = np.floor(np.clip(corners.min(axis=0), 0, self.image.size)).astype(int)
        high = np.ceil(np.clip(corners.max(axis=0), 0, self.image.size)).astype(int)
        size = (int(high[0] - low[0]), int(high[1] - low[1]))
        if min(size) < 1:
            return
        mask = Image.new("1", size)
        ImageDraw.Draw(mask).polygon(
            [(x - low[0], y - low[1]) for x, y in corners.tolist()], fill=1
        )
        column = self._rows(color, to, int(low[1]), int(high[1]))
        self.image.paste(
            column.resize(size, Image.Resampling.NEAREST), (int(low[0]), int(low[1])), mask
        )

    def strip(self, left: float, right: float, color: Color) -> None:
        """A narrow line on the ground from the camera to the horizon, metres to the right."""
        near = NEAREST
        while near < 160:
            far = near * 1.5
            self.ground(((left, near), (left, far), (right, far), (right, near)), color)
            near = far

    def finish(self) -> Image.Image:
        """The picture at its final size."""
        return self.image.reduce(SCALE)
