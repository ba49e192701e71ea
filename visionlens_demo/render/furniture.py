"""Sprites of what stands in a street: cones, signals, trees, lamp posts."""

from __future__ import annotations

import numpy as np

from visionlens_demo.render.mood import Color, scaled
from visionlens_demo.render.pen import Pen

_ORANGE: Color = (244, 108, 32)


def cone(pen: Pen, look: int) -> None:
    """A traffic cone with two white bands."""
    tone = scaled(_ORANGE, 0.92 + 0.04 * (look % 4))
    pen.rect((48, 46, 46), 0.0, 0.91, 1.0, 1.0, radius=0.06)
    pen.rect(scaled(tone, 0.8), 0.06, 0.87, 0.94, 0.94, radius=0.06)
    pen.poly(tone, (0.44, 0.0), (0.56, 0.0), (0.86, 0.9), (0.14, 0.9))
    for top, low in ((0.26, 0.4), (0.54, 0.68)):
        left, right = 0.44 - 0.3 * top / 0.9, 0.56 + 0.3 * top / 0.9
        left_low, right_low = 0.44 - 0.3 * low / 0.9, 0.56 + 0.3 * low / 0.9
        pen.poly((240, 240, 236), (left, top), (right, top), (right_low, low), (left_low, low))
    pen.poly(scaled(tone, 1.2), (0.46, 0.02), (0.5, 0.02), (0.4, 0.25), (0.37, 0.25))
    pen.shaded(1.1, 0.8)


def _signal(pen: Pen, lit: int) -> None:
    pen.rect((36, 40, 42), 0.04, 0.0, 0.96, 1.0, radius=0.22)
    pen.rect((22, 24, 26), 0.12, 0.03, 0.88, 0.97, radius=0.18)
    lamps: tuple[Color, ...] = ((255, 52, 40), (255, 186, 44), (64, 240, 122))
    for place, color in enumerate(lamps):
        top = 0.06 + place * 0.305
        box = (0.22, top, 0.78, top + 0.245)
        if place == lit:
            pen.always(color, *box)
        else:
            pen.oval(scaled(color, 0.2), *box)
        pen.rect((48, 52, 54), 0.2, top - 0.02, 0.8, top + 0.02, radius=0.02)


def signal_red(pen: Pen, look: int) -> None:
    """A traffic light at red."""
    _signal(pen, 0)


def signal_amber(pen: Pen, look: int) -> None:
    """A traffic light at amber."""
    _signal(pen, 1)


def signal_green(pen: Pen, look: int) -> None:
    """A traffic light at green."""
    _signal(pen, 2)


def post(pen: Pen, look: int) -> None:
    """The post of a traffic light."""
    pen.rect((70, 74, 78), 0.25, 0.0, 0.75, 1.0)


def lamp_post(pen: Pen, look: int) -> None:
    """A street lamp whose arm reaches to the right."""
    pen.rect((84, 88, 92), 0.08, 0.03, 0.14, 1.0)
    pen.rect((84, 88, 92), 0.06, 0.9, 0.16, 1.0)
    pen.line((84, 88, 92), 0.04, (0.11, 0.04), (0.3, 0.012), (0.9, 0.012))
    pen.rect((62, 66, 70), 0.66, 0.008, 0.98, 0.028, radius=0.02)
    pen.lamp((255, 226, 168), 0.7, 0.02, 0.94, 0.036, unlit=0.8)


_LEAVES: list[Color] = [(74, 122, 62), (92, 138, 70), (60, 104, 66), (118, 138, 62), (84, 116, 54)]


def tree(pen: Pen, look: int) -> None:
    """A broad tree: a crown of many blobs, dark below and bright above."""
    rng = np.random.default_rng(look)
    leaf = _LEAVES[look % len(_LEAVES)]
    pen.poly((92, 72, 54), (0.46, 0.55), (0.54, 0.55), (0.57, 1.0), (0.43, 1.0))
    pen.line((92, 72, 54), 0.03, (0.5, 0.7), (0.36, 0.5))
    pen.line((92, 72, 54), 0.03, (0.5, 0.66), (0.64, 0.46))
    blobs: list[tuple[float, float, float]] = []
    for _ in range(58):
        turn, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1) ** 0.6
        x, y = 0.5 + 0.36 * reach * np.cos(turn), 0.36 + 0.26 * reach * np.sin(turn)
        blobs.append((float(x), float(y), float(rng.uniform(0.07, 0.12))))
    for level, (low, shift) in enumerate(((0.68, 0.03), (0.88, 0.0), (1.12, -0.03))):
        for x, y, r in blobs[level * 8 :]:
            size = r * (1 - 0.22 * level)
            tone = scaled(leaf, low * (1.08 - 0.35 * (y - 0.2)))
            pen.oval(
                tone,
                x + shift - size,
                y + shift - size * 0.8,
                x + shift + size,
                y + shift + size * 0.8,
            )


def poplar(pen: Pen, look: int) -> None:
    """A slim tree."""
    rng = np.random.default_rng(look + 99)
    leaf = scaled(_LEAVES[(look + 2) % len(_LEAVES)], 0.9)
    pen.rect((84, 66, 50), 0.44, 0.8, 0.56, 1.0)
    pen.oval(scaled(leaf, 0.72), 0.14, 0.02, 0.86, 0.95)
    for level, low in enumerate((0.74, 0.9, 1.12)):
        for _ in range(46 - 8 * level):
            y = float(rng.uniform(0.06, 0.9))
            wide = 0.3 * np.sin(np.pi * min(1.0, 0.12 + y * 0.86)) ** 0.7
            x = 0.5 + float(rng.uniform(-1, 1)) * wide - 0.04 * level
            size = float(rng.uniform(0.08, 0.15)) * (1 - 0.2 * level)
            pen.oval(scaled(leaf, low), x - size, y - size * 0.3, x + size, y + size * 0.3)
