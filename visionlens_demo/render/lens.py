"""What the camera adds: glare, drops on the lens, blur, tint, vignette and noise."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

_TINTS = (
    (1.0, 1.0, 1.0),
    (1.0, 0.975, 0.93),
    (0.94, 0.985, 1.0),
    (0.985, 1.0, 0.955),
    (1.0, 0.965, 0.975),
    (0.955, 0.97, 1.0),
    (1.0, 0.985, 0.96),
    (0.965, 1.0, 0.985),
)
_VIGNETTES = (0.16, 0.3, 0.1, 0.24, 0.36, 0.2, 0.13, 0.28)


def fault(
    image: Image.Image, kind: str, light: str, horizon: float, rng: np.random.Generator
) -> Image.Image:
    """Glare or drops; an empty kind leaves the image as it is."""
    if kind == "glare":
        return _glare(image, light, horizon, rng)
    if kind == "droplets":
        return _droplets(image, light, rng)
    return image


def _glare(image: Image.Image, light: str, horizon: float, rng: np.random.Generator) -> Image.Image:
    """A low sun, or head lamps by night, straight into the lens."""
    width, height = image.size
    at = np.asarray(
        (
            rng.uniform(0.3, 0.7) * width,
            horizon * (rng.uniform(0.72, 0.95) if light != "night" else 1.06),
        )
    )
    sources = [at] if light != "night" else [at, at + np.asarray((0.05 * width, 0.004 * height))]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    glow = np.zeros((height, width), dtype=np.float32)
    for x, y in sources:
        dx, dy = columns - np.float32(x), rows - np.float32(y)
        distance = np.sqrt(dx * dx + dy * dy) / width
        spikes = np.abs(np.cos(np.arctan2(dy, dx) * 6 + rng.uniform(0, 3))) ** 24
        glow += np.exp(-distance / 0.055) * 1.1 + np.exp(-distance / 0.26) * 0.5
        glow += spikes * np.exp(-distance / 0.14) * 0.5
    tint = np.asarray((255, 244, 214) if light != "dusk" else (255, 206, 150), dtype=np.float32)
    if light == "night":
        glow *= 0.72
    pixels = np.asarray(image, dtype=np.float32)
    share = np.clip(glow, 0, 1)[:, :, None] * 0.97
    lit = pixels + (tint - pixels) * share
    out = Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))
    _ghosts(out, at, rng)
    return out


def _ghosts(image: Image.Image, at: npt.NDArray[np.float64], rng: np.random.Generator) -> None:
    """Pale discs on the line through the middle of the image, as a lens makes them."""
    middle = np.asarray(image.size) / 2
    for step, size in ((0.55, 0.03), (1.3, 0.05), (1.7, 0.022), (2.2, 0.075)):
        x, y = at + (middle - at) * step
        r = size * image.width * rng.uniform(0.8, 1.2)
        mask = Image.new("L", (64, 64))
        ImageDraw.Draw(mask).ellipse((3, 3, 60, 60), fill=30, outline=46)
        side = max(4, round(2 * r))
        tone = (255, 220, 170) if step < 1.5 else (190, 236, 210)
        image.paste(tone, (round(x - r), round(y - r)), mask.resize((side, side)))


@lru_cache(maxsize=1)
def _drop() -> tuple[Image.Image, Image.Image, Image.Image]:
    """Masks of a drop, L: its body, its bright lower rim with a highlight, its dark upper rim."""
    body, bright, dark = (Image.new("L", (96, 96)) for _ in range(3))
    ImageDraw.Draw(body).ellipse((8, 4, 88, 92), fill=200)
    pen = ImageDraw.Draw(bright)
    pen.arc((12, 10, 84, 88), 30, 150, fill=80, width=6)
    pen.ellipse((30, 20, 40, 30), fill=150)
    ImageDraw.Draw(dark).arc((10, 8, 86, 88), 205, 335, fill=70, width=5)
    soft = ImageFilter.GaussianBlur(4)
    return body.filter(soft), bright.filter(soft), dark.filter(soft)


def _droplets(image: Image.Image, light: str, rng: np.random.Generator) -> Image.Image:
    """Drops, each of which shows what lies around it upside down; the rest is a little soft."""
    width, height = image.size
    soft = image.filter(ImageFilter.GaussianBlur(3.0 * width / 640))
    out = Image.blend(image, soft, 0.5)
    rim = 120 if light == "night" else 255
    for _ in range(int(rng.integers(70, 110))):
        r = width * 0.005 * float(rng.uniform(1, 1.75)) ** 3
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        around = round(6 * r)
        left = int(np.clip(x - 3 * r, 0, width - around))
        top = int(np.clip(y - 3 * r, 0, height - around))
        view = ImageOps.flip(soft.crop((left, top, left + around, top + around)))
        size = (max(4, round(2 * r)), max(4, round(2 * r * rng.uniform(1.0, 1.35))))
        corner = (round(x - r), round(y - r))
        body, bright, dark = (mask.resize(size) for mask in _drop())
        out.paste(view.resize(size), corner, body)
        out.paste((rim, rim, rim), corner, bright)
        out.paste((20, 22, 26), corner, dark)
    return out


@lru_cache(maxsize=16)
def _frame(size: tuple[int, int], camera: int) -> Image.Image:
    """Tint and vignette of a camera, RGB to multiply with."""
    width, height = size
    x = np.linspace(-1, 1, width)[None, :]
    y = np.linspace(-1, 1, height)[:, None] * height / width
    fall = 1 - _VIGNETTES[camera % len(_VIGNETTES)] * np.clip((x * x + y * y) / 1.3, 0, 1) ** 1.4
    tint = np.asarray(_TINTS[camera % len(_TINTS)])
    return Image.fromarray((fall[:, :, None] * tint * 255).astype(np.uint8))


@lru_cache(maxsize=8)
def _noise(size: tuple[int, int], number: int) -> npt.NDArray[np.int16]:
    rng = np.random.default_rng((number, 13))
    grain = rng.normal(0, 16, (size[1], size[0], 1)).astype(np.int16)
    return np.repeat(grain, 3, axis=2)


def expose(
    image: Image.Image, blur: float, camera: int, light: str, rng: np.random.Generator
) -> Image.Image:
    """Blur (0 to 1), the camera's look, and noise that grows in the dark."""
    unit = image.width / 640
    if blur > 0.5:
        image = image.filter(ImageFilter.BoxBlur((blur * 5.5 * unit, 0.4 * unit)))
    elif blur > 0.08:
        image = image.filter(ImageFilter.BoxBlur(blur * 1.8 * unit))
    image = ImageChops.multiply(image, _frame(image.size, camera))
    noise = _noise(image.size, int(rng.integers(4)))
    weight = {"day": 5, "dusk": 4, "night": 3}[light]
    pixels = np.asarray(image, dtype=np.int16) + noise // (weight + 2)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
