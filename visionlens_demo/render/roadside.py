"""Trees and lamp posts beside the road."""

from __future__ import annotations

import numpy as np

from visionlens_demo.render.canvas import Canvas
from visionlens_demo.render.objects import Light, Thing

_LAMP_METRES = (2.4, 6.6)
_TREES = {
    "suburb": (9.0, 15.0),
    "old town": (26.0, 40.0),
    "east side": (16.0, 28.0),
    "ring road": (7.0, 13.0),
}
"""Metres between two trees."""
_NEAREST = 10.0
_WARM = (255.0, 206.0, 138.0)


def _upright(
    canvas: Canvas,
    name: str,
    metres: tuple[float, float],
    right: float,
    ahead: float,
    *,
    look: int = 0,
    flip: bool = False,
) -> Thing:
    scale = canvas.focal / ahead
    width, height = metres[0] * scale, metres[1] * scale
    x, foot = canvas.project(right, 0, ahead)
    return Thing(name, (x - width / 2, foot - height, width, height), ahead, look, flip)


def roadside(
    canvas: Canvas, area: str, advance: float, rng: np.random.Generator
) -> tuple[list[Thing], list[Light]]:
    """Unlabelled things beside the road, and the light that falls from lamps on the ground."""
    things: list[Thing] = []
    lights: list[Light] = []
    low, high = _TREES.get(area, (12.0, 20.0))
    for side in (-1.0, 1.0):
        ahead = rng.uniform(6, 16)
        while ahead < 100:
            slim, look = rng.random() < 0.35, int(rng.integers(0, 12))
            tall = rng.uniform(5.5, 9.0)
            metres = (tall * 0.3, tall * 1.1) if slim else (tall * 0.82, tall * 0.95)
            right = side * (
                rng.uniform(12.5, 19) if area == "ring road" else rng.uniform(9.6, 10.8)
            )
            if ahead - advance > _NEAREST:
                name = "poplar" if slim else "tree"
                things.append(_upright(canvas, name, metres, right, ahead - advance, look=look))
            ahead += rng.uniform(low, high)
    spacing = rng.uniform(17, 23)
    for number in range(5):
        ahead = 13 + number * spacing - advance % spacing
        side = -1.0 if number % 2 else 1.0
        # The arm reaches over the road, so the post is off the middle of the sprite.
        post = side * 8.0 - side * _LAMP_METRES[0] * 0.39
        things.append(_upright(canvas, "lamp_post", _LAMP_METRES, post, ahead, flip=side > 0))
        lights.append(Light(side * 6.2, ahead, 4.2, _WARM))
    return things, lights
