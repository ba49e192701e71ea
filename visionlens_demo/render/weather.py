"""Rain, fog and wet ground."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from visionlens_demo.render.mood import Conditions, Mood, ink


def mirror_ground(image: Image.Image, horizon: float) -> Image.Image:
    """Wet ground mirrors what is above the horizon, faintly, blurred along the view."""
    width, height = image.size
    line = round(horizon)
    above = image.crop((0, max(0, 2 * line - height), width, line))
    # Few rows, then many again: a blur that runs downwards only.
    mirrored = (
        ImageOps.flip(above)
        .resize((width, 14))
        .resize((width, height - line), Image.Resampling.BICUBIC)
    )
    fade = np.linspace(0.42, 0.12, height - line)[:, None] * np.ones((1, width))
    image.paste(mirrored, (0, line), Image.fromarray((fade * 255).astype(np.uint8)))
    return image


@lru_cache(maxsize=12)
def _streaks(size: tuple[int, int], number: int) -> Image.Image:
    """One of a few fields of rain, L; drops are alike in length and slant, near ones brighter."""
    rng = np.random.default_rng((number, 11))
    width, height = size
    unit = width / 640
    layer = Image.new("L", size)
    pen = ImageDraw.Draw(layer)
    slant = rng.uniform(-0.22, 0.22)
    for _ in range(520):
        near = rng.random() ** 2.5
        long = (7 + 22 * near) * unit
        x, y = rng.uniform(-20, width + 20), rng.uniform(-20, height)
        level = int(26 + 74 * near)
        pen.line((x, y, x + slant * long, y + long), fill=level, width=2 if near > 0.8 else 1)
    return layer.filter(ImageFilter.GaussianBlur(0.6 * unit))


def _rain(image: Image.Image, light: str, rng: np.random.Generator) -> Image.Image:
    field = ImageChops.offset(
        _streaks(image.size, int(rng.integers(4))),
        int(rng.integers(image.width)),
        int(rng.integers(image.height)),
    )
    level = {"day": 0.85, "dusk": 0.75, "night": 0.55}[light]
    tinted = Image.merge(
        "RGB", [field.point([round(v * level * c) for v in range(256)]) for c in (0.94, 0.97, 1.0)]
    )
    return ImageChops.screen(image, tinted)


def _fog(image: Image.Image, horizon: float, mood: Mood, rng: np.random.Generator) -> Image.Image:
    """A bank of fog around the horizon, uneven along it."""
    width, height = image.size
    rows = np.abs(np.arange(height) - horizon) / height
    bank = 0.16 + 0.5 * np.exp(-((rows / 0.2) ** 2))
    coarse = Image.fromarray((rng.random((3, 6)) * 255).astype(np.uint8)).resize(
        image.size, Image.Resampling.BICUBIC
    )
    uneven = 0.8 + 0.4 * np.asarray(coarse, dtype=np.float32) / 255
    mask = np.clip(bank[:, None] * uneven, 0, 0.9) * 255
    image.paste(ink(mood.haze), (0, 0, width, height), Image.fromarray(mask.astype(np.uint8)))
    return image


def apply(
    image: Image.Image,
    horizon: float,
    conditions: Conditions,
    mood: Mood,
    rng: np.random.Generator,
) -> Image.Image:
    """The air between the camera and everything else."""
    if conditions.weather == "rain":
        return _rain(image, conditions.light, rng)
    if conditions.weather == "fog":
        return _fog(image, horizon, mood, rng)
    return image
