"""Reads the label files of YOLO images into annotations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from visionlens_jlab.core.geometry.shapes import encode
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Action, AnnotationRows, Batch, Found, ImageRows, Issue
from visionlens_jlab.formats.text.decoding import stream_lines
from visionlens_jlab.formats.yolo.config import YoloConfig
from visionlens_jlab.formats.yolo.lines import Layout, Line, parse_line, split_words
from visionlens_jlab.formats.yolo.places import Place

BATCH_LINES = 50_000
"""Labels in one batch, and items about them."""
SHARED = "The label file is that of another image too; both have its labels."


class LabelReader:
    """Reads the label files of one batch of images after another."""

    def __init__(self, config: YoloConfig, layout: Layout, *, normalised: bool) -> None:
        self._names = config.names
        self._layout = layout
        self._normalised = normalised
        self._read: set[tuple[str, str]] = set()

    def batches(
        self, place: Place, rows: ImageRows, labels: list[str | None], first: int
    ) -> Iterator[Batch]:
        """The images, the first of which has the ordinal `first`, with their annotations.

        Where these are many, further batches hold them: what is in memory has a bound.
        """
        batch = Batch(images=rows, found=Found(images=len(rows.paths)))
        lines = LabelLines(self._names, batch.issues)
        for index, path in enumerate(labels):
            image = first + index
            if path is None:
                _note_unlabelled(batch, rows.paths[index], image)
                continue
            self._count(place, path, image, batch)
            try:
                for item, words in _labels(place, path):
                    batch.found.annotations += 1
                    self._add(words, image, item, lines, batch)
                    if len(lines) + len(batch.issues) >= BATCH_LINES:
                        batch.annotations = lines.rows(self._normalised)
                        yield batch
                        batch = Batch()
                        lines = LabelLines(self._names, batch.issues)
            except (VisionLensError, OSError) as error:
                message = f"The file cannot be read: {error}."
                issue = Issue("LABEL_FILE_INVALID", "skipped", "label_file", path, message, image)
                batch.issues.append(issue)
        batch.annotations = lines.rows(self._normalised)
        yield batch

    def _count(self, place: Place, path: str, image: int, batch: Batch) -> None:
        """Count a label file once, whatever number of images has it."""
        key = place.label_source.location, path
        if key in self._read:
            shared = Issue("LABEL_FILE_SHARED", "kept", "other", path, SHARED, image)
            batch.issues.append(shared)
        else:
            self._read.add(key)
            batch.found.label_files += 1

    def _add(
        self, words: list[str], image: int, item: str, lines: LabelLines, batch: Batch
    ) -> None:
        try:
            line = parse_line(words, self._layout)
        except (ValueError, OverflowError) as error:
            message = f"{str(error)[:200]}."
            issue = Issue("LABEL_LINE_INVALID", "skipped", "annotation", item, message, image)
            batch.issues.append(issue)
            return
        lines.add(line, image, item)


def _labels(place: Place, path: str) -> Iterator[tuple[str, list[str]]]:
    """Each label of a file: what the report calls it, and its words."""
    with place.label_source.open(path) as file:
        for number, text in enumerate(stream_lines(file), 1):
            words = split_words(text)
            if words:
                yield f"{path}:{number}", words


def _note_unlabelled(batch: Batch, path: str, image: int) -> None:
    message = "There is no label file for the image."
    batch.issues.append(Issue("IMAGE_WITHOUT_LABELS", "kept", "image", path, message, image))


class LabelLines:
    """The labels of one batch."""

    def __init__(self, names: dict[int, str], issues: list[Issue]) -> None:
        self._names = names
        self._issues = issues
        self._lines: list[Line] = []
        self._images: list[int] = []
        self._items: list[str] = []

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, line: Line, image: int, item: str) -> None:
        """Add a label; what is odd about it is noted."""
        self._lines.append(line)
        self._images.append(image)
        self._items.append(item)

        def note(code: str, action: Action, message: str) -> None:
            self._issues.append(Issue(code, action, "annotation", item, message, image))

        if line.class_id < 0 or (self._names and line.class_id not in self._names):
            note("CLASS_UNKNOWN", "kept", f"Class {line.class_id} is not in the list of names.")
        if line.extra:
            note("LABEL_LINE_EXTRA", "repaired", f"Left out: {line.extra[:200]}.")
        if line.inverted:
            note("BOX_INVERTED", "repaired", "Width or height was negative; the sign was dropped.")

    def rows(self, normalised: bool) -> AnnotationRows:
        lines, names = self._lines, self._names
        items = self._items
        return AnnotationRows(
            images=np.array(self._images, dtype=np.int64),
            classes=[names.get(line.class_id) or str(line.class_id) for line in lines],
            kinds=[line.kind for line in lines],
            boxes=np.array([line.box for line in lines], dtype=np.float64).reshape(-1, 4),
            name=items.__getitem__,
            normalised=normalised,
            confidence=np.array([line.confidence for line in lines], dtype=np.float64),
            area=np.array([line.area for line in lines], dtype=np.float64),
            geometry=[_geometry(line) for line in lines],
            attributes=[
                None if line.track is None else f'{{"track": {line.track}}}' for line in lines
            ],
        )


def _geometry(line: Line) -> bytes | None:
    if line.shape is None:
        return None
    return encode(line.shape if line.kind == "keypoints" else [line.shape])
