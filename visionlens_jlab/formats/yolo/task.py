"""What the label lines of a YOLO dataset hold: boxes, polygons, oriented boxes or keypoints.

The files do not say it. The option `task` (`detect`, `segment`, `obb`, `pose`, `classify`) decides;
else the key `task` of the YAML file (exports write it); else `kpt_shape` there means pose; else the
lines of the first label files are looked at:

- all have 8 coordinates (and perhaps a confidence), also in the other label files: oriented boxes.
  A set of polygons with four corners each looks the same: `task="segment"` tells them apart;
- most of these are no rectangles, but each begins with a box in the image: keypoints where the two
  points that follow lie in it, else a box with figures of something else;
- all have the same number of columns, 4 and three for each keypoint, the third always 0, 1 or 2,
  and some 2 or three keypoints or more: keypoints;
- otherwise each line stands for itself: 4 or 5 numbers (or 6 with a track) a box, more a polygon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.yolo.config import YoloConfig
from visionlens_jlab.formats.yolo.lines import Layout, Task, split_words

TASKS: dict[str, Task | None] = {
    "detect": "detect",
    "segment": "segment",
    "obb": "obb",
    "pose": "pose",
    "classify": None,
}
PEEKED_LINES = 20_000
_BEYOND = 2.5
"""Shares of the image: no place is as far outside; a keypoint's visibility is at most 2."""
_NEARLY = 0.02
"""Share of the image by which a place may be beside where it belongs."""
_ASKEW = 0.5
"""Share of its larger side by which the diagonals of an oriented box may miss each other."""


def stated_task(options: Mapping[str, Any]) -> str | None:
    """The option `task`. Raises REQUEST_INVALID when there is no such task."""
    task = options.get("task")
    if task is not None and task not in TASKS:
        message = f"There is no task {task!r}."
        raise VisionLensError("REQUEST_INVALID", message, f"Name one of {', '.join(TASKS)}.")
    return task


def line_layout(
    options: Mapping[str, Any],
    config: YoloConfig,
    lines: Iterable[str],
    others: Iterable[str] = (),
) -> Layout:
    """How to read the lines: those of the first label files, and of the `others`, if need be."""
    ids = {name: number for number, name in config.names.items()}
    stated = TASKS.get(stated_task(options) or config.task or "")
    if stated is not None:
        return Layout(stated, config.keypoints, ids)
    if config.keypoints:
        return Layout("pose", config.keypoints, ids)
    rows = [row for row in map(_numbers, islice(lines, PEEKED_LINES)) if row]
    task, keypoints = _guessed(rows, others) if rows else ("segment", None)
    return Layout(task, keypoints, ids)


def _guessed(rows: list[list[float]], others: Iterable[str]) -> tuple[Task, tuple[int, int] | None]:
    """What rows of numbers mean."""
    counts = {len(row) for row in rows}
    if _are_attributes(rows):
        return "detect", None
    if counts == {8} and _begin_with_boxes(rows):
        return ("pose", (2, 2)) if all(map(_points_inside, rows)) else ("detect", None)
    if counts <= {8, 9} and _are_corners(others):
        return "obb", None
    if len(counts) == 1 and _are_keypoints(rows):
        return "pose", ((counts.pop() - 4) // 3, 3)
    return "segment", None


def _are_corners(lines: Iterable[str]) -> bool:
    """Whether all lines but one in a hundred may be four corners."""
    rows = [len(row) in (8, 9) for row in map(_numbers, lines) if row]
    return 100 * (len(rows) - sum(rows)) <= len(rows)


def _begin_with_boxes(rows: list[list[float]]) -> bool:
    """Whether most are no rectangles, but all begin with a box that lies in the image."""
    askew = sum(not _is_parallelogram(row) for row in rows)
    return 2 * askew > len(rows) and all(_is_box(*row[:4]) for row in rows)


def _is_box(x: float, y: float, w: float, h: float) -> bool:
    places = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
    return w > 0 and h > 0 and all(-_NEARLY <= place <= 1 + _NEARLY for place in places)


def _points_inside(row: list[float]) -> bool:
    """Whether the points after a box lie in it, but for those that are not there: 0, 0."""
    x, y, w, h = row[:4]
    points = [(row[i], row[i + 1]) for i in range(4, len(row), 2)]
    return all(
        point == (0, 0)
        or (abs(point[0] - x) <= w / 2 + _NEARLY and abs(point[1] - y) <= h / 2 + _NEARLY)
        for point in points
    )


def _numbers(line: str) -> list[float]:
    try:
        return [float(word) for word in split_words(line)[1:]]
    except ValueError:
        return []


def _are_keypoints(rows: list[list[float]]) -> bool:
    count, rest = divmod(len(rows[0]) - 4, 3)
    seen = {value for row in rows for value in row[6::3]}
    return rest == 0 and count >= 1 and seen <= {0.0, 1.0, 2.0} and (2.0 in seen or count >= 3)


def _are_attributes(rows: list[list[float]]) -> bool:
    """Whether what follows a box says something else than where corners are.

    As in `cx cy w h weight height gender age ethnicity`: read as corners most lines would reach
    beyond any image, or with a ninth number be no four corners of anything like a rectangle.
    """
    longer = [row for row in rows if len(row) > 6 and all(0 <= value <= 1.05 for value in row[:4])]
    if 2 * len(longer) <= len(rows) or _are_keypoints(longer):
        return False
    beyond = sum(max(row[4:]) > _BEYOND for row in longer)
    askew = sum(len(row) == 9 and not _is_parallelogram(row) for row in longer)
    return 2 * max(beyond, askew) > len(rows)


def _is_parallelogram(corners: list[float]) -> bool:
    """Whether the diagonals of four corners, no two the same, about halve each other."""
    x, y = corners[0:8:2], corners[1:8:2]
    if len(set(zip(x, y, strict=True))) < 4:
        return False
    apart = max(abs(line[0] + line[2] - line[1] - line[3]) for line in (x, y))
    return apart <= _ASKEW * max(max(x) - min(x), max(y) - min(y), 1e-6)
