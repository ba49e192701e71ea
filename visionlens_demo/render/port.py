"""Sprites of the harbour world: ships, boats, buoys, cranes, containers, gulls."""

from __future__ import annotations

from visionlens_demo.render.mood import Color, mix, scaled
from visionlens_demo.render.pen import Pen

_HULLS: list[Color] = [
    (160, 44, 40),
    (36, 62, 104),
    (34, 36, 40),
    (40, 96, 84),
    (122, 60, 44),
    (70, 84, 96),
]
BOXES: list[Color] = [
    (176, 52, 44),
    (40, 92, 152),
    (214, 132, 42),
    (62, 126, 82),
    (190, 192, 190),
    (122, 68, 54),
    (228, 196, 84),
]
_WHITE: Color = (234, 234, 228)
_GLASS: Color = (52, 68, 82)
_LIT: Color = (255, 226, 160)


def _hull(pen: Pen, color: Color, deck: float) -> None:
    pen.poly(color, (0.0, deck), (1.0, deck - 0.06), (0.93, 0.985), (0.04, 1.0))
    pen.poly((136, 40, 36), (0.026, 0.9), (0.953, 0.88), (0.93, 0.985), (0.04, 1.0))
    pen.line(mix(color, (255, 255, 255), 0.6), 0.012, (0.01, deck + 0.05), (0.98, deck - 0.01))


def _bridge(pen: Pen, left: float, right: float, top: float, low: float) -> None:
    pen.rect(_WHITE, left, top, right, low)
    rows = 3
    step = (low - top) / (rows + 0.6)
    for row in range(rows):
        up = top + 0.25 * step + row * step
        pen.rect(_GLASS, left + 0.012, up, right - 0.012, up + 0.42 * step)
        pen.pane(_LIT, left + 0.02, up + 0.04 * step, right - 0.02, up + 0.36 * step)


def ship_cargo(pen: Pen, look: int) -> None:
    """A container ship, bow to the right."""
    _bridge(pen, 0.08, 0.2, 0.14, 0.66)
    pen.rect(_HULLS[(look + 1) % 6], 0.1, 0.0, 0.15, 0.15)
    for stack in range(8):
        left = 0.23 + stack * 0.084
        rows = 3 + (look * 7 + stack * 5) % 3
        for row in range(rows):
            color = BOXES[(look + stack * 3 + row * 5) % len(BOXES)]
            top = 0.58 - row * 0.095
            pen.rect(color, left, top, left + 0.079, top + 0.09)
            pen.rect(scaled(color, 0.78), left, top + 0.075, left + 0.079, top + 0.09)
    _hull(pen, _HULLS[look % 6], 0.66)
    pen.line((90, 92, 94), 0.02, (0.95, 0.62), (0.95, 0.4))
    pen.lamp((255, 250, 220), 0.945, 0.38, 0.955, 0.42)
    pen.shaded(1.08, 0.84)


def ship_bulk(pen: Pen, look: int) -> None:
    """A bulk carrier with deck cranes, bow to the right."""
    _bridge(pen, 0.06, 0.2, 0.12, 0.62)
    pen.rect((214, 152, 52), 0.1, 0.0, 0.15, 0.13)
    for hatch in range(4):
        left = 0.26 + hatch * 0.165
        pen.rect((150, 132, 104), left, 0.54, left + 0.12, 0.62)
        if hatch % 2 == 0:
            pen.line((216, 190, 96), 0.05, (left + 0.14, 0.62), (left + 0.14, 0.2))
            pen.line((216, 190, 96), 0.025, (left + 0.14, 0.22), (left + 0.05, 0.42))
    _hull(pen, _HULLS[(look + 3) % 6], 0.62)
    pen.lamp((255, 250, 220), 0.955, 0.5, 0.968, 0.56)
    pen.shaded(1.08, 0.84)


def tug(pen: Pen, look: int) -> None:
    """A tug, bow to the right."""
    color = _HULLS[(look * 5 + 1) % 6]
    pen.rect(_WHITE, 0.36, 0.4, 0.74, 0.72, radius=0.02)
    pen.rect(_WHITE, 0.46, 0.2, 0.68, 0.42, radius=0.02)
    for left in (0.48, 0.555, 0.63):
        pen.rect(_GLASS, left, 0.24, left + 0.055, 0.34)
    pen.pane(_LIT, 0.485, 0.25, 0.68, 0.33)
    for left in (0.42, 0.52, 0.62):
        pen.disc(_GLASS, (left, 0.54), 0.04)
    pen.rect((216, 96, 48), 0.37, 0.16, 0.44, 0.42)
    pen.line((80, 82, 84), 0.02, (0.57, 0.2), (0.57, 0.0))
    pen.lamp((255, 70, 54), 0.555, 0.0, 0.585, 0.04)
    pen.poly(color, (0.0, 0.7), (0.86, 0.68), (1.0, 0.56), (0.94, 0.95), (0.9, 1.0), (0.05, 1.0))
    pen.line((30, 30, 32), 0.05, (0.02, 0.72), (0.84, 0.71), (0.98, 0.6))
    for left in (0.1, 0.3, 0.5, 0.7):
        pen.ring((26, 26, 28), 0.03, (left, 0.82), 0.06)
    pen.shaded(1.08, 0.84)


def _yacht(pen: Pen, look: int) -> None:
    hull = _WHITE if look % 3 else (40, 70, 120)
    pen.poly(hull, (0.02, 0.86), (0.98, 0.82), (0.86, 0.985), (0.14, 1.0))
    pen.line((186, 60, 48), 0.012, (0.05, 0.9), (0.93, 0.87))
    pen.poly(scaled(_WHITE, 0.9), (0.3, 0.85), (0.36, 0.79), (0.62, 0.79), (0.7, 0.84))
    pen.rect(_GLASS, 0.4, 0.805, 0.58, 0.83)
    pen.pane(_LIT, 0.41, 0.808, 0.57, 0.828)
    pen.line((120, 116, 108), 0.016, (0.5, 0.84), (0.5, 0.0))
    pen.lamp((255, 250, 226), 0.485, 0.0, 0.515, 0.02)


def sail_white(pen: Pen, look: int) -> None:
    """A sailing boat under sail."""
    _yacht(pen, look)
    sail = [_WHITE, (240, 226, 196), (222, 92, 70), (240, 240, 240)][look % 4]
    pen.poly(sail, (0.485, 0.02), (0.485, 0.76), (0.08, 0.78), (0.3, 0.4))
    pen.poly(scaled(sail, 0.86), (0.52, 0.06), (0.52, 0.78), (0.95, 0.8), (0.72, 0.46))
    pen.line(scaled(sail, 0.75), 0.008, (0.2, 0.58), (0.485, 0.55))
    pen.shaded(1.06, 0.88)


def sail_furled(pen: Pen, look: int) -> None:
    """A sailing boat under engine, its sail on the boom."""
    _yacht(pen, look + 1)
    pen.line((46, 72, 128), 0.045, (0.49, 0.74), (0.14, 0.76))
    pen.line((140, 140, 140), 0.006, (0.5, 0.01), (0.97, 0.82))
    pen.line((140, 140, 140), 0.006, (0.5, 0.01), (0.03, 0.86))
    pen.shaded(1.06, 0.88)


def _buoy(pen: Pen, color: Color, lamp: Color) -> None:
    pen.poly(color, (0.2, 0.62), (0.8, 0.62), (0.98, 0.9), (0.9, 1.0), (0.1, 1.0), (0.02, 0.9))
    pen.poly(scaled(color, 0.9), (0.36, 0.2), (0.64, 0.2), (0.76, 0.64), (0.24, 0.64))
    pen.rect((238, 238, 234), 0.3, 0.4, 0.7, 0.5)
    pen.rect(scaled(color, 0.7), 0.34, 0.14, 0.66, 0.22)
    pen.always(lamp, 0.4, 0.02, 0.6, 0.14)
    pen.shaded(1.1, 0.8)


def buoy_red(pen: Pen, look: int) -> None:
    """A red buoy."""
    _buoy(pen, (206, 46, 40), (255, 90, 70))


def buoy_green(pen: Pen, look: int) -> None:
    """A green buoy."""
    _buoy(pen, (40, 140, 84), (110, 255, 150))


def crane(pen: Pen, look: int) -> None:
    """A gantry crane on its pier."""
    paint = [(46, 98, 160), (214, 70, 48), (226, 178, 56), (120, 132, 140)][look % 4]
    dark = scaled(paint, 0.72)
    pen.rect((116, 112, 106), 0.08, 0.93, 0.82, 1.0)
    for x in (0.2, 0.7):
        pen.line(dark, 0.045, (x, 0.94), (x, 0.36))
    pen.line(dark, 0.03, (0.2, 0.92), (0.7, 0.62))
    pen.line(dark, 0.03, (0.2, 0.62), (0.7, 0.36))
    pen.line(paint, 0.05, (0.2, 0.62), (0.7, 0.62))
    pen.line(paint, 0.06, (0.02, 0.36), (0.98, 0.34))
    pen.line(paint, 0.045, (0.45, 0.36), (0.5, 0.02))
    pen.line(dark, 0.012, (0.5, 0.03), (0.97, 0.34))
    pen.line(dark, 0.012, (0.5, 0.03), (0.04, 0.36))
    pen.rect(_WHITE, 0.56, 0.38, 0.68, 0.44)
    pen.pane(_LIT, 0.57, 0.39, 0.67, 0.43)
    pen.line((60, 60, 62), 0.008, (0.86, 0.36), (0.86, 0.6))
    pen.rect(BOXES[look % len(BOXES)], 0.76, 0.6, 0.96, 0.66)
    pen.lamp((255, 66, 54), 0.485, 0.0, 0.52, 0.02)
    pen.shaded(1.06, 0.86)


def _ribs(pen: Pen, color: Color, count: int) -> None:
    for rib in range(count):
        left = 0.05 + rib * 0.9 / count
        pen.rect(scaled(color, 0.82), left, 0.1, left + 0.4 / count, 0.9)


def container_side(pen: Pen, look: int) -> None:
    """A container, long side."""
    color = BOXES[look % len(BOXES)]
    pen.rect(color, 0.0, 0.0, 1.0, 1.0)
    _ribs(pen, color, 20)
    for top in (0.0, 0.92):
        pen.rect(scaled(color, 0.66), 0.0, top, 1.0, top + 0.08)
    for left in (0.0, 0.975):
        pen.rect(scaled(color, 0.6), left, 0.0, left + 0.025, 1.0)
    pen.rect(mix(color, (255, 255, 255), 0.75), 0.08, 0.2, 0.3, 0.38)
    pen.rect(mix(color, (255, 255, 255), 0.6), 0.08, 0.44, 0.24, 0.5)
    pen.shaded(1.12, 0.78)


def container_end(pen: Pen, look: int) -> None:
    """A container, doors."""
    color = BOXES[(look + 2) % len(BOXES)]
    pen.rect(scaled(color, 0.68), 0.0, 0.0, 1.0, 1.0)
    pen.rect(color, 0.05, 0.06, 0.49, 0.94)
    pen.rect(color, 0.51, 0.06, 0.95, 0.94)
    for x in (0.16, 0.36, 0.64, 0.84):
        pen.line((206, 206, 202), 0.02, (x, 0.08), (x, 0.92))
        pen.rect((150, 150, 146), x - 0.03, 0.56, x + 0.05, 0.6)
    pen.rect(mix(color, (255, 255, 255), 0.75), 0.68, 0.14, 0.92, 0.26)
    pen.shaded(1.12, 0.78)


_GULL: Color = (244, 244, 240)


def gull_glide(pen: Pen, look: int) -> None:
    """A gull that glides, wings spread."""
    pen.poly(scaled(_GULL, 0.82), (0.0, 0.42), (0.2, 0.12), (0.46, 0.5), (0.4, 0.66), (0.2, 0.36))
    pen.poly(scaled(_GULL, 0.76), (1.0, 0.36), (0.8, 0.08), (0.54, 0.5), (0.6, 0.66), (0.8, 0.32))
    pen.poly((54, 56, 60), (0.0, 0.42), (0.07, 0.28), (0.1, 0.4))
    pen.poly((54, 56, 60), (1.0, 0.36), (0.93, 0.22), (0.9, 0.35))
    pen.oval(_GULL, 0.36, 0.46, 0.66, 0.92)
    pen.oval(_GULL, 0.58, 0.4, 0.74, 0.72)
    pen.poly((240, 176, 48), (0.72, 0.52), (0.81, 0.58), (0.72, 0.63))
    pen.poly(scaled(_GULL, 0.84), (0.38, 0.66), (0.24, 0.98), (0.42, 0.84))
    pen.shaded(1.04, 0.84)


def gull_flap(pen: Pen, look: int) -> None:
    """A gull with its wings up."""
    pen.poly(scaled(_GULL, 0.86), (0.08, 0.0), (0.3, 0.2), (0.52, 0.6), (0.38, 0.7), (0.16, 0.34))
    pen.poly(scaled(_GULL, 0.74), (0.86, 0.0), (0.7, 0.16), (0.52, 0.6), (0.66, 0.68), (0.84, 0.34))
    pen.poly((54, 56, 60), (0.08, 0.0), (0.16, 0.07), (0.12, 0.18))
    pen.poly((54, 56, 60), (0.86, 0.0), (0.8, 0.06), (0.85, 0.18))
    pen.oval(_GULL, 0.2, 0.56, 0.74, 0.94)
    pen.oval(_GULL, 0.66, 0.5, 0.9, 0.8)
    pen.poly((240, 176, 48), (0.88, 0.6), (1.0, 0.67), (0.88, 0.72))
    pen.poly(scaled(_GULL, 0.84), (0.26, 0.74), (0.0, 0.98), (0.3, 0.9))
    pen.shaded(1.04, 0.84)
