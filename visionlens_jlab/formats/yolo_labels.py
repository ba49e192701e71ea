"""Reads the label files of YOLO images into annotations."""

from __future__ import annotations

import numpy as np

from visionlens_jlab.errors import VisionLensError

from .base import Action, AnnotationRows, Batch, Found, ImageRows, Issue
from .geometry import encode
from .text import text_lines
from .yolo_config import YoloConfig
from .yolo_lines import Layout, Line, parse_line, split_words
from .yolo_places import Place

SHARED = "The label file is that of another image too; both have its labels."


class LabelReader:
    """Reads the label files of one batch of images after another."""

    def __init__(self, config: YoloConfig, layout: Layout, *, normalised: bool) -> None:
        self._names = config.names
        self._layout = layout
        self._normalised = normalised
        self._read: set[tuple[str, str]] = set()

    def batch(self, place: Place, rows: ImageRows, labels: list[str | None], first: int) -> Batch:
        """The images, the first of which has the ordinal `first`, with their annotations."""
        batch = Batch(images=rows, found=Found(images=len(rows.paths)))
        lines = LabelLines(self._names, batch.issues)
        for index, path in enumerate(labels):
            image = first + index
            if path is None:
                _note_unlabelled(batch, rows.paths[index], image)
                continue
            key = place.label_source.location, path
            if key in self._read:
                shared = Issue("LABEL_FILE_SHARED", "kept", "other", path, SHARED, image)
                batch.issues.append(shared)
            else:
                self._read.add(key)
                batch.found.label_files += 1
            batch.found.annotations += self._file(place, path, image, lines, batch.issues)
        batch.annotations = lines.rows(self._normalised)
        return batch

    def _file(
        self, place: Place, path: str, image: int, lines: LabelLines, issues: list[Issue]
    ) -> int:
        """Read one file; the number of labels in it."""
        try:
            with place.label_source.open(path) as file:
                data = file.read()
        except (VisionLensError, OSError) as error:
            message = f"The file cannot be read: {error}."
            issues.append(
                Issue("LABEL_FILE_INVALID", "skipped", "label_file", path, message, image)
            )
            return 0
        found = 0
        for number, text in enumerate(text_lines(data), 1):
            words = split_words(text)
            if not words:
                continue
            found += 1
            item = f"{path}:{number}"
            try:
                line = parse_line(words, self._layout)
            except (ValueError, OverflowError) as error:
                message = f"{str(error)[:200]}."
                issues.append(
                    Issue("LABEL_LINE_INVALID", "skipped", "annotation", item, message, image)
                )
                continue
            lines.add(line, image, item)
        return found


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
