"""The road of the street world: asphalt, lanes, pavements, verges."""

from __future__ import annotations

import numpy as np

from visionlens_demo.render.buildings import houses, skyline, street_fronts
from visionlens_demo.render.canvas import NEAREST, Canvas
from visionlens_demo.render.mood import Color, mix

ROAD_HALF = 7.0
PAVEMENT_END = 12.0
_FAR = 600.0
_ASPHALT: Color = (92, 93, 98)
_WET: Color = (58, 61, 70)
_PAVING: Color = (158, 152, 144)
_GRASS: Color = (104, 132, 74)
_PAINT: Color = (226, 226, 220)
_DASHES_UNTIL = 90.0


def _band(canvas: Canvas, left: float, right: float, color: Color, to: Color | None = None) -> None:
    """A strip of ground from the camera to the horizon."""
    corners = ((left, NEAREST), (left, _FAR), (right, _FAR), (right, NEAREST))
    canvas.fill_rows([canvas.project(x, 0, z) for x, z in corners], color, to)


def _dashes(canvas: Canvas, right: float, advance: float) -> None:
    start = 3.0 - advance % 7.0
    while start < _DASHES_UNTIL:
        near, far = max(start, NEAREST), start + 3.0
        if far > NEAREST:
            canvas.ground(
                (
                    (right - 0.08, near),
                    (right - 0.08, far),
                    (right + 0.08, far),
                    (right + 0.08, near),
                ),
                _PAINT,
            )
        start += 7.0


def _crossing(canvas: Canvas, ahead: float) -> None:
    for stripe in np.arange(-ROAD_HALF + 0.6, ROAD_HALF - 0.6, 1.1):
        canvas.ground(
            (
                (stripe, ahead),
                (stripe, ahead + 3),
                (stripe + 0.55, ahead + 3),
                (stripe + 0.55, ahead),
            ),
            _PAINT,
        )


def _lines(canvas: Canvas, advance: float, rng: np.random.Generator) -> None:
    for edge in (-ROAD_HALF + 0.35, ROAD_HALF - 0.35):
        canvas.strip(edge - 0.06, edge + 0.06, mix(_PAINT, _ASPHALT, 0.3))
    if rng.random() < 0.5:
        canvas.strip(-0.22, -0.1, _PAINT)
        canvas.strip(0.1, 0.22, _PAINT)
    else:
        _dashes(canvas, 0.0, advance)
    for lane in (-3.4, 3.4):
        _dashes(canvas, lane, advance)
    if rng.random() < 0.3:
        _crossing(canvas, rng.uniform(9, 17) + 3)


def _patches(canvas: Canvas, wet: bool, rng: np.random.Generator) -> None:
    """Repairs and puddles."""
    for _ in range(int(rng.integers(2, 6))):
        x, z = rng.uniform(-6, 6), rng.uniform(6, 30)
        color = mix(_WET if wet else _ASPHALT, (40, 42, 48), 0.16)
        w, d = rng.uniform(0.5, 2.0), rng.uniform(1.0, 4.0)
        canvas.ground(((x, z), (x + 0.2, z + d), (x + w, z + d), (x + w - 0.1, z)), color)


def paint_street(
    canvas: Canvas, area: str, wet: bool, advance: float, rng: np.random.Generator
) -> None:
    """Everything that stands still, but trees and lamps, in an area of the street world."""
    skyline(canvas, rng, {"old town": 22.0, "east side": 38.0, "suburb": 12.0}.get(area, 30.0))
    green = area in ("suburb", "ring road")
    everywhere = (
        (0, canvas.horizon),
        (canvas.size[0], canvas.horizon),
        canvas.size,
        (0, canvas.size[1]),
    )
    canvas.fill_rows(everywhere, _GRASS if green else _PAVING, (86, 104, 78) if green else None)
    if area == "suburb":
        houses(canvas, advance, rng)
    elif area == "old town":
        street_fronts(canvas, advance, rng, (2, 5))
    elif area == "east side":
        street_fronts(canvas, advance, rng, (3, 9))
    if area != "ring road":
        for side in (-1, 1):
            _band(canvas, side * ROAD_HALF, side * (PAVEMENT_END if not green else 9.8), _PAVING)
            canvas.strip(side * ROAD_HALF, side * (ROAD_HALF + 0.25), (190, 188, 182))
    _band(canvas, -ROAD_HALF, ROAD_HALF, _WET if wet else _ASPHALT, (110, 112, 118))
    _patches(canvas, wet, rng)
    _lines(canvas, advance, rng)
    if area == "ring road":
        _rails(canvas, rng)


def _rails(canvas: Canvas, rng: np.random.Generator) -> None:
    """Crash barriers on both sides, with a noise wall behind one of them."""
    behind = rng.choice((-1.0, 1.0))
    for start in (140, 100, 70, 50, 36, 26, 19, 14, 10, 7, 5):
        near, far = float(start), start * 1.45
        canvas.wall(behind * 15, (near, far), (0, 3.4), canvas.mood.shade((128, 140, 124), near))
        for side in (-1.0, 1.0):
            canvas.wall(
                side * 10.2, (near, far), (0.45, 0.85), canvas.mood.shade((182, 186, 190), near)
            )
            canvas.wall(
                side * 10.2,
                (near, near * 1.02),
                (0, 0.85),
                canvas.mood.shade((120, 122, 126), near),
            )
