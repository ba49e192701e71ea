"""The sky: gradient, clouds, sun or moon, stars."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from visionlens_demo.render.mood import Conditions, Mood, ink, mix

Pixels = npt.NDArray[np.float32]


def _clouds(size: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """(height, width, 1) cover 0 to 1, in streaks that thin out upwards."""
    small = (size[0] // 4, size[1] // 4)
    total = np.zeros((small[1], small[0]), dtype=np.float32)
    for cells, weight in (((5, 4), 0.55), ((11, 9), 0.3), ((26, 22), 0.15)):
        coarse = Image.fromarray((rng.random((cells[1], cells[0])) * 255).astype(np.uint8))
        total += (
            weight
            / 255
            * np.asarray(coarse.resize(small, Image.Resampling.BICUBIC), dtype=np.float32)
        )
    cover = Image.fromarray(np.clip((total - 0.5) * 4.0, 0, 1))
    return np.asarray(cover.resize(size, Image.Resampling.BICUBIC))[:, :, None]


def paint_sky(
    size: tuple[int, int],
    horizon: float,
    conditions: Conditions,
    mood: Mood,
    rng: np.random.Generator,
) -> Image.Image:
    """RGB image of `size`; the sky ends at `horizon`, pixels from the top."""
    width, height = size
    light, weather = conditions.light, conditions.weather
    rise = np.clip(np.linspace(0, height / max(horizon, 1), height, dtype=np.float32), 0, 1)[
        :, None, None
    ]
    # The horizon's colour hugs the horizon.
    share = rise**2.2 if light != "dusk" else rise**1.5
    zenith, low = (np.asarray(color, dtype=np.float32) for color in (mood.zenith, mood.horizon))
    pixels: Pixels = np.broadcast_to(zenith + (low - zenith) * share, (height, width, 3)).astype(
        np.float32
    )
    # Drawn also where they do not show, so that the weather alone does not move everything after
    # it.
    cover = _clouds((width, height), rng) * float(rng.uniform(0.3, 0.9))
    x, y = float(rng.uniform(0.12, 0.88)) * width, float(rng.uniform(0.12, 0.55)) * horizon
    strength = 1.0 if weather == "clear" else 0.4
    if conditions.sun and weather == "clear" and light != "night":
        pixels = _with_sun(pixels, (x, y if light == "day" else 0.82 * horizon), light)
    bright = {"day": (250, 250, 252), "dusk": (236, 150, 128), "night": (44, 50, 68)}[light]
    white = np.asarray(mix(bright, mood.horizon, 0.25), dtype=np.float32)
    fade = cover * strength * (0.35 + 0.65 * (1 - rise))
    pixels = pixels + (white - pixels) * fade
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if light == "night" and weather == "clear":
        _with_night(image, (x, y), horizon, rng)
    return image


def _with_sun(pixels: Pixels, at: tuple[float, float], light: str) -> Pixels:
    height, width = pixels.shape[:2]
    rows, columns = np.ogrid[:height, :width]
    distance = np.sqrt((columns - at[0]) ** 2 + (rows - at[1]) ** 2).astype(np.float32) / width
    glow = np.exp(-((distance / (0.028 if light == "day" else 0.04)) ** 2)) + 0.35 * np.exp(
        -distance / 0.12
    )
    tint = np.asarray((255, 248, 226) if light == "day" else (255, 214, 150), dtype=np.float32)
    return np.asarray(pixels + (tint - pixels) * np.clip(glow, 0, 1)[:, :, None], dtype=np.float32)


def _with_night(
    image: Image.Image, moon: tuple[float, float], horizon: float, rng: np.random.Generator
) -> None:
    pen = ImageDraw.Draw(image)
    width = image.width
    for _ in range(110):
        x, y = rng.uniform(0, width), horizon * rng.uniform(0, 1) ** 1.4
        level = float(rng.uniform(70, 235)) * (1 - 0.8 * y / max(horizon, 1))
        pen.point((x, y), fill=ink((level, level, min(level * 1.08, 255))))
    if rng.random() < 0.6:
        radius = width * 0.017
        big = Image.new("L", (128, 128))
        disc = ImageDraw.Draw(big)
        disc.ellipse((8, 8, 120, 120), fill=255)
        disc.ellipse((44, 0, 144, 108), fill=0)
        side = round(2.3 * radius)
        mask = big.resize((side, side), Image.Resampling.LANCZOS)
        image.paste((236, 234, 214), (round(moon[0] - side / 2), round(moon[1] - side / 2)), mask)
