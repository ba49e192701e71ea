"""Writes YOLO: `data.yaml`, `images/<split>/` and `labels/<split>/`.

All files of a dataset hold one kind of label, as YOLO trainers ask: keypoints where there are some
(pose), else oriented boxes (obb), else polygons (segment), else boxes (detect); the option `task`
chooses another. Labels of another kind are brought into that form, or become boxes.
"""

from __future__ import annotations

import json
import posixpath
from collections import Counter
from collections.abc import Callable

import msgspec

from visionlens_jlab.core.geometry.outlines import joined, mask_outline, same_way
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import (
    Box,
    Content,
    Label,
    Names,
    Picture,
    SplitFolders,
    Target,
    note_fields,
    note_label,
    note_measures,
    note_rotation,
)
from visionlens_jlab.formats.yolo.lines import Task

SPLITS = ("train", "val", "test", "trainval")
DIGITS = 12
"""Of fractions: a billionth of a pixel."""
_TASKS: tuple[Task, ...] = ("detect", "segment", "obb", "pose")


class YoloWriter:
    """YOLO text files."""

    def write(self, content: Content, target: Target, losses: Losses) -> None:
        """A label file for each image, also for one without labels."""
        task = _task(content)
        keypoints = _keypoints(content) if task == "pose" else 0
        lines = _Lines(content, task, keypoints, losses)
        folders = SplitFolders(content, SPLITS, losses)
        names = Names(losses)
        for picture in content.pictures():
            folder = folders.folder(picture)
            name = names.name(folder, picture)
            target.image(f"images/{folder}{name}", picture)
            stem = posixpath.splitext(name)[0]
            target.text(f"labels/{folder}{stem}.txt", lines.of(picture))
        target.text("data.yaml", _config(content, task, keypoints, folders.used))


def _task(content: Content) -> Task:
    stated = content.options.get("task")
    if stated is not None and stated not in _TASKS:
        message = f"YOLO has no task {stated!r}."
        raise VisionLensError("REQUEST_INVALID", message, f"Name one of {', '.join(_TASKS)}.")
    for kinds, task in (
        ({"keypoints"}, "pose"),
        ({"polygon", "mask"}, "segment"),
        ({"oriented_box"}, "obb"),
    ):
        if stated is None and kinds & content.kinds:
            stated = task
    return stated or "detect"


def _keypoints(content: Content) -> int:
    """The number of keypoints that most labels have: all must have one number."""
    counts = Counter(
        len(msgspec.json.decode(label.geometry)) // 3
        for picture in content.pictures()
        for label in picture.labels
        if label.kind == "keypoints" and label.geometry is not None
    )
    return counts.most_common(1)[0][0] if counts else 1


def _config(content: Content, task: Task, keypoints: int, splits: list[str]) -> str:
    lines = [f"{split}: images/{split}" for split in splits]
    lines += [f"task: {task}"]
    if task == "pose":
        lines.append(f"kpt_shape: [{keypoints}, 3]")
    lines += [f"nc: {len(content.classes)}", "names:" if content.classes else "names: {}"]
    for number, entry in enumerate(content.classes):
        lines.append(f"  {number}: {_quoted(entry.name)}")
    named = {
        number: entry.keypoints
        for number, entry in enumerate(content.classes)
        if task == "pose" and entry.keypoints and len(entry.keypoints) == keypoints
    }
    if named:
        lines.append("kpt_names:")
        lines += [
            f"  {number}: [{', '.join(map(_quoted, points))}]" for number, points in named.items()
        ]
    return "".join(f"{line}\n" for line in lines)


def _quoted(text: str) -> str:
    """A YAML scalar: JSON strings are."""
    return json.dumps(text, ensure_ascii=True)


class _Lines:
    """Label files of one task."""

    def __init__(self, content: Content, task: Task, keypoints: int, losses: Losses) -> None:
        self._numbers = {entry.name: number for number, entry in enumerate(content.classes)}
        self._task = task
        self._keypoints = keypoints
        self._confidence = content.is_run
        self._losses = losses
        for entry in content.classes:
            if entry.name != entry.name.strip():
                losses.add("TEXT_CHANGED", entry.name)

    def of(self, picture: Picture) -> str:
        """The text of an image's label file."""
        losses = self._losses
        note_fields(picture, losses)
        note_rotation(picture, losses)
        if picture.labels and not (picture.width and picture.height):
            losses.add("IMAGE_WITHOUT_SIZE", picture.path, len(picture.labels))
            return ""
        lines = []
        for label in picture.labels:
            numbers = self._numbers_of(label, picture)
            if numbers is not None:
                note_label(label, losses)
                self._note(label)
                lines.append(" ".join([str(self._numbers[label.class_name or ""]), *numbers]))
        return "".join(f"{line}\n" for line in lines)

    def _numbers_of(self, label: Label, picture: Picture) -> list[str] | None:
        losses = self._losses
        if label.class_name is None:
            losses.add("CLASS_MISSING", label.item)
        elif label.kind == "classification" or (label.box is None and label.geometry is None):
            losses.add("ANNOTATION_LEFT_OUT", f"{label.kind} {label.class_name}")
        elif label.is_crowd:
            losses.add("CROWD_LEFT_OUT", label.item)
        else:
            return self._shaped(label, float(picture.width or 1), float(picture.height or 1))
        return None

    def _shaped(self, label: Label, width: float, height: float) -> list[str] | None:
        def scaled(points: list[float]) -> list[str]:
            return [
                _text(value / (height if index % 2 else width))
                for index, value in enumerate(points)
            ]

        make: dict[Task, Callable[[Label], list[float] | None]] = {
            "segment": self._outline,
            "obb": self._corners,
        }
        if self._task in make:
            ring = make[self._task](label)
            numbers = None if ring is None else scaled(ring)
            note_measures(label, None if ring is None else [ring], self._losses)
        else:
            numbers = self._boxed(label, scaled)
            note_measures(label, None, self._losses)
        if numbers is None:
            self._losses.add("ANNOTATION_LEFT_OUT", label.item)
        elif self._confidence and label.confidence is not None:
            numbers.append(_text(label.confidence))
        return numbers

    def _boxed(self, label: Label, scaled: Callable[[list[float]], list[str]]) -> list[str] | None:
        if label.box is None:
            return None
        x, y, w, h = label.box
        numbers = scaled([x + w / 2, y + h / 2, w, h])
        points: list[float] = []
        if label.kind == "keypoints" and label.geometry is not None:
            points = msgspec.json.decode(label.geometry)
        if self._task != "pose" or len(points) != 3 * self._keypoints:
            if label.kind != "box":
                code = "KEYPOINTS_LOST" if label.kind == "keypoints" else "SHAPE_LOST"
                self._losses.add(code, label.item)
            points = [0.0] * (3 * self._keypoints)
        if self._task == "pose":
            for index in range(0, len(points), 3):
                numbers += [*scaled(points[index : index + 2]), _text(points[index + 2])]
        return numbers

    def _outline(self, label: Label) -> list[float] | None:
        geometry, losses = label.geometry, self._losses
        if label.kind == "mask" and geometry is not None:
            ring = mask_outline(geometry)
            if ring is not None:
                losses.add("MASK_AS_OUTLINE", label.item)
                return ring
        elif label.kind in ("polygon", "oriented_box") and geometry is not None:
            parts: list[list[float]] = msgspec.json.decode(geometry)
            if label.kind == "oriented_box":
                losses.add("KIND_CHANGED", label.item)
            if len(parts) == 1:
                return parts[0]
            losses.add("PARTS_JOINED", label.item)
            return joined(same_way(parts))
        if label.box is None:
            return None
        lost = {"box": "BOX_AS_OUTLINE", "keypoints": "KEYPOINTS_LOST"}
        losses.add(lost.get(label.kind, "SHAPE_LOST"), label.item)
        return _rectangle(label.box)

    def _corners(self, label: Label) -> list[float] | None:
        if label.kind == "oriented_box" and label.geometry is not None:
            parts: list[list[float]] = msgspec.json.decode(label.geometry)
            if len(parts[0]) == 8:
                return parts[0]
        if label.box is None:
            return None
        lost = {"box": "BOX_AS_OUTLINE", "keypoints": "KEYPOINTS_LOST"}
        self._losses.add(lost.get(label.kind, "SHAPE_LOST"), label.item)
        return _rectangle(label.box)

    def _note(self, label: Label) -> None:
        losses = self._losses
        if label.attributes:
            for name in msgspec.json.decode(label.attributes):
                losses.add("ATTRIBUTE_LOST", name)
        for flag in label.flags:
            losses.add("FLAG_LOST", flag)
        if label.confidence is not None and not self._confidence:
            losses.add("CONFIDENCE_LOST", label.item)


def _rectangle(box: Box) -> list[float]:
    x, y, w, h = box
    return [x, y, x + w, y, x + w, y + h, x, y + h]


def _text(value: float) -> str:
    rounded = round(value, DIGITS)
    return f"{int(rounded)}" if rounded == int(rounded) else repr(rounded)
