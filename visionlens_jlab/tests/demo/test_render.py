"""The pixels show what the labels and fields say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from visionlens_demo.dataset import Arrangement, arrange
from visionlens_demo.generate import WORLDS
from visionlens_demo.labels import label
from visionlens_demo.layout import lay_out
from visionlens_demo.render.images import scene_of
from visionlens_demo.render.pen import Pen
from visionlens_demo.render.scene import Scene, draw
from visionlens_demo.render.sprites import SPRITES, VARIANTS

SIZE = (320, 200)


@pytest.fixture(scope="module", params=["street", "harbour"])
def arrangement(request: pytest.FixtureRequest) -> Arrangement:
    layout = lay_out(WORLDS[request.param], 60, 4, SIZE)
    return arrange(layout, label(layout, 4), 5, 4)


def _plain(scene: Scene) -> Scene:
    """By clear day, sharp, without a fault."""
    return replace(scene, light="day", weather="clear", blur=0.0, hidden="")


def _pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image, dtype=float)


def test_every_form_of_every_class_has_a_sprite() -> None:
    for world in WORLDS.values():
        for item in world.classes:
            assert {form.sprite for form in item.forms} <= set(SPRITES)


@pytest.mark.parametrize("name", sorted(SPRITES))
def test_a_sprite_fills_its_box(name: str) -> None:
    for variant in range(0, VARIANTS, 5):
        pen = Pen(1.0, 1.6)
        SPRITES[name](pen, variant)
        left, top, right, low = pen.surface.getchannel("A").getbbox() or (0, 0, 0, 0)
        assert (right - left) >= 0.45 * pen.size[0]
        assert (low - top) >= 0.85 * pen.size[1]


def test_objects_are_drawn_where_their_boxes_are(arrangement: Arrangement) -> None:
    checked = 0
    for source in range(12):
        scene = _plain(scene_of(arrangement, source))
        with_things = _pixels(draw(scene))
        without = _pixels(draw(replace(scene, things=())))
        changed = np.abs(with_things - without).sum(axis=2) > 30
        for thing in scene.things:
            x, y, width, height = thing.box
            inside = changed[
                max(round(y), 0) : round(y + height), max(round(x), 0) : round(x + width)
            ]
            if inside.size >= 100:
                assert inside.mean() > 0.12, thing
                checked += 1
    assert checked > 20


def test_night_is_darker_and_fog_has_less_contrast(arrangement: Arrangement) -> None:
    for source in range(6):
        scene = _plain(scene_of(arrangement, source))
        day, night = (_pixels(draw(replace(scene, light=light))) for light in ("day", "night"))
        assert night.mean() < 0.6 * day.mean()
        fog = _pixels(draw(replace(scene, weather="fog")))
        assert fog.std() < day.std()
        rain = _pixels(draw(replace(scene, weather="rain")))
        assert np.abs(rain - day).mean() > 2


def test_blur_smears_edges(arrangement: Arrangement) -> None:
    scene = _plain(scene_of(arrangement, 0))
    sharp, blurred = (_pixels(draw(replace(scene, blur=blur))) for blur in (0.0, 0.9))
    assert np.abs(np.diff(blurred, axis=1)).mean() < np.abs(np.diff(sharp, axis=1)).mean()


@pytest.mark.parametrize("light", ["day", "dusk", "night"])
@pytest.mark.parametrize("fault", ["glare", "droplets"])
def test_a_hidden_fault_is_seen(arrangement: Arrangement, light: str, fault: str) -> None:
    scene = replace(_plain(scene_of(arrangement, 1)), light=light)
    difference = _pixels(draw(replace(scene, hidden=fault))) - _pixels(draw(scene))
    assert np.abs(difference).mean() > 3


def test_a_background_stays_while_objects_change(arrangement: Arrangement) -> None:
    scene = replace(_plain(scene_of(arrangement, 2)), things=())
    first, second = _pixels(draw(scene)), _pixels(draw(replace(scene, frame=scene.frame + 1)))
    assert np.abs(first - second).mean() < 6
    other = _pixels(draw(replace(scene, background=scene.background + 1)))
    assert np.abs(first - other).mean() > np.abs(first - second).mean()


def test_a_size_of_twice_the_pixels_shows_the_same_scene() -> None:
    pictures = []
    for size in (SIZE, (640, 400)):
        layout = lay_out(WORLDS["street"], 40, 9, size)
        drawn = draw(_plain(scene_of(arrange(layout, label(layout, 9), 5, 9), 0)))
        assert drawn.size == size
        pictures.append(_pixels(drawn.resize((80, 50))))
    assert np.abs(pictures[0] - pictures[1]).mean() < 30
