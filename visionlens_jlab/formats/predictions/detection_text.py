"""Text files of detections, one for each image: `class confidence x1 y1 x2 y2` in pixels.

As tools for mAP have it (github.com/Cartucho/mAP). The class is a name, which may have blanks, or a
number; a file belongs to the image of its name.
"""

from __future__ import annotations

import math
import posixpath
from collections import Counter
from collections.abc import Iterator

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import AnnotationRows, Issue
from visionlens_jlab.formats.predictions.base import Owners, PredictionBatch
from visionlens_jlab.formats.predictions.targets import Targets, numbered_classes, strange_classes
from visionlens_jlab.formats.text.decoding import text_lines
from visionlens_jlab.media.sources import Source

NUMBERS = 5
"""Behind the class."""


def holds_detections(source: Source, path: str) -> bool:
    """Whether the first lines are such: with numbers for classes, only if boxes are in pixels."""
    lines = [line.split() for line in _lines(source, path) or [] if line.strip()][:5]
    return bool(lines) and all(map(_is_detection, lines))


def _is_detection(words: list[str]) -> bool:
    try:
        score, *corners = (float(word) for word in words[-NUMBERS:])
    except ValueError:
        return False
    if len(words) <= NUMBERS or not 0 <= score <= 1:
        return False
    named = not words[0].replace(".", "", 1).isdigit()
    left, top, right, bottom = corners
    return right >= left and bottom >= top and (named or max(corners) > 1.5)


def read_detection_text(
    source: Source, paths: list[str], targets: Targets, owners: Owners
) -> Iterator[PredictionBatch]:
    """The predictions in text files, a batch for each."""
    numbers = {str(number): name for number, name in numbered_classes(targets.classes).items()}
    names = {known.name for known in targets.classes}
    used: Counter[str | None] = Counter()
    for path in paths:
        lines = _lines(source, path)
        if lines is None:
            message = "The file cannot be read."
            issue = Issue("LABEL_FILE_INVALID", "skipped", "label_file", path, message)
            yield PredictionBatch(issues=[issue], files=1, files_skipped=1)
            continue
        batch = _batch(path, lines, targets, {**numbers, **{name: name for name in names}})
        owners.claim(path, batch.named)
        used.update(batch.rows.classes if batch.rows else ())
        yield batch
    yield PredictionBatch(issues=strange_classes(used, names, "class"))


def _batch(
    path: str, lines: list[str], targets: Targets, numbers: dict[str, str]
) -> PredictionBatch:
    batch = PredictionBatch(files=1)
    image = targets.by_name(posixpath.splitext(path)[0])
    names: list[str | None] = []
    scores, boxes, items = [], [], []
    for number, text in enumerate(lines, 1):
        words = text.split()
        if not words:
            continue
        batch.found += 1
        item = f"{path}:{number}"
        try:
            name, score, box = _parse(words)
        except ValueError as error:
            if image >= 0:
                message = f"{str(error)[:200]}."
                issue = Issue("LABEL_LINE_INVALID", "skipped", "annotation", item, message)
                batch.issues.append(issue)
            continue
        names.append(numbers.get(name, name))
        scores.append(score)
        boxes.append(box)
        items.append(item)
    if image < 0:
        batch.unmatched.add(path, image, batch.found)
        return batch
    batch.named = np.array([image])
    batch.rows = AnnotationRows(
        images=np.full(len(names), image, dtype=np.int64),
        classes=names,
        kinds=["box"] * len(names),
        boxes=np.array(boxes, dtype=np.float64).reshape(-1, 4),
        name=items.__getitem__,
        confidence=np.array(scores, dtype=np.float64),
    )
    return batch


def _parse(words: list[str]) -> tuple[str, float, tuple[float, ...]]:
    """Class, confidence and box of a line. ValueError."""
    if len(words) <= NUMBERS:
        raise ValueError(f"there are {len(words)} words instead of 6")
    score, left, top, right, bottom = map(float, words[-NUMBERS:])
    if not all(map(math.isfinite, (score, left, top, right, bottom))):
        raise ValueError("a number is not finite")
    if right < left or bottom < top:
        raise ValueError("the corners stand in the wrong order")
    return " ".join(words[:-NUMBERS]), score, (left, top, right - left, bottom - top)


def _lines(source: Source, path: str) -> list[str] | None:
    try:
        with source.open(path) as file:
            return text_lines(file.read())
    except (VisionLensError, OSError):
        return None
