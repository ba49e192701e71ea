"""Sprites of people, on foot and on two wheels."""

from __future__ import annotations

import math

from visionlens_demo.render.mood import Color, scaled
from visionlens_demo.render.pen import Pen, Point

_SKINS: list[Color] = [(238, 200, 172), (214, 164, 124), (160, 110, 78), (104, 70, 52)]
_TOPS: list[Color] = [
    (196, 52, 48),
    (52, 92, 168),
    (236, 196, 60),
    (70, 130, 90),
    (146, 84, 152),
    (232, 230, 224),
    (60, 62, 70),
    (226, 124, 52),
]
_LEGS: list[Color] = [(48, 58, 88), (60, 58, 58), (120, 104, 84), (36, 38, 44)]
_HAIR: list[Color] = [(48, 34, 26), (24, 22, 22), (150, 110, 62), (120, 118, 116)]
_DARK: Color = (30, 30, 34)


def _figure(look: int) -> tuple[Color, Color, Color, Color]:
    """Skin, hair, top and legs."""
    return (
        _SKINS[look % 4],
        _HAIR[(look // 2) % 4],
        _TOPS[look * 3 % len(_TOPS)],
        _LEGS[(look // 3) % 4],
    )


def _head(pen: Pen, skin: Color, hair: Color, at: Point, radius: float) -> None:
    """`radius` as a share of the sprite's height."""
    pen.disc(hair, (at[0], at[1] - radius * 0.14), radius * 1.06)
    pen.disc(skin, (at[0] + 0.02, at[1] + radius * 0.2), radius * 0.82)


def _walker(pen: Pen, look: int, vest: Color | None = None) -> None:
    skin, hair, top, legs = _figure(look)
    top = vest or top
    pen.line(scaled(legs, 0.8), 0.2, (0.48, 0.54), (0.34, 0.74), (0.14, 0.93))
    pen.line(legs, 0.2, (0.52, 0.54), (0.66, 0.74), (0.7, 0.94))
    pen.rect(_DARK, 0.02, 0.94, 0.26, 1.0, radius=0.08)
    pen.rect(_DARK, 0.62, 0.945, 0.92, 1.0, radius=0.08)
    pen.line(scaled(top, 0.78), 0.15, (0.44, 0.24), (0.24, 0.4), (0.16, 0.52))
    pen.poly(top, (0.3, 0.2), (0.68, 0.19), (0.72, 0.36), (0.68, 0.58), (0.34, 0.58), (0.3, 0.36))
    pen.line(scaled(top, 0.9), 0.15, (0.6, 0.24), (0.76, 0.4), (0.88, 0.48))
    pen.disc(skin, (0.9, 0.49), 0.022)
    pen.line(skin, 0.14, (0.5, 0.15), (0.5, 0.2))
    _head(pen, skin, hair, (0.52, 0.085), 0.078)


def _stander(pen: Pen, look: int, vest: Color | None = None) -> None:
    skin, hair, top, legs = _figure(look + 5)
    top = vest or top
    pen.line(legs, 0.26, (0.38, 0.55), (0.34, 0.94))
    pen.line(scaled(legs, 0.85), 0.26, (0.62, 0.55), (0.66, 0.94))
    pen.rect(_DARK, 0.16, 0.945, 0.47, 1.0, radius=0.1)
    pen.rect(_DARK, 0.54, 0.945, 0.85, 1.0, radius=0.1)
    pen.poly(top, (0.14, 0.22), (0.3, 0.18), (0.7, 0.18), (0.86, 0.22), (0.78, 0.58), (0.22, 0.58))
    pen.line(scaled(top, 0.84), 0.17, (0.16, 0.25), (0.1, 0.4), (0.14, 0.53))
    pen.line(scaled(top, 0.84), 0.17, (0.84, 0.25), (0.9, 0.4), (0.86, 0.53))
    pen.disc(skin, (0.15, 0.55), 0.022)
    pen.disc(skin, (0.85, 0.55), 0.022)
    pen.line(skin, 0.2, (0.5, 0.14), (0.5, 0.19))
    _head(pen, skin, hair, (0.5, 0.085), 0.08)


def person_walk(pen: Pen, look: int) -> None:
    """A person who walks to the right."""
    _walker(pen, look)
    pen.shaded(1.12, 0.82)


def person_stand(pen: Pen, look: int) -> None:
    """A person seen from the front."""
    _stander(pen, look)
    pen.shaded(1.12, 0.82)


def person_coat(pen: Pen, look: int) -> None:
    """A person in a long coat with a bag."""
    skin, hair, top, legs = _figure(look + 2)
    coat = scaled(top, 0.75)
    pen.line(legs, 0.2, (0.42, 0.72), (0.36, 0.94))
    pen.line(legs, 0.2, (0.56, 0.72), (0.62, 0.94))
    pen.rect(_DARK, 0.2, 0.945, 0.48, 1.0, radius=0.08)
    pen.rect(_DARK, 0.54, 0.945, 0.82, 1.0, radius=0.08)
    pen.poly(
        coat, (0.22, 0.22), (0.36, 0.17), (0.62, 0.17), (0.76, 0.22), (0.8, 0.78), (0.18, 0.78)
    )
    pen.line(scaled(coat, 0.7), 0.03, (0.49, 0.22), (0.49, 0.78))
    pen.line(scaled(coat, 0.85), 0.16, (0.24, 0.26), (0.16, 0.42), (0.2, 0.54))
    pen.line(scaled(coat, 0.85), 0.16, (0.74, 0.26), (0.84, 0.42), (0.84, 0.54))
    pen.rect((112, 76, 50), 0.72, 0.54, 1.0, 0.68, radius=0.05)
    _head(pen, skin, hair, (0.49, 0.085), 0.08)
    pen.shaded(1.12, 0.8)


_VESTS: list[Color] = [(250, 132, 30), (224, 236, 50)]


def docker_walk(pen: Pen, look: int) -> None:
    """A docker in a vest and helmet who walks to the right."""
    vest = _VESTS[look % 2]
    _walker(pen, look, vest)
    pen.rect((232, 236, 238), 0.32, 0.4, 0.7, 0.435)
    pen.poly((244, 214, 64), (0.28, 0.085), (0.36, 0.01), (0.64, 0.005), (0.78, 0.085))
    pen.shaded(1.12, 0.82)


def docker_stand(pen: Pen, look: int) -> None:
    """A docker seen from the front."""
    vest = _VESTS[(look + 1) % 2]
    _stander(pen, look, vest)
    pen.rect((232, 236, 238), 0.19, 0.42, 0.81, 0.455)
    pen.poly((238, 238, 240), (0.26, 0.08), (0.34, 0.01), (0.66, 0.01), (0.74, 0.08))
    pen.shaded(1.12, 0.82)


def _spokes(pen: Pen, center: Point, radius: float) -> None:
    ratio = pen.size[1] / pen.size[0]
    for spoke in range(8):
        turn = spoke * math.tau / 8
        end = (center[0] + math.cos(turn) * radius * ratio, center[1] + math.sin(turn) * radius)
        pen.line((170, 172, 176), 0.008, center, end)
    pen.ring((34, 34, 38), 0.034, center, radius)


def bicycle_side(pen: Pen, look: int) -> None:
    """A cyclist who rides to the right."""
    skin, _, top, legs = _figure(look + 1)
    frame = _TOPS[(look * 5 + 2) % len(_TOPS)]
    _spokes(pen, (0.2, 0.8), 0.195)
    _spokes(pen, (0.8, 0.8), 0.195)
    pen.line(scaled(legs, 0.75), 0.085, (0.38, 0.5), (0.56, 0.62), (0.44, 0.78))
    for line in (
        ((0.2, 0.8), (0.48, 0.82)),
        ((0.48, 0.82), (0.36, 0.54)),
        ((0.36, 0.57), (0.2, 0.8)),
        ((0.38, 0.6), (0.7, 0.58)),
        ((0.48, 0.82), (0.7, 0.6)),
        ((0.8, 0.8), (0.69, 0.5)),
    ):
        pen.line(frame, 0.034, *line)
    pen.rect(_DARK, 0.29, 0.515, 0.45, 0.545, radius=0.02)
    pen.line(_DARK, 0.03, (0.69, 0.5), (0.74, 0.47), (0.66, 0.455))
    pen.line(legs, 0.09, (0.37, 0.5), (0.6, 0.58), (0.53, 0.84))
    pen.rect(_DARK, 0.49, 0.84, 0.62, 0.88, radius=0.02)
    pen.poly(top, (0.3, 0.5), (0.42, 0.2), (0.56, 0.19), (0.6, 0.28), (0.47, 0.52))
    pen.line(scaled(top, 0.85), 0.06, (0.53, 0.25), (0.6, 0.4), (0.7, 0.46))
    pen.disc(skin, (0.71, 0.465), 0.02)
    pen.disc(skin, (0.57, 0.12), 0.07)
    pen.poly(_TOPS[(look + 3) % len(_TOPS)], (0.49, 0.1), (0.52, 0.02), (0.62, 0.02), (0.67, 0.09))
    pen.lamp((255, 246, 214), 0.75, 0.5, 0.79, 0.54)
    pen.lamp((255, 46, 36), 0.18, 0.56, 0.215, 0.6)
    pen.shaded(1.1, 0.85)


def _rider_rear(pen: Pen, look: int, helmet: Color) -> None:
    _, _, top, legs = _figure(look + 4)
    pen.line(legs, 0.2, (0.38, 0.48), (0.24, 0.64), (0.32, 0.84))
    pen.line(scaled(legs, 0.85), 0.2, (0.62, 0.48), (0.76, 0.62), (0.68, 0.78))
    pen.poly(top, (0.2, 0.2), (0.36, 0.16), (0.64, 0.16), (0.8, 0.2), (0.72, 0.52), (0.28, 0.52))
    pen.line(scaled(top, 0.85), 0.15, (0.2, 0.22), (0.1, 0.34), (0.06, 0.42))
    pen.line(scaled(top, 0.85), 0.15, (0.8, 0.22), (0.9, 0.34), (0.94, 0.42))
    pen.disc(helmet, (0.5, 0.085), 0.082)


def bicycle_rear(pen: Pen, look: int) -> None:
    """A cyclist seen from behind."""
    pen.line((40, 40, 44), 0.05, (0.02, 0.43), (0.98, 0.43))
    pen.rect((34, 34, 38), 0.45, 0.52, 0.55, 1.0, radius=0.04)
    _rider_rear(pen, look, _TOPS[(look + 2) % len(_TOPS)])
    pen.lamp((255, 46, 36), 0.43, 0.56, 0.57, 0.61)
    pen.shaded(1.1, 0.82)


def motorcycle_rear(pen: Pen, look: int) -> None:
    """A motorcycle with its rider, seen from behind."""
    paint = _TOPS[(look * 3 + 1) % len(_TOPS)]
    pen.line((60, 60, 64), 0.05, (0.02, 0.42), (0.98, 0.42))
    pen.rect((28, 28, 30), 0.36, 0.56, 0.64, 1.0, radius=0.1)
    pen.rect((150, 152, 156), 0.66, 0.68, 0.8, 0.86, radius=0.05)
    pen.poly(paint, (0.26, 0.5), (0.74, 0.5), (0.66, 0.7), (0.34, 0.7))
    _rider_rear(pen, look, paint)
    pen.lamp((255, 46, 36), 0.36, 0.56, 0.64, 0.63)
    pen.rect((236, 232, 206), 0.4, 0.68, 0.6, 0.76)
    pen.shaded(1.1, 0.82)


def motorcycle_side(pen: Pen, look: int) -> None:
    """A motorcycle with its rider, to the right."""
    paint = _TOPS[(look * 5 + 1) % len(_TOPS)]
    _, _, top, legs = _figure(look + 3)
    pen.wheel((0.18, 0.8), 0.2)
    pen.wheel((0.82, 0.8), 0.2)
    pen.line((70, 72, 76), 0.05, (0.82, 0.8), (0.7, 0.46))
    pen.poly((66, 68, 74), (0.32, 0.66), (0.66, 0.62), (0.62, 0.86), (0.36, 0.88))
    pen.line((168, 170, 174), 0.04, (0.52, 0.84), (0.08, 0.82))
    pen.poly(paint, (0.4, 0.56), (0.66, 0.48), (0.76, 0.54), (0.68, 0.68), (0.46, 0.7))
    pen.poly(paint, (0.04, 0.52), (0.4, 0.58), (0.38, 0.68), (0.14, 0.62))
    pen.rect(_DARK, 0.16, 0.52, 0.46, 0.585, radius=0.03)
    pen.line(_DARK, 0.04, (0.7, 0.46), (0.62, 0.42))
    pen.line(legs, 0.12, (0.36, 0.5), (0.56, 0.6), (0.46, 0.82))
    pen.poly(top, (0.26, 0.52), (0.36, 0.2), (0.52, 0.19), (0.56, 0.3), (0.44, 0.54))
    pen.line(scaled(top, 0.85), 0.08, (0.49, 0.25), (0.54, 0.38), (0.65, 0.43))
    pen.disc(paint, (0.5, 0.1), 0.088)
    pen.rect((44, 52, 62), 0.51, 0.08, 0.56, 0.13, radius=0.02)
    pen.lamp((255, 246, 214), 0.74, 0.48, 0.8, 0.56, unlit=0.9)
    pen.lamp((255, 46, 36), 0.02, 0.52, 0.06, 0.57)
    pen.shaded(1.1, 0.82)
