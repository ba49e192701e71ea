"""Places sprites into a picture: far ones first, with light, haze, shadow, reflection and bloom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from visionlens_demo.render.canvas import Canvas
from visionlens_demo.render.mood import Color, ink
from visionlens_demo.render.sprites import VARIANTS, sprite

_POST_METRES = 0.13
_FADE = 0.3
"""Strength of a reflection at the foot of what it mirrors."""


@dataclass(frozen=True)
class Thing:
    """A sprite in an image: x, y, w, h in pixels, not clipped; metres ahead; seed of details."""

    sprite: str
    box: tuple[float, ...]
    depth: float
    look: int
    flip: bool | None = None
    """None: the look decides."""


@dataclass(frozen=True)
class Light:
    """A pool of light on the ground: metres to the right and ahead, its radius in metres."""

    right: float
    ahead: float
    radius: float
    color: Color


@lru_cache(maxsize=4)
def _blob(power: float) -> Image.Image:
    """A soft round spot, L."""
    axis = np.linspace(-1, 1, 96)
    distance = np.sqrt(axis[None, :] ** 2 + axis[:, None] ** 2)
    spot = np.clip(1 - distance, 0, 1) ** power
    return Image.fromarray((spot * 255).astype(np.uint8))


@lru_cache(maxsize=512)
def _levels(factor: float) -> list[int]:
    """Table that multiplies a band by a factor."""
    return [min(255, round(value * factor)) for value in range(256)]


@lru_cache(maxsize=2)
def _fading() -> Image.Image:
    """Full at the top, nothing at the bottom, L."""
    return Image.fromarray((np.linspace(1, 0, 64) ** 1.3 * 255).astype(np.uint8)[:, None])


class Stage:
    """A picture in the making, and beside it, at half its size, the light that shines from it."""

    def __init__(
        self, image: Image.Image, canvas: Canvas, wet: bool, water_from: float | None
    ) -> None:
        self.image, self.canvas, self.mood = image, canvas, canvas.mood
        self.wet, self.water_from = wet, water_from
        self.glow = Image.new("RGB", (image.width // 2, image.height // 2))

    def pools(self, lights: Iterable[Light]) -> None:
        """Light the ground below lamps."""
        if self.mood.lamps < 0.5:
            return
        canvas = self.canvas
        for light in lights:
            if light.ahead - 3 < 4:
                continue
            x, far = canvas.project(light.right, 0, light.ahead + light.radius)
            near = canvas.project(light.right, 0, light.ahead - 3)[1]
            wide = 2 * light.radius * canvas.focal / light.ahead
            strength = 0.34 * self.mood.lamps * (1 - self.mood.veil(light.ahead))
            self._add_spot((x - wide / 2, far, x + wide / 2, near), light.color, strength)

    def _add_spot(
        self, box: tuple[float, float, float, float], color: Color, strength: float
    ) -> None:
        left, top, right, low = (round(side) for side in box)
        size = (max(right - left, 2), max(low - top, 2))
        spot = _blob(1.4).resize(size)
        tint = Image.merge(
            "RGB", [spot.point(_levels(round(c / 255 * strength, 2))) for c in color]
        )
        _add(self.image, tint, (left, top))

    def place(self, things: list[Thing]) -> None:
        """Draw the things that are in the picture, far ones first."""
        seen = (thing for thing in things if self._in_picture(thing))
        for thing in sorted(seen, key=lambda thing: -thing.depth):
            self._place(thing)

    def _in_picture(self, thing: Thing) -> bool:
        x, y, width, height = thing.box
        return -width < x < self.image.width and -height < y < self.image.height

    def _place(self, thing: Thing) -> None:
        x, y, width, height = thing.box
        corner = (round(x), round(y))
        size = (max(2, round(x + width) - corner[0]), max(2, round(y + height) - corner[1]))
        own = sprite(thing.sprite, thing.look % VARIANTS, round(100 * width / height))
        flip = bool(thing.look & 256) if thing.flip is None else thing.flip
        surface = self._lit(own.surface.fitted(size, flip), thing.depth)
        foot = self.canvas.project(0, 0, thing.depth)[1]
        floating = self.water_from is not None and thing.depth > self.water_from
        if abs(y + height - foot) < max(2.0, 0.04 * height):
            if self.wet or floating:
                self._reflect(surface, corner, size)
            if not floating:
                self._shadow(x, y + height, width)
        elif thing.sprite.startswith("signal"):
            self._post(x + width / 2, y + height, foot, thing.depth)
        self.image.paste(surface, corner, surface)
        lit = own.shine.fitted(size, flip) if own.shine is not None else None
        self._shine(lit, surface, corner, thing.depth)

    def _lit(self, surface: Image.Image, depth: float) -> Image.Image:
        """The sprite in the light and haze of its depth."""
        light, veil, haze = self.mood.light(depth), self.mood.veil(depth), self.mood.haze
        red, green, blue = (factor * (1 - veil) for factor in light)
        air = (haze[0] * veil, haze[1] * veil, haze[2] * veil)
        matrix = (red, 0, 0, air[0], 0, green, 0, air[1], 0, 0, blue, air[2])
        lit = surface.convert("RGB").convert("RGB", matrix)
        lit.putalpha(surface.getchannel("A"))
        return lit

    def _shadow(self, x: float, foot: float, width: float) -> None:
        size = (max(3, round(width * 1.14)), max(2, round(width * 0.16)))
        spot = _blob(0.8).resize(size)
        level = 0.62 if not self.wet else 0.4
        mask = spot.point(_levels(level))
        self.image.paste(
            (12, 13, 18), (round(x - width * 0.07), round(foot - size[1] * 0.62)), mask
        )

    def _reflect(
        self, surface: Image.Image, corner: tuple[int, int], size: tuple[int, int]
    ) -> None:
        high = max(2, round(size[1] * 0.7))
        mirrored = ImageOps.flip(surface).resize((size[0], high))
        fade = _fading().resize((size[0], high)).point(_levels(_FADE))
        mask = ImageChops.multiply(mirrored.getchannel("A"), fade)
        self.image.paste(mirrored.convert("RGB"), (corner[0], corner[1] + size[1] - 1), mask)

    def _post(self, x: float, top: float, foot: float, depth: float) -> None:
        half = max(0.6, _POST_METRES / 2 * self.canvas.focal / depth)
        tone = ink(self.mood.shade((74, 78, 82), depth))
        self.image.paste(
            tone,
            (round(x - half), round(top), max(round(x + half), round(x - half) + 1), round(foot)),
        )

    def _shine(
        self, lit: Image.Image | None, surface: Image.Image, corner: tuple[int, int], depth: float
    ) -> None:
        """Add the lights of a thing to the picture and to the bloom."""
        half = (corner[0] // 2, corner[1] // 2)
        small = (max(1, surface.width // 2), max(1, surface.height // 2))
        lamps = self.mood.lamps
        if lamps < 0.2:
            return
        # What stands before a light hides it.
        self.glow.paste((0, 0, 0), half, surface.getchannel("A").resize(small))
        if lit is None:
            return
        strength = lamps * (1 - 0.75 * self.mood.veil(depth))
        mask = lit.getchannel("A").point(_levels(round(strength, 2)))
        self.image.paste(lit.convert("RGB"), corner, mask)
        dim = lit.resize(small)
        alpha = dim.getchannel("A").point(_levels(round(1.4 * strength, 2)))
        self.glow.paste(dim.convert("RGB"), half, alpha)
        if self.wet:
            # On wet ground a light becomes a long streak.
            streak = ImageOps.flip(dim).resize((small[0], small[1] * 2))
            thin = streak.getchannel("A").point(_levels(round(0.35 * strength, 2)))
            self.glow.paste(streak.convert("RGB"), (half[0], half[1] + small[1]), thin)

    def finish(self) -> Image.Image:
        """The picture with its bloom."""
        if self.mood.lamps < 0.2:
            return self.image
        unit = self.image.width / 640
        small = self.glow.reduce(2).filter(ImageFilter.GaussianBlur(4.5 * unit))
        wide = small.resize(self.glow.size, Image.Resampling.BILINEAR)
        bloom = ImageChops.add(self.glow.filter(ImageFilter.BoxBlur(2.2 * unit)), wide)
        bloom = ImageChops.add(bloom, wide)
        return ImageChops.screen(
            self.image, bloom.resize(self.image.size, Image.Resampling.BILINEAR)
        )


def _add(image: Image.Image, tile: Image.Image, corner: tuple[int, int]) -> None:
    """Add a tile's light to the part of the image below it."""
    left, top = max(corner[0], 0), max(corner[1], 0)
    right, low = (
        min(corner[0] + tile.width, image.width),
        min(corner[1] + tile.height, image.height),
    )
    if right <= left or low <= top:
        return
    part = tile.crop((left - corner[0], top - corner[1], right - corner[0], low - corner[1]))
    image.paste(ImageChops.add(image.crop((left, top, right, low)), part), (left, top))
