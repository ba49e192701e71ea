"""YOLO text files of predictions: one for each image, with the confidence behind each label.

As Ultralytics writes them with `save_txt` and `save_conf`; a file belongs to the image of its name,
of several to the one whose folders agree best.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.text import text_lines
from visionlens_jlab.formats.yolo_config import YoloConfig
from visionlens_jlab.formats.yolo_labels import LabelLines
from visionlens_jlab.formats.yolo_lines import Layout, parse_line, split_words
from visionlens_jlab.formats.yolo_task import PEEKED_LINES, line_layout
from visionlens_jlab.media.sources import Source

from .base import PredictionBatch, Unmatched
from .targets import Targets, numbered_classes

FILES_PER_BATCH = 2000
NOT_LABELS = frozenset({"classes.txt", "obj.names.txt", "train.txt", "val.txt", "test.txt"})


def read_yolo_text(
    source: Source, paths: list[str], targets: Targets, options: Mapping[str, Any]
) -> Iterator[PredictionBatch]:
    """The predictions in text files. REQUEST_INVALID for an unknown `task`."""
    names = numbered_classes(targets.classes)
    layout = _layout(source, paths, targets, names, options)
    for start in range(0, len(paths), FILES_PER_BATCH):
        part = paths[start : start + FILES_PER_BATCH]
        yield _batch(source, part, targets, names, layout)


def _layout(
    source: Source,
    paths: list[str],
    targets: Targets,
    names: dict[int, str],
    options: Mapping[str, Any],
) -> Layout:
    points = max((known.keypoints for known in targets.classes), default=0)
    config = YoloConfig(names=names, keypoints=(points, 3) if points else None)
    first = (line for path in paths for line in _lines(source, path) or [])
    return line_layout(options, config, islice(first, PEEKED_LINES))


def _batch(
    source: Source, paths: list[str], targets: Targets, names: dict[int, str], layout: Layout
) -> PredictionBatch:
    batch = PredictionBatch(unmatched=Unmatched(), files=len(paths))
    labels = LabelLines(names, batch.issues)
    named = []
    for path in paths:
        lines = _lines(source, path)
        if lines is None:
            message = "The file cannot be read."
            batch.issues.append(Issue("LABEL_FILE_INVALID", "skipped", "label_file", path, message))
            batch.files_skipped += 1
            continue
        worded = [
            (number, words) for number, text in enumerate(lines, 1) if (words := split_words(text))
        ]
        batch.found += len(worded)
        image = targets.by_name(path.removesuffix(".txt"))
        if image < 0:
            batch.unmatched.add(path, image, len(worded))
            continue
        named.append(image)
        for number, words in worded:
            item = f"{path}:{number}"
            try:
                labels.add(parse_line(words, layout), image, item)
            except (ValueError, OverflowError) as error:
                message = f"{str(error)[:200]}."
                issue = Issue("LABEL_LINE_INVALID", "skipped", "annotation", item, message)
                batch.issues.append(issue)
    batch.named = np.array(named, dtype=np.int64)
    batch.rows = labels.rows(normalised=True)
    return batch


def _lines(source: Source, path: str) -> list[str] | None:
    try:
        with source.open(path) as file:
            return text_lines(file.read())
    except (VisionLensError, OSError):
        return None
