"""YOLO: one text file for each image, boxes as fractions of its size."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import numpy as np

from visionlens_jlab.models import Detected

from .base import AnnotationRows, Batch, ClassEntry, Found, ImageRows, Issue, detected
from .geometry import encode
from .listing import file_rows, no_images
from .request import Request
from .splits import ordered
from .yolo_layout import (
    NOT_LABELS,
    YoloConfig,
    YoloImages,
    find_images,
    first_labels,
    label_path,
    looks_like_labels,
    read_config,
)
from .yolo_lines import Line, parse_line

PEEKED_FOR_KIND = 50


class YoloFormat:
    """YOLO text files."""

    name = "yolo"
    label = "YOLO"
    description = "One text file for each image: boxes, polygons, oriented boxes or keypoints."

    def detect(self, request: Request) -> Detected | None:
        named = request.file
        if named and not named.lower().endswith((".yaml", ".yml")):
            return None
        config = read_config(request.source, named)
        if request.labels_file:
            return None
        labels = first_labels(request)
        if not config.splits and not looks_like_labels(request.label_source, labels):
            return None
        folder = posixpath.dirname(labels[0]) if labels else ""
        reasons = [f"{config.path} names the splits"] if config.splits else []
        if labels:
            place = folder or request.label_source.location
            reasons.append(f"text files in {place} hold a class number and fractions")
        return detected(
            self,
            request,
            f"{'; '.join(reasons)}.",
            images=request.image_source.location,
            labels=[folder] if labels else [],
            splits=ordered(list(config.splits)),
        )

    def read(self, request: Request) -> Iterator[Batch]:
        config = read_config(request.source, request.file)
        images = find_images(request, config)
        if not images.entries:
            raise no_images(request)
        labels = _pair(request, images)
        orphans = _orphans(request, labels, images)
        reader = _Reader(request, config, _oriented(request, config, labels))
        yield Batch(
            classes=[ClassEntry(name, str(key)) for key, name in sorted(config.names.items())],
            images_total=len(images.entries),
        )
        for start, rows in _rows(request, images, labels):
            yield reader.batch(rows, labels[start : start + len(rows.paths)], start)
        yield Batch(issues=images.issues)
        for path in orphans:
            yield _orphan_batch(request, path)


def _rows(
    request: Request, images: YoloImages, labels: list[str | None]
) -> Iterator[tuple[int, ImageRows]]:
    for start, rows in file_rows(request, images.entries, images.splits, named=False):
        rows.bytes = [None if size == -1 else size for size in rows.bytes]
        rows.named = [label is not None for label in labels[start : start + len(rows.paths)]]
        yield start, rows


def _pair(request: Request, images: YoloImages) -> list[str | None]:
    files = request.files(request.label_source)
    root = None if request.labels is None else ""
    paired: list[str | None] = []
    for entry in images.entries:
        options = label_path(entry.path, root)
        paired.append(next((path for path in options if path in files), None))
    return paired


def _orphans(request: Request, labels: list[str | None], images: YoloImages) -> list[str]:
    used = set(labels)
    folders = {posixpath.dirname(path) for path in labels if path}
    if request.labels is not None:
        folders.add("")
    image_folders = {posixpath.dirname(entry.path) for entry in images.entries}
    own = request.labels is not None
    return [
        path
        for path in request.files(request.label_source)
        if path.lower().endswith(".txt")
        and path not in used
        and posixpath.dirname(path) in folders
        and posixpath.basename(path).lower() not in NOT_LABELS
        and (own or posixpath.dirname(path) not in image_folders or _is_label(request, path))
    ]


def _is_label(request: Request, path: str) -> bool:
    return looks_like_labels(request.label_source, [path])


def _orphan_batch(request: Request, path: str) -> Batch:
    message = "There is no image for the label file."
    lines = _lines(request, path)
    return Batch(
        issues=[
            Issue("LABEL_WITHOUT_IMAGE", "skipped", "label_file", path, message),
            *(
                Issue("ANNOTATION_WITHOUT_IMAGE", "skipped", "annotation", f"{path}:{n}", message)
                for n, _ in lines
            ),
        ],
        found=Found(label_files=1, annotations=len(lines)),
    )


def _oriented(request: Request, config: YoloConfig, labels: list[str | None]) -> bool:
    """Nine numbers in every line mean oriented boxes; polygons would vary in length."""
    task = request.options.get("task")
    if task in ("obb", "segment"):
        return bool(task == "obb")
    if config.keypoints:
        return False
    lengths: set[int] = set()
    for path in [path for path in labels if path][:PEEKED_FOR_KIND]:
        lengths |= {len(line.split()) for _, line in _lines(request, path)}
    return lengths == {9}


def _lines(request: Request, path: str) -> list[tuple[int, str]]:
    with request.label_source.open(path) as file:
        text = file.read().decode("utf-8-sig", "replace")
    return [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]


class _Reader:
    """Reads the label files of one batch of images after another."""

    def __init__(self, request: Request, config: YoloConfig, oriented: bool) -> None:
        self._request = request
        self._config = config
        self._oriented = oriented

    def batch(self, rows: ImageRows, labels: list[str | None], start: int) -> Batch:
        lines: list[Line] = []
        images: list[int] = []
        names: list[str] = []
        batch = Batch(images=rows, found=Found(images=len(rows.paths)))
        for index, path in enumerate(labels):
            image = start + index
            if path is None:
                message = "There is no label file for the image."
                batch.issues.append(
                    Issue(
                        "IMAGE_WITHOUT_LABELS", "kept", "image", rows.paths[index], message, image
                    )
                )
                continue
            batch.found.label_files += 1
            for number, text in _lines(self._request, path):
                batch.found.annotations += 1
                item = f"{path}:{number}"
                line = self._parse(text, item, image, batch.issues)
                if line is not None:
                    lines.append(line)
                    images.append(image)
                    names.append(item)
        batch.annotations = self._columns(lines, images, names, batch.issues)
        return batch

    def _parse(self, text: str, item: str, image: int, issues: list[Issue]) -> Line | None:
        try:
            return parse_line(text, self._config.keypoints, self._oriented)
        except (ValueError, OverflowError) as error:
            issues.append(
                Issue("LABEL_LINE_INVALID", "skipped", "annotation", item, f"{error}.", image)
            )
            return None

    def _columns(
        self, lines: list[Line], images: list[int], names: list[str], issues: list[Issue]
    ) -> AnnotationRows:
        listed = self._config.names
        for line, image, item in zip(lines, images, names, strict=True):
            if listed and line.class_id not in listed:
                message = f"Class {line.class_id} is not in the list of names."
                issues.append(Issue("CLASS_UNKNOWN", "kept", "annotation", item, message, image))
        return AnnotationRows(
            images=np.array(images, dtype=np.int64),
            classes=[listed.get(line.class_id, str(line.class_id)) for line in lines],
            kinds=[line.kind for line in lines],
            boxes=np.array([line.box for line in lines], dtype=np.float64).reshape(-1, 4),
            name=names.__getitem__,
            normalised=True,
            confidence=np.array([line.confidence for line in lines], dtype=np.float64),
            geometry=[_geometry(line) for line in lines],
        )


def _geometry(line: Line) -> bytes | None:
    if line.shape is None:
        return None
    return encode(line.shape if line.kind == "keypoints" else [line.shape])
