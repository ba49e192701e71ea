"""The quay, the basin and the far shore of the harbour world."""

from __future__ import annotations

import numpy as np

from visionlens_demo.render.buildings import skyline
from visionlens_demo.render.canvas import NEAREST, SCALE, Canvas
from visionlens_demo.render.mood import Color, ink, mix, scaled

EDGE = 22.5
"""Metres ahead where the quay ends and the water begins."""
_WATER: dict[str, Color] = {
    "summer": (52, 104, 122),
    "autumn": (62, 92, 98),
    "winter": (78, 96, 108),
}
_STONE: dict[str, Color] = {
    "summer": (168, 160, 146),
    "autumn": (146, 138, 126),
    "winter": (206, 210, 216),
}
_WALL_DEPTH = {"low": 2.8, "mid": 1.5, "high": 0.5}


def paint_harbour(
    canvas: Canvas, tide: str, season: str, wet: bool, rng: np.random.Generator
) -> None:
    """Everything that stands still, in a season and at a tide."""
    skyline(canvas, rng, 26.0)
    _shore(canvas, season, rng)
    width, height = canvas.size
    edge = canvas.project(0, 0, EDGE)[1]
    sea = ((0, canvas.horizon), (width, canvas.horizon), (width, height), (0, height))
    # The sea mirrors the sky where one looks along it.
    canvas.fill_rows(sea, _WATER[season], mix(_WATER[season], canvas.mood.horizon, 0.5))
    _waves(canvas, rng)
    _quay_wall(canvas, edge, _WALL_DEPTH[tide])
    stone = _STONE[season] if not wet else scaled(_STONE[season], 0.68)
    corners = ((0, edge), (width, edge), (width, height), (0, height))
    canvas.fill_rows(corners, stone)
    _slabs(canvas, stone, rng)
    _bollards(canvas)


def _shore(canvas: Canvas, season: str, rng: np.random.Generator) -> None:
    """A low line of land under the skyline."""
    color = (196, 202, 206) if season == "winter" else (88, 104, 84)
    x = 0.0
    points = [(0.0, canvas.horizon + 2)]
    while x < canvas.size[0] + 40:
        points.append((x, canvas.horizon - rng.uniform(2, 8)))
        x += rng.uniform(20, 60)
    canvas.polygon([*points, (x, canvas.horizon + 2)], canvas.mood.shade(color, 300))


def _waves(canvas: Canvas, rng: np.random.Generator) -> None:
    """Light and dark ripples, wider when near."""
    mood = canvas.mood
    for _ in range(150):
        depth = EDGE * float(rng.uniform(1, 3.4)) ** 1.9
        y = canvas.horizon + canvas.focal * canvas.lens / depth
        x, span = rng.uniform(-20, canvas.size[0]), rng.uniform(0.6, 3.2) * canvas.focal / depth
        light = rng.random() < 0.6
        tone = (
            mix(mood.horizon, (255, 255, 255), 0.1)
            if light
            else scaled(mood.shade((40, 66, 78), depth), 0.9)
        )
        under = canvas.image.getpixel(
            (min(max(int(x * SCALE), 0), canvas.image.width - 1), int(y * SCALE))
        )
        assert isinstance(under, tuple)
        seen = mix((under[0], under[1], under[2]), tone, 0.3)
        box = [x * SCALE, (y - 0.5) * SCALE, (x + span) * SCALE, (y + 0.5) * SCALE]
        canvas.pen.ellipse(box, fill=ink(seen))


def _quay_wall(canvas: Canvas, edge: float, deep: float) -> None:
    """The wall is seen from above only as a dark seam, wider at low tide."""
    tall = deep * canvas.focal / EDGE * 0.28
    corners = [(0, edge - tall), (canvas.size[0], edge - tall), (canvas.size[0], edge), (0, edge)]
    canvas.polygon(corners, canvas.mood.shade((62, 64, 58), EDGE))
    top = [(0, edge - 1.5), (canvas.size[0], edge - 1.5), (canvas.size[0], edge + 1), (0, edge + 1)]
    canvas.polygon(top, canvas.mood.shade((222, 196, 92), EDGE))


def _slabs(canvas: Canvas, stone: Color, rng: np.random.Generator) -> None:
    """Joints between slabs, rails of the cranes, stains."""
    seam = scaled(stone, 0.82)
    for ahead in (4.5, 6, 8, 10.5, 13.5, 17):
        wide = ahead * canvas.size[0] / canvas.focal
        canvas.ground(
            ((-wide, ahead), (-wide, ahead * 1.008), (wide, ahead * 1.008), (wide, ahead)), seam
        )
    for right in np.arange(-27.0, 28.0, 4.5):
        near, far = NEAREST + 0.6, EDGE
        canvas.ground(
            ((right, near), (right, far), (right + 0.07, far), (right + 0.07, near)), seam
        )
    for right in (-12.2, 12.2):
        canvas.ground(
            ((right, 3.5), (right, EDGE), (right + 0.22, EDGE), (right + 0.22, 3.5)), (88, 80, 76)
        )
    for _ in range(6):
        x, z = rng.uniform(-10, 10), rng.uniform(5, 19)
        w, d = rng.uniform(0.6, 2.2), rng.uniform(0.5, 1.6)
        canvas.ground(
            ((x, z), (x + 0.3, z + d), (x + w, z + d), (x + w - 0.4, z)), scaled(stone, 0.9)
        )


def _bollards(canvas: Canvas) -> None:
    for right in np.arange(-28.0, 29.0, 8.0):
        foot, top = canvas.project(right, 0, EDGE - 0.8), canvas.project(right, 0.75, EDGE - 0.8)
        half = 0.28 * canvas.focal / EDGE
        dark = canvas.mood.shade((58, 58, 62), EDGE)
        canvas.polygon(
            [
                (foot[0] - half, foot[1]),
                (top[0] - half, top[1]),
                (top[0] + half, top[1]),
                (foot[0] + half, foot[1]),
            ],
            dark,
        )
        cap = [
            (top[0] - half * 1.4) * SCALE,
            (top[1] - 1.6) * SCALE,
            (top[0] + half * 1.4) * SCALE,
            (top[1] + 1.6) * SCALE,
        ]
        canvas.pen.ellipse(cap, fill=ink(dark))
