"""The sprites by name, drawn once per process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageOps

from visionlens_demo.render import furniture, people, port, vehicles
from visionlens_demo.render.pen import Pen

SPRITES: dict[str, Callable[[Pen, int], None]] = {
    function.__name__: function
    for function in (
        vehicles.car_rear,
        vehicles.car_front,
        vehicles.car_side,
        vehicles.truck_rear,
        vehicles.truck_front,
        vehicles.truck_side,
        vehicles.bus_front,
        vehicles.bus_rear,
        vehicles.bus_side,
        people.bicycle_side,
        people.bicycle_rear,
        people.motorcycle_side,
        people.motorcycle_rear,
        people.person_walk,
        people.person_stand,
        people.person_coat,
        people.docker_walk,
        people.docker_stand,
        furniture.cone,
        furniture.signal_red,
        furniture.signal_amber,
        furniture.signal_green,
        furniture.post,
        furniture.lamp_post,
        furniture.tree,
        furniture.poplar,
        port.ship_cargo,
        port.ship_bulk,
        port.tug,
        port.sail_white,
        port.sail_furled,
        port.buoy_red,
        port.buoy_green,
        port.crane,
        port.container_side,
        port.container_end,
        port.gull_glide,
        port.gull_flap,
    )
}
VARIANTS = 12


class Picture:
    """A picture kept at several sizes, each half of the one before.

    Colours are multiplied by their opacity (mode RGBa), the form in which Pillow scales.
    """

    def __init__(self, full: Image.Image) -> None:
        self._levels = [full.convert("RGBa")]
        while min(self._levels[-1].size) > 8:
            self._levels.append(self._levels[-1].reduce(2))

    def fitted(self, size: tuple[int, int], flip: bool) -> Image.Image:
        """RGBA at a size in pixels, mirrored if asked."""
        level = next(
            (
                level
                for level in reversed(self._levels)
                if level.width >= size[0] and level.height >= size[1]
            ),
            self._levels[0],
        )
        picture = level.resize(size, Image.Resampling.HAMMING).convert("RGBA")
        return ImageOps.mirror(picture) if flip else picture


@dataclass(frozen=True)
class Sprite:
    """Pictures of the surface and of what shines by itself (None: nothing)."""

    surface: Picture
    shine: Picture | None


@lru_cache(maxsize=256)
def sprite(name: str, variant: int, percent: int) -> Sprite:
    """A sprite in one of its VARIANTS, its width in percent of its height."""
    pen = Pen(percent, 100)
    SPRITES[name](pen, variant)
    return Sprite(Picture(pen.surface), Picture(pen.shine) if pen.shines else None)
