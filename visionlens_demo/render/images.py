"""Renders the images of a dataset in a pool of processes."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from visionlens_demo.dataset import COPIES, Arrangement, copied_size, crop_margins
from visionlens_demo.render.canvas import Camera
from visionlens_demo.render.objects import Thing
from visionlens_demo.render.scene import Scene, draw

QUALITY, POOR_QUALITY = 88, 45
_CHUNK = 16


@dataclass(frozen=True)
class _Job:
    path: Path
    scene: Scene
    copy: str


def scene_of(arrangement: Arrangement, source: int) -> Scene:
    """What is seen in one image of the layout."""
    layout = arrangement.layout
    world, groups, objects = layout.world, layout.groups, layout.objects
    group = layout.group_of[source]
    rows = slice(*np.searchsorted(objects.image, (source, source + 1)))
    things = [
        Thing(world.classes[klass].forms[form].sprite, tuple(full), float(depth), int(look))
        for klass, form, full, depth, look in zip(
            objects.klass[rows],
            objects.form[rows],
            objects.full[rows].tolist(),
            objects.depth[rows],
            objects.look[rows],
            strict=True,
        )
    ]
    width, height = layout.size
    return Scene(
        size=layout.size,
        scenery=world.scenery,
        area=world.places[groups.place[group]].area,
        background=int(groups.background[group]),
        frame=source,
        light=world.light.codes[groups.light[group]],
        weather=world.weather.codes[groups.weather[group]],
        blur=float(groups.blur[group]),
        camera=int(groups.camera[group]),
        view=Camera(
            center=width / 2 + float(layout.pan[source]),
            horizon=height * float(groups.horizon[group]),
            focal=world.focal * width / 640,
            lens=world.lens_height,
        ),
        advance=float(layout.advance[source]),
        moods=tuple(str(groups.columns[category.name][group]) for category in world.categories),
        hidden=world.plants.hidden_look if groups.hidden[group] else "",
        things=tuple(things),
    )


def encode(scene: Scene, copy: str) -> bytes:
    """JPEG of a scene, or of a copy of it."""
    image = draw(scene)
    quality = QUALITY
    if copy == "resized":
        image = image.resize(copied_size(scene.size, copy), Image.Resampling.LANCZOS)
    elif copy == "cropped":
        left, top = crop_margins(scene.size)
        image = image.crop((left, top, scene.size[0] - left, scene.size[1] - top))
    elif copy == "flipped":
        image = ImageOps.mirror(image)
    elif copy == "recompressed":
        quality = POOR_QUALITY
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _work(jobs: list[_Job]) -> int:
    for job in jobs:
        job.path.write_bytes(encode(job.scene, job.copy))
    return len(jobs)


def render_images(arrangement: Arrangement, folder: Path, workers: int | None) -> Iterator[int]:
    """Write every image below `folder`; yields once per image. `workers` None: one per core."""
    count = workers or os.cpu_count() or 1
    jobs = (
        _Job(folder / arrangement.file_name(at), scene_of(arrangement, int(source)), COPIES[kind])
        for at, (source, kind) in enumerate(zip(arrangement.source, arrangement.copy, strict=True))
    )
    if count == 1:
        for job in jobs:
            yield _work([job])
        return
    with ProcessPoolExecutor(count) as pool:
        # A few rounds at a time, so that 100,000 scenes never wait in memory together.
        while batch := list(islice(jobs, count * _CHUNK * 8)):
            chunks = [batch[at : at + _CHUNK] for at in range(0, len(batch), _CHUNK)]
            for done in pool.map(_work, chunks):
                yield from range(done)
