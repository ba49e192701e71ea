"""Sprites of cars, trucks and buses."""

from __future__ import annotations

from visionlens_demo.render.mood import Color, mix, scaled
from visionlens_demo.render.pen import Pen

PAINTS: list[Color] = [
    (186, 38, 40),
    (44, 84, 156),
    (232, 232, 230),
    (64, 68, 74),
    (150, 156, 162),
    (228, 172, 44),
    (54, 116, 88),
    (28, 30, 36),
]
_GLASS: Color = (58, 74, 90)
_SHEEN: Color = (150, 176, 198)
_RUBBER: Color = (28, 28, 30)
_RED: Color = (255, 46, 36)
_WHITE: Color = (255, 246, 214)
_AMBER: Color = (255, 168, 40)
_PLATE: Color = (236, 232, 206)


def _glass(pen: Pen, *points: tuple[float, float]) -> None:
    """A pane with a streak of sky along its upper edge."""
    pen.poly(_GLASS, *points)
    top = min(y for _, y in points)
    low = max(y for _, y in points)
    left = min(x for x, _ in points)
    right = max(x for x, _ in points)
    span, high = right - left, low - top
    pen.poly(
        mix(_GLASS, _SHEEN, 0.55),
        (left + 0.3 * span, top + 0.06 * high),
        (left + 0.48 * span, top + 0.06 * high),
        (left + 0.36 * span, low - 0.06 * high),
        (left + 0.18 * span, low - 0.06 * high),
    )


def _tyres(pen: Pen, width: float) -> None:
    pen.rect(_RUBBER, 0.05, 0.74, 0.05 + width, 1.0, radius=0.03)
    pen.rect(_RUBBER, 0.95 - width, 0.74, 0.95, 1.0, radius=0.03)


def car_rear(pen: Pen, look: int) -> None:
    """A car seen from behind."""
    paint = PAINTS[look % len(PAINTS)]
    _tyres(pen, 0.17)
    pen.poly(scaled(paint, 0.9), (0.24, 0.02), (0.76, 0.02), (0.9, 0.42), (0.1, 0.42))
    pen.rect(paint, 0.02, 0.36, 0.98, 0.84, radius=0.1)
    _glass(pen, (0.28, 0.08), (0.72, 0.08), (0.83, 0.37), (0.17, 0.37))
    pen.rect(scaled(paint, 1.15), 0.06, 0.4, 0.94, 0.44, radius=0.02)
    pen.rect(scaled(paint, 0.6), 0.04, 0.74, 0.96, 0.88, radius=0.05)
    pen.rect(_PLATE, 0.36, 0.6, 0.64, 0.7, radius=0.01)
    pen.lamp(_RED, 0.04, 0.46, 0.22, 0.6)
    pen.lamp(_RED, 0.78, 0.46, 0.96, 0.6)
    pen.shaded()


def car_front(pen: Pen, look: int) -> None:
    """A car that comes towards the camera."""
    paint = PAINTS[(look * 3 + 1) % len(PAINTS)]
    _tyres(pen, 0.17)
    pen.poly(scaled(paint, 0.9), (0.25, 0.02), (0.75, 0.02), (0.91, 0.44), (0.09, 0.44))
    _glass(pen, (0.28, 0.07), (0.72, 0.07), (0.84, 0.42), (0.16, 0.42))
    pen.rect(paint, 0.02, 0.42, 0.98, 0.86, radius=0.1)
    pen.poly(scaled(paint, 1.14), (0.14, 0.43), (0.86, 0.43), (0.93, 0.54), (0.07, 0.54))
    pen.rect((34, 36, 40), 0.3, 0.6, 0.7, 0.72, radius=0.03)
    pen.rect(scaled(paint, 0.62), 0.04, 0.78, 0.96, 0.9, radius=0.05)
    pen.rect(_PLATE, 0.38, 0.76, 0.62, 0.84, radius=0.01)
    pen.lamp(_WHITE, 0.05, 0.55, 0.23, 0.69, unlit=0.9)
    pen.lamp(_WHITE, 0.77, 0.55, 0.95, 0.69, unlit=0.9)
    pen.rect(scaled(paint, 0.8), 0.0, 0.34, 0.08, 0.42, radius=0.02)
    pen.rect(scaled(paint, 0.8), 0.92, 0.34, 1.0, 0.42, radius=0.02)
    pen.shaded()


def car_side(pen: Pen, look: int) -> None:
    """A car that crosses; it drives to the right."""
    paint = PAINTS[(look * 5 + 2) % len(PAINTS)]
    pen.poly(scaled(paint, 0.92), (0.2, 0.42), (0.32, 0.03), (0.64, 0.03), (0.8, 0.42))
    pen.poly(
        paint,
        (0.01, 0.5),
        (0.05, 0.4),
        (0.8, 0.38),
        (0.96, 0.47),
        (0.995, 0.6),
        (0.99, 0.8),
        (0.01, 0.8),
    )
    _glass(pen, (0.25, 0.39), (0.345, 0.1), (0.475, 0.1), (0.475, 0.39))
    _glass(pen, (0.5, 0.39), (0.5, 0.1), (0.625, 0.1), (0.735, 0.39))
    pen.line(scaled(paint, 0.6), 0.012, (0.487, 0.42), (0.487, 0.76))
    pen.line(scaled(paint, 1.25), 0.014, (0.05, 0.5), (0.94, 0.52))
    pen.rect(scaled(paint, 0.55), 0.02, 0.76, 0.985, 0.84, radius=0.05)
    pen.wheel((0.19, 0.79), 0.21)
    pen.wheel((0.8, 0.79), 0.21)
    pen.lamp(_RED, 0.005, 0.49, 0.035, 0.61)
    pen.lamp(_WHITE, 0.945, 0.51, 0.99, 0.62, unlit=0.9)
    pen.shaded()


def truck_rear(pen: Pen, look: int) -> None:
    """A box truck seen from behind."""
    box = mix(PAINTS[(look * 3) % len(PAINTS)], (232, 232, 228), 0.45)
    _tyres(pen, 0.2)
    pen.rect(box, 0.02, 0.0, 0.98, 0.8, radius=0.02)
    pen.rect(scaled(box, 0.82), 0.07, 0.04, 0.93, 0.76)
    pen.rect(scaled(box, 0.9), 0.085, 0.05, 0.493, 0.75)
    pen.rect(scaled(box, 0.9), 0.507, 0.05, 0.915, 0.75)
    for x in (0.45, 0.55):
        pen.line((92, 94, 98), 0.014, (x, 0.06), (x, 0.74))
    pen.rect((52, 54, 58), 0.04, 0.8, 0.96, 0.88)
    for left in (0.06, 0.8):
        pen.rect((214, 60, 44), left, 0.815, left + 0.14, 0.865)
    pen.lamp(_RED, 0.06, 0.81, 0.16, 0.87)
    pen.lamp(_RED, 0.84, 0.81, 0.94, 0.87)
    pen.rect(_PLATE, 0.4, 0.81, 0.6, 0.865)
    pen.shaded(1.08, 0.8)


def truck_front(pen: Pen, look: int) -> None:
    """A truck that comes towards the camera."""
    paint = PAINTS[(look * 5 + 1) % len(PAINTS)]
    _tyres(pen, 0.2)
    pen.rect(scaled(paint, 0.82), 0.04, 0.0, 0.96, 0.6, radius=0.08)
    pen.rect(paint, 0.03, 0.16, 0.97, 0.9, radius=0.05)
    _glass(pen, (0.09, 0.2), (0.91, 0.2), (0.94, 0.47), (0.06, 0.47))
    pen.rect(scaled(paint, 1.18), 0.06, 0.08, 0.94, 0.15, radius=0.02)
    pen.rect((40, 42, 46), 0.2, 0.53, 0.8, 0.72, radius=0.02)
    for row in range(4):
        pen.rect((96, 98, 104), 0.22, 0.545 + row * 0.043, 0.78, 0.555 + row * 0.043)
    pen.rect(scaled(paint, 0.6), 0.03, 0.78, 0.97, 0.92, radius=0.03)
    pen.lamp(_WHITE, 0.06, 0.76, 0.22, 0.84, unlit=0.9)
    pen.lamp(_WHITE, 0.78, 0.76, 0.94, 0.84, unlit=0.9)
    for x in (0.1, 0.46, 0.82):
        pen.lamp(_AMBER, x, 0.015, x + 0.08, 0.05)
    pen.shaded(1.08, 0.78)


def truck_side(pen: Pen, look: int) -> None:
    """A box truck that crosses to the right."""
    paint = PAINTS[(look * 7 + 1) % len(PAINTS)]
    box = mix(paint, (236, 236, 232), 0.62)
    pen.rect((58, 60, 64), 0.02, 0.74, 0.97, 0.82)
    pen.rect(box, 0.0, 0.0, 0.74, 0.76, radius=0.01)
    pen.poly(paint, (0.0, 0.5), (0.74, 0.28), (0.74, 0.42), (0.0, 0.64))
    pen.rect(scaled(box, 0.84), 0.0, 0.72, 0.74, 0.76)
    pen.poly(paint, (0.765, 0.8), (0.765, 0.22), (0.92, 0.22), (0.985, 0.5), (0.995, 0.8))
    _glass(pen, (0.82, 0.28), (0.905, 0.28), (0.955, 0.5), (0.82, 0.5))
    for x in (0.11, 0.23, 0.85):
        pen.wheel((x, 0.86), 0.14)
    pen.lamp(_WHITE, 0.965, 0.66, 0.995, 0.73, unlit=0.9)
    pen.lamp(_RED, 0.0, 0.68, 0.014, 0.74)
    pen.shaded(1.08, 0.8)


_BUSES: list[Color] = [
    (208, 48, 44),
    (34, 104, 164),
    (240, 184, 46),
    (40, 134, 96),
    (238, 238, 234),
]


def _bus_face(pen: Pen, paint: Color) -> None:
    _tyres(pen, 0.16)
    pen.rect(paint, 0.02, 0.0, 0.98, 0.92, radius=0.07)
    pen.rect(scaled(paint, 0.7), 0.02, 0.82, 0.98, 0.94, radius=0.04)


def bus_front(pen: Pen, look: int) -> None:
    """A bus that comes towards the camera, with its destination sign."""
    paint = _BUSES[look % len(_BUSES)]
    _bus_face(pen, paint)
    pen.rect((24, 26, 28), 0.14, 0.04, 0.86, 0.14, radius=0.01)
    for x in (0.2, 0.28, 0.4, 0.48, 0.56, 0.68):
        pen.always((255, 178, 40), x, 0.065, x + 0.055, 0.115)
    _glass(pen, (0.07, 0.18), (0.93, 0.18), (0.93, 0.56), (0.07, 0.56))
    pen.pane((128, 120, 94), 0.1, 0.2, 0.9, 0.3)
    pen.rect((30, 32, 36), 0.3, 0.74, 0.7, 0.8, radius=0.01)
    pen.lamp(_WHITE, 0.07, 0.68, 0.23, 0.77, unlit=0.9)
    pen.lamp(_WHITE, 0.77, 0.68, 0.93, 0.77, unlit=0.9)
    for left in (0.0, 0.955):
        pen.rect((36, 38, 42), left, 0.2, left + 0.045, 0.38, radius=0.01)
    pen.shaded(1.08, 0.8)


def bus_rear(pen: Pen, look: int) -> None:
    """A bus seen from behind."""
    paint = _BUSES[(look * 3 + 1) % len(_BUSES)]
    _bus_face(pen, paint)
    _glass(pen, (0.12, 0.1), (0.88, 0.1), (0.88, 0.38), (0.12, 0.38))
    pen.pane((122, 112, 84), 0.14, 0.12, 0.86, 0.36)
    pen.rect(scaled(paint, 0.8), 0.12, 0.48, 0.88, 0.74, radius=0.02)
    for row in range(5):
        pen.rect(scaled(paint, 0.55), 0.2, 0.52 + row * 0.04, 0.8, 0.535 + row * 0.04)
    pen.lamp(_RED, 0.05, 0.62, 0.13, 0.8)
    pen.lamp(_RED, 0.87, 0.62, 0.95, 0.8)
    pen.lamp(_AMBER, 0.05, 0.54, 0.13, 0.62)
    pen.lamp(_AMBER, 0.87, 0.54, 0.95, 0.62)
    pen.shaded(1.08, 0.8)


def bus_side(pen: Pen, look: int) -> None:
    """A bus that crosses to the right."""
    paint = _BUSES[(look * 2 + 2) % len(_BUSES)]
    pen.rect(paint, 0.0, 0.02, 1.0, 0.88, radius=0.08)
    pen.rect(mix(paint, (255, 255, 255), 0.75), 0.0, 0.58, 1.0, 0.66)
    pen.rect((46, 58, 70), 0.02, 0.14, 0.985, 0.5, radius=0.04)
    for window in range(7):
        left = 0.035 + window * 0.123
        _glass(pen, (left, 0.17), (left + 0.108, 0.17), (left + 0.108, 0.47), (left, 0.47))
        pen.pane((142, 132, 98), left + 0.004, 0.18, left + 0.104, 0.46)
    _glass(pen, (0.9, 0.15), (0.975, 0.15), (0.985, 0.56), (0.9, 0.56))
    for door in (0.36, 0.8):
        pen.rect((40, 50, 60), door, 0.2, door + 0.075, 0.84)
        pen.line(scaled(paint, 0.7), 0.012, (door + 0.0375, 0.2), (door + 0.0375, 0.84))
    pen.rect(scaled(paint, 0.62), 0.0, 0.82, 1.0, 0.89, radius=0.03)
    pen.wheel((0.18, 0.87), 0.13)
    pen.wheel((0.7, 0.87), 0.13)
    pen.lamp(_WHITE, 0.975, 0.66, 0.998, 0.75, unlit=0.9)
    pen.lamp(_RED, 0.002, 0.66, 0.016, 0.76)
    pen.shaded(1.08, 0.8)
