"""Skylines and house fronts."""

from __future__ import annotations

import numpy as np

from visionlens_demo.render.canvas import Canvas
from visionlens_demo.render.mood import Color, mix, scaled

_FRONTS: list[Color] = [
    (178, 96, 74),
    (204, 172, 132),
    (150, 108, 84),
    (192, 186, 172),
    (140, 146, 152),
    (206, 150, 104),
    (122, 92, 86),
    (170, 164, 138),
]
_LIT: list[Color] = [(255, 214, 140), (255, 232, 184), (240, 196, 118), (210, 226, 246)]
_GLASS: Color = (92, 112, 132)
_CELL = 3.6
"""Pixels between the windows of far buildings."""
_WINDOWS_UNTIL = 62.0
"""Metres ahead up to which windows are drawn."""


def skyline(canvas: Canvas, rng: np.random.Generator, tall: float) -> None:
    """Two rows of far buildings, `tall` metres high on average."""
    width = canvas.size[0]
    for depth, color in ((420.0, (118, 124, 138)), (230.0, (112, 110, 116))):
        scale = canvas.focal / depth
        # The skyline turns with the camera, so it is drawn wider than the picture.
        x = canvas.center - 0.7 * width - rng.uniform(0, 40)
        while x < canvas.center + 0.7 * width:
            span = rng.uniform(14, 34) * scale * 1.4
            top = canvas.horizon - (tall * rng.uniform(0.45, 1.7)) * scale
            tone = canvas.mood.shade(scaled(color, rng.uniform(0.8, 1.1)), depth)
            canvas.polygon(
                [
                    (x, canvas.horizon + 2),
                    (x, top),
                    (x + span, top),
                    (x + span, canvas.horizon + 2),
                ],
                tone,
            )
            if rng.random() < 0.25:
                mast = rng.uniform(0.3, 0.7) * span + x
                canvas.polygon(
                    [(mast, top), (mast, top - 9), (mast + 0.8, top - 9), (mast + 0.8, top)], tone
                )
            _far_windows(canvas, (x, top, span), depth, rng)
            x += span * rng.uniform(0.85, 1.35)


def _far_windows(
    canvas: Canvas, front: tuple[float, float, float], depth: float, rng: np.random.Generator
) -> None:
    if canvas.mood.lamps < 0.5:
        return
    x, top, span = front
    columns, rows = int(span / _CELL) - 1, int((canvas.horizon - top) / _CELL) - 1
    if columns < 1 or rows < 1:
        return
    dim = 0.2 + 0.5 * (1 - canvas.mood.lamps)
    veil = min(0.92, canvas.mood.veil(depth) + dim)
    tones = [mix(color, canvas.mood.haze, veil) for color in _LIT]
    lit = rng.integers(0, (columns, rows, len(_LIT)), (int(columns * rows * 0.22), 3))
    for column, row, tone in lit.tolist():
        canvas.square((x + _CELL * (0.7 + column), top + _CELL * (0.6 + row)), 1.6, tones[tone])


def _front(
    canvas: Canvas,
    right: float,
    ahead: tuple[float, float],
    high: float,
    color: Color,
    *,
    rng: np.random.Generator,
) -> None:
    """One house front along the street, with windows, a ground floor and a cornice."""
    near, far = ahead
    mood, middle = canvas.mood, (near + far) / 2
    # The gable shows where the next house is lower.
    gable = ((right, 0), (right, high), (2.2 * right, high), (2.2 * right, 0))
    canvas.polygon(
        [canvas.project(x, up, near) for x, up in gable], mood.shade(scaled(color, 0.7), near)
    )
    canvas.wall(right, (near, far), (0, high), mood.shade(color, middle))
    canvas.wall(right, (near, far), (high - 0.5, high), mood.shade(scaled(color, 0.78), middle))
    shop = _FRONTS[int(rng.integers(len(_FRONTS)))]
    lit_shop = rng.random() < 0.6
    ground = mood.shade(scaled(shop, 0.55), middle)
    if lit_shop:
        ground = mix(ground, mix((255, 214, 150), mood.haze, mood.veil(middle)), 0.55 * mood.lamps)
    canvas.wall(right, (near + 0.3, far - 0.3), (0.35, 3.0), ground)
    canvas.wall(right, (near + 0.1, far - 0.1), (3.0, 3.5), mood.shade(shop, middle))
    if middle > _WINDOWS_UNTIL:
        return
    columns = max(2, int((far - near) / 3.0))
    step = (far - near) / columns
    lit_share = 0.42 * mood.lamps
    dark = mood.shade(_GLASS, middle)
    sky = mix(dark, mood.horizon, 0.35 * (1 - mood.lamps))
    for floor in range(int((high - 4.6) / 3.1)):
        low = 4.3 + floor * 3.1
        for column in range(columns):
            start = near + (column + 0.26) * step
            tone = dark if rng.random() < 0.5 else sky
            if rng.random() < lit_share:
                lit = _LIT[int(rng.integers(len(_LIT)))]
                tone = mix(lit, mood.haze, mood.veil(middle))
            canvas.wall(right, (start, start + 0.48 * step), (low, low + 1.75), tone)


def street_fronts(
    canvas: Canvas, advance: float, rng: np.random.Generator, floors: tuple[int, int]
) -> None:
    """Rows of houses on both sides, far ones first."""
    for side in (-1.0, 1.0):
        fronts: list[tuple[float, float, float, Color]] = []
        start = -6.0 - rng.uniform(0, 10)
        while start < 150:
            deep = rng.uniform(9, 17)
            high = 3.6 + 3.1 * int(rng.integers(floors[0], floors[1] + 1))
            color = scaled(_FRONTS[int(rng.integers(len(_FRONTS)))], rng.uniform(0.85, 1.1))
            fronts.append((start, start + deep, high, color))
            start += deep
        seeds = rng.integers(0, 2**31, len(fronts))
        shadow = 0.8 if side < 0 else 1.0
        for (near, far, high, color), seed in reversed(list(zip(fronts, seeds, strict=True))):
            if far - advance > 4:
                own = np.random.default_rng(int(seed))
                _front(
                    canvas,
                    side * 12.0,
                    (max(near - advance, 3.0), far - advance),
                    high,
                    scaled(color, shadow),
                    rng=own,
                )


def houses(canvas: Canvas, advance: float, rng: np.random.Generator) -> None:
    """Detached houses with gable roofs, behind front gardens."""
    for side in (-1.0, 1.0):
        spots = [(14.0 + 17.0 * k + rng.uniform(-3, 3), rng.integers(0, 2**31)) for k in range(7)]
        for ahead, seed in reversed(spots):
            own = np.random.default_rng(int(seed))
            color = scaled(_FRONTS[int(own.integers(len(_FRONTS)))], 1.12)
            if ahead - advance > 6:
                _house(canvas, side, ahead - advance, color, own)


def _house(
    canvas: Canvas, side: float, ahead: float, color: Color, rng: np.random.Generator
) -> None:
    mood = canvas.mood
    inner = side * rng.uniform(13, 15)
    outer = inner + side * rng.uniform(9, 12)
    high, ridge = rng.uniform(4.2, 6.0), rng.uniform(2.4, 3.4)
    deep = ahead + 8
    canvas.wall(inner, (ahead, deep), (0, high), mood.shade(scaled(color, 0.8), ahead + 4))
    corners = [
        canvas.project(x, up, ahead)
        for x, up in ((inner, 0), (inner, high), (outer, high), (outer, 0))
    ]
    canvas.polygon(corners, mood.shade(color, ahead))
    middle = (inner + outer) / 2
    roof = mood.shade((122, 66, 54) if rng.random() < 0.6 else (84, 84, 92), ahead)
    canvas.polygon(
        [
            canvas.project(inner - side * 0.5, high, ahead),
            canvas.project(middle, high + ridge, ahead),
            canvas.project(outer + side * 0.5, high, ahead),
        ],
        roof,
    )
    canvas.polygon(
        [
            canvas.project(inner - side * 0.5, high, ahead),
            canvas.project(middle, high + ridge, ahead),
            canvas.project(middle, high + ridge, deep),
            canvas.project(inner - side * 0.5, high, deep),
        ],
        scaled(roof, 0.85),
    )
    for share in (0.2, 0.62):
        left = inner + (outer - inner) * share
        lit = rng.random() < 0.6 * mood.lamps
        tone = mix(_LIT[0], mood.haze, mood.veil(ahead)) if lit else mood.shade(_GLASS, ahead)
        window = ((left, 1.3), (left, 2.7), (left + side * 1.6, 2.7), (left + side * 1.6, 1.3))
        canvas.polygon([canvas.project(x, up, ahead) for x, up in window], tone)
