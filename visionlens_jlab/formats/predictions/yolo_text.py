"""YOLO text files of predictions: one for each image, with the confidence behind each label.

As Ultralytics writes them with `save_txt` and `save_conf`; a file belongs to the image of its name,
of several to the one whose folders agree best.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.predictions.base import Owners, PredictionBatch, Unmatched
from visionlens_jlab.formats.predictions.targets import Targets, numbered_classes
from visionlens_jlab.formats.text.decoding import text_lines
from visionlens_jlab.formats.yolo.config import YoloConfig
from visionlens_jlab.formats.yolo.labels import LabelLines
from visionlens_jlab.formats.yolo.lines import Layout, parse_line, split_words
from visionlens_jlab.formats.yolo.task import PEEKED_LINES, line_layout
from visionlens_jlab.media.sources import Source

FILES_PER_BATCH = 2000
NOT_LABELS = frozenset({"classes.txt", "obj.names.txt", "train.txt", "val.txt", "test.txt"})


def read_yolo_text(
    source: Source,
    paths: list[str],
    targets: Targets,
    options: Mapping[str, Any],
    owners: Owners,
) -> Iterator[PredictionBatch]:
    """The predictions in text files. REQUEST_INVALID for an unknown `task`."""
    layout = _layout(source, paths, targets, options)
    for start in range(0, len(paths), FILES_PER_BATCH):
        part = paths[start : start + FILES_PER_BATCH]
        yield _batch(source, part, targets, layout, owners)


def holds_labels(source: Source, path: str) -> bool:
    """Whether the first line that is not blank is a number and four more, as labels are."""
    return next(map(_is_label, _worded(_lines(source, path) or [])), False)


def is_blank(source: Source, path: str) -> bool:
    """Whether there is nothing in a file: what is written for an image without detections."""
    lines = _lines(source, path)
    return lines is not None and not _worded(lines)


def _worded(lines: list[str]) -> list[tuple[int, list[str]]]:
    """(number of the line, its words) where there are some."""
    return [(number, words) for number, text in enumerate(lines, 1) if (words := split_words(text))]


def _is_label(line: tuple[int, list[str]]) -> bool:
    words = line[1]
    try:
        return len([float(word) for word in words[1:5]]) == 4
    except ValueError:
        return False


def _layout(
    source: Source, paths: list[str], targets: Targets, options: Mapping[str, Any]
) -> Layout:
    points = max((known.keypoints for known in targets.classes), default=0)
    config = YoloConfig(
        names=numbered_classes(targets.classes), keypoints=(points, 3) if points else None
    )
    first = (line for path in paths for line in _lines(source, path) or [])
    return line_layout(options, config, islice(first, PEEKED_LINES))


def _batch(
    source: Source, paths: list[str], targets: Targets, layout: Layout, owners: Owners
) -> PredictionBatch:
    batch = PredictionBatch(unmatched=Unmatched(), files=len(paths))
    labels = LabelLines(numbered_classes(targets.classes), batch.issues)
    named = []
    for path in paths:
        lines = _lines(source, path)
        if lines is None:
            message = "The file cannot be read."
            batch.issues.append(Issue("LABEL_FILE_INVALID", "skipped", "label_file", path, message))
            batch.files_skipped += 1
            continue
        worded = _worded(lines)
        image = targets.by_name(posixpath.splitext(path)[0])
        if image < 0 and worded and not any(map(_is_label, worded)):
            message = "Not read: it has the name of no image, and no line of it is a label."
            batch.issues.append(Issue("LABEL_FILE_UNUSED", "skipped", "label_file", path, message))
            batch.files_skipped += 1
            continue
        batch.found += len(worded)
        if image < 0:
            batch.unmatched.add(path, image, len(worded))
            continue
        named.append(image)
        owners.claim(path, np.array([image]))
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
