"""Light and air of a scene; colours are RGB floats, 0 to 255."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Color = tuple[float, float, float]


def mix(a: Color, b: Color, share: float) -> Color:
    """`a` where share is 0, `b` where it is 1."""
    return (
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
    )


def scaled(color: Color, factor: float) -> Color:
    """Brighter or darker, within range."""
    return (min(color[0] * factor, 255), min(color[1] * factor, 255), min(color[2] * factor, 255))


def ink(color: Color) -> tuple[int, int, int]:
    """For Pillow."""
    return (int(color[0]), int(color[1]), int(color[2]))


@dataclass(frozen=True)
class Mood:
    """Colours of sky, haze and light, and how far one sees (metres)."""

    zenith: Color
    horizon: Color
    haze: Color
    ambient: Color
    """Multipliers 0 to 1 of a surface's own colour."""
    visibility: float
    lamps: float
    """How bright lamps and windows shine, 0 to 1."""
    beams: float
    """How much the camera's own head lamps light what is near, 0 to 1."""

    def light(self, depth: float) -> Color:
        """Multipliers of a surface at a depth in metres."""
        near = self.beams * float(np.exp(-(((depth - 9.0) / 14.0) ** 2)))
        return (
            self.ambient[0] + near,
            self.ambient[1] + near * 0.95,
            self.ambient[2] + near * 0.82,
        )

    def veil(self, depth: float) -> float:
        """Share of the haze in what is seen at a depth."""
        return 1.0 - float(np.exp(-depth / self.visibility))

    def shade(self, color: Color, depth: float) -> Color:
        """A surface's colour as seen."""
        light = self.light(depth)
        lit = (
            min(color[0] * light[0], 255),
            min(color[1] * light[1], 255),
            min(color[2] * light[2], 255),
        )
        return mix(lit, self.haze, self.veil(depth))


_SKIES: dict[str, list[tuple[Color, Color]]] = {
    "day": [
        ((74, 132, 205), (190, 216, 238)),
        ((98, 150, 214), (222, 230, 236)),
        ((60, 118, 190), (176, 206, 228)),
    ],
    "dusk": [
        ((58, 62, 118), (247, 158, 96)),
        ((74, 66, 120), (238, 132, 110)),
        ((46, 66, 122), (250, 186, 122)),
    ],
    "night": [
        ((9, 13, 30), (34, 42, 70)),
        ((12, 12, 26), (48, 44, 62)),
        ((6, 12, 28), (28, 44, 66)),
    ],
}
_AMBIENT: dict[str, Color] = {
    "day": (0.98, 0.98, 0.97),
    "dusk": (0.66, 0.55, 0.56),
    "night": (0.20, 0.23, 0.33),
}
_LAMPS = {"day": 0.0, "dusk": 0.6, "night": 1.0}
_BEAMS = {"day": 0.0, "dusk": 0.06, "night": 0.36}
_VISIBILITY = {"clear": 520.0, "rain": 170.0, "fog": 46.0}
_GREY: dict[str, Color] = {"day": (176, 184, 192), "dusk": (148, 132, 148), "night": (42, 46, 58)}
_OVERCAST = {"clear": 0.0, "rain": 0.72, "fog": 0.9}


@dataclass(frozen=True)
class Conditions:
    """`light`: day, dusk or night; `weather`: clear, rain or fog; `sun`: whether it may be seen."""

    light: str
    weather: str
    sun: bool = True


def mood_of(conditions: Conditions, rng: np.random.Generator) -> Mood:
    """Draw the mood of a scene."""
    light, weather = conditions.light, conditions.weather
    zenith, horizon = _SKIES[light][int(rng.integers(3))]
    grey = scaled(_GREY[light], float(rng.uniform(0.9, 1.1)))
    overcast = _OVERCAST[weather]
    dim = 0.82 if weather == "rain" else 1.0
    horizon = mix(horizon, scaled(grey, 1.08), overcast)
    ambient = _AMBIENT[light]
    level = (ambient[0] + ambient[1] + ambient[2]) / 3
    flat = mix(ambient, (level, level, level * 1.03), overcast * 0.7)
    return Mood(
        zenith=mix(zenith, scaled(grey, 0.8), overcast),
        horizon=horizon,
        haze=mix(horizon, grey, 0.35),
        ambient=(flat[0] * dim, flat[1] * dim, flat[2] * dim),
        visibility=_VISIBILITY[weather] * float(rng.uniform(0.85, 1.2)),
        lamps=max(_LAMPS[light], 0.35 if weather == "fog" else 0.0),
        beams=_BEAMS[light],
    )
