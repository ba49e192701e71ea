"""Results in the text format of the Pascal VOC devkit: one file for each class.

`comp4_det_test_car.txt` holds `image confidence xmin ymin xmax ymax` on each line (as the label
files count pixels, see the option `voc_origin`), `comp2_cls_test_car.txt` `image confidence`.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import AnnotationRows, Issue
from visionlens_jlab.formats.predictions.base import Owners, PredictionBatch, Unmatched
from visionlens_jlab.formats.predictions.targets import DatasetClass, Targets
from visionlens_jlab.formats.text.decoding import text_lines
from visionlens_jlab.media.sources import Source

NAME = re.compile(r"comp\d+_(?:det|cls)_(?P<rest>.+)\.txt", re.IGNORECASE)


def read_voc_text(
    source: Source,
    paths: list[str],
    targets: Targets,
    options: Mapping[str, Any],
    owners: Owners,
) -> Iterator[PredictionBatch]:
    """The predictions in one file for each class."""
    one_based = str(options.get("voc_origin", 0)) == "1"
    for path in paths:
        try:
            with source.open(path) as file:
                lines = text_lines(file.read())
        except (VisionLensError, OSError) as error:
            message = f"The file cannot be read: {error}."
            issue = Issue("LABEL_FILE_INVALID", "skipped", "label_file", path, message)
            yield PredictionBatch(issues=[issue], files=1, files_skipped=1)
            continue
        batch = _batch(path, lines, targets, one_based)
        owners.claim(path, batch.named, class_of(path, targets.classes))
        yield batch


def class_of(path: str, classes: Sequence[DatasetClass]) -> str:
    """The class that a file's name ends with: one of the dataset's, else what follows the set."""
    match = NAME.fullmatch(posixpath.basename(path))
    rest = match.group("rest") if match else posixpath.basename(path).removesuffix(".txt")
    known = [one.name for one in classes if rest == one.name or rest.endswith(f"_{one.name}")]
    return max(known, key=len) if known else rest.partition("_")[2] or rest


def _batch(path: str, lines: list[str], targets: Targets, one_based: bool) -> PredictionBatch:
    batch = PredictionBatch(unmatched=Unmatched(), files=1)
    images, scores, boxes, items = [], [], [], []
    for number, text in enumerate(lines, 1):
        words = text.split()
        if not words:
            continue
        batch.found += 1
        item = f"{path}:{number}"
        try:
            name, score, box = _parse(words, one_based)
        except ValueError as error:
            batch.issues.append(
                Issue("LABEL_LINE_INVALID", "skipped", "annotation", item, f"{error}.")
            )
            continue
        image = targets.by_name(name)
        if image < 0 and name.isdecimal():
            image = targets.by_id(name)
        if image < 0:
            batch.unmatched.add(name, image, 1)
            continue
        images.append(image)
        scores.append(score)
        boxes.append(box)
        items.append(item)
    label = class_of(path, targets.classes)
    if label not in {known.name for known in targets.classes}:
        message = f"The dataset has no class {label}; its predictions have it as name."
        batch.issues.append(Issue("CLASS_UNKNOWN", "kept", "other", path, message))
    placed = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    batch.named = np.unique(np.array(images, dtype=np.int64))
    batch.rows = AnnotationRows(
        images=np.array(images, dtype=np.int64),
        classes=[label] * len(images),
        kinds=["classification" if math.isnan(box[0]) else "box" for box in placed.tolist()],
        boxes=placed,
        name=items.__getitem__,
        confidence=np.array(scores, dtype=np.float64),
    )
    return batch


def _parse(words: list[str], one_based: bool) -> tuple[str, float, tuple[float, ...]]:
    """Image, confidence and box (NaN: none) of a line. Raises ValueError with the reason."""
    if len(words) not in (2, 6):
        raise ValueError(f"there are {len(words)} words instead of 6")
    score, *corners = (float(word) for word in words[1:])
    if not all(map(math.isfinite, (score, *corners))):
        raise ValueError("a number is not finite")
    if not corners:
        return words[0], score, (math.nan,) * 4
    left, top, right, bottom = corners
    more = 1.0 if one_based else 0.0
    if right < left or bottom < top:
        raise ValueError("the corners stand in the wrong order")
    return words[0], score, (left - more, top - more, right - left + more, bottom - top + more)
