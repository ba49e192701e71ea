"""The pictures of rows: whole images, or objects with what is around them."""

from __future__ import annotations

from collections.abc import Iterator

from visionlens_jlab.attributes.job.input import Part
from visionlens_jlab.media.image_processes.pool import ImagePool
from visionlens_jlab.media.image_processes.tasks import PicturesResult, PicturesTask

SIDE = 1024
"""Most pixels of a picture's longer side; small models see 512 of them."""
IMAGES_PER_TASK = 8
MOST_PROBLEMS = 200
"""Lines of the log about images that cannot be shown."""


def pictures_of(part: Part, pool: ImagePool) -> tuple[list[bytes], list[str]]:
    """A JPEG for each row, empty where there is none; and why, of those."""
    pictures: list[bytes] = []
    problems: list[str] = []
    tasks = list(_tasks(part))
    for task, result in zip(tasks, pool.map(tasks), strict=True):
        assert isinstance(result, PicturesResult)
        pictures += result.pictures
        shown = [
            path
            for path, boxes in zip(task.paths, task.parts, strict=True)
            for _ in range(max(1, len(boxes)))
        ]
        problems += [
            f"{path}: {error}"
            for path, error in zip(shown, result.errors, strict=True)
            if error is not None
        ]
    return pictures, problems


def _tasks(part: Part) -> Iterator[PicturesTask]:
    """The parts of images in the order of the rows; an image is decoded once for its objects."""
    task: PicturesTask | None = None
    for row in map(int, part.rows):
        location, path = part.items.image(row)
        box = part.items.box(row)
        if task is not None and box is not None and _goes_on(task, location, path):
            task.parts[-1].append(box)
            continue
        if task is None or task.location != location or len(task.paths) == IMAGES_PER_TASK:
            if task is not None:
                yield task
            task = PicturesTask(location, [], [], [], SIDE)
        task.paths.append(path)
        task.parts.append([] if box is None else [box])
        task.sizes.append(part.items.size(row))
    if task is not None:
        yield task


def _goes_on(task: PicturesTask, location: str, path: str) -> bool:
    """Whether the last image of a task is this one, with objects cut out of it."""
    return (task.location, task.paths[-1]) == (location, path) and bool(task.parts[-1])
