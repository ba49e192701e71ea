"""What one image shows, and the order in which it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from visionlens_demo.render import lens, weather
from visionlens_demo.render.canvas import Camera, Canvas
from visionlens_demo.render.mood import Conditions, mood_of
from visionlens_demo.render.objects import Light, Stage, Thing
from visionlens_demo.render.quay import EDGE, paint_harbour
from visionlens_demo.render.road import paint_street
from visionlens_demo.render.roadside import roadside
from visionlens_demo.render.sky import paint_sky


@dataclass(frozen=True)
class Scene:
    """One image; pixels are the final image's, depths metres; `things` the labelled objects."""

    size: tuple[int, int]
    scenery: str
    area: str
    background: int
    """Seed of all that stands still."""
    frame: int
    """Seed of what differs between images before one background."""
    light: str
    weather: str
    blur: float
    camera: int
    view: Camera
    advance: float
    moods: tuple[str, ...]
    """Values of the world's further categories."""
    hidden: str
    things: tuple[Thing, ...]


def draw(scene: Scene) -> Image.Image:
    """The RGB image of a scene."""
    still = np.random.default_rng((scene.background, 1))
    moving = np.random.default_rng((scene.frame, 2))
    conditions = Conditions(scene.light, scene.weather, sun=scene.hidden != "glare")
    mood = mood_of(conditions, still)
    sky = paint_sky(scene.size, scene.view.horizon, conditions, mood, still)
    canvas = Canvas(sky, scene.view, mood)
    wet = scene.weather == "rain"
    things = list(scene.things)
    lights: list[Light] = []
    if scene.scenery == "street":
        paint_street(canvas, scene.area, wet, scene.advance, still)
        beside, lights = roadside(canvas, scene.area, scene.advance, still)
        things += beside
    else:
        paint_harbour(canvas, scene.moods[0], scene.moods[1], wet, still)
    image = canvas.finish()
    if wet:
        image = weather.mirror_ground(image, scene.view.horizon)
    stage = Stage(image, canvas, wet, water_from=EDGE if scene.scenery == "harbour" else None)
    stage.pools(lights)
    stage.place(things)
    image = stage.finish()
    image = weather.apply(image, scene.view.horizon, conditions, mood, moving)
    image = lens.fault(image, scene.hidden, scene.light, scene.view.horizon, moving)
    return lens.expose(image, scene.blur, scene.camera, scene.light, moving)
