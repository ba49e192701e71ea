"""The sprites by name, drawn once per process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from visionlens_jlab.demo.render import furniture, people, port, vehicles
from visionlens_jlab.demo.render.pen import Pen

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


@dataclass(frozen=True)
class Sprite:
    """RGBA pictures of the surface and of what shines by itself (None: nothing)."""

    surface: Image.Image
    shine: Image.Image | None


@lru_cache(maxsize=256)
def sprite(name: str, variant: int, width: int, height: int) -> Sprite:
    """A sprite in one of its VARIANTS; width and height give its proportions, in centimetres."""
    pen = Pen(width, height)
    SPRITES[name](pen, variant)
    return Sprite(pen.surface, pen.shine if pen.shines else None)
