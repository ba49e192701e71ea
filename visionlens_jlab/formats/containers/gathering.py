"""From images in files to batches: fields have one type, so the first waits for the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.system.arrow_columns import texts
from visionlens_jlab.formats.base import (
    BATCH_IMAGES,
    Action,
    AnnotationRows,
    Batch,
    ClassEntry,
    Found,
    ImageRows,
    Issue,
    Kind,
)
from visionlens_jlab.formats.containers.item import Item, Said
from visionlens_jlab.formats.fields import build_fields
from visionlens_jlab.formats.records.format import rows_of
from visionlens_jlab.formats.records.record import Object

ANNOTATIONS_AT_ONCE = 20_000


class Gathering:
    """The images of one read; boxes become arrays as they come."""

    def __init__(self, root: str, tick: Callable[[int], None]) -> None:
        self._root = root
        self._tick = tick
        self._ordinals: dict[str, int] = {}
        self._items: list[Item] = []
        self._fields: dict[str, list[Any]] = {}
        self._objects: dict[bool, list[tuple[int, str, Object]]] = {False: [], True: []}
        self._rows: list[AnnotationRows] = []
        self._said: list[Said] = []
        self._found = Found()

    @property
    def images(self) -> int:
        """How many there are so far."""
        return len(self._items)

    def say(self, said: Said) -> None:
        """Something odd, for the report; what is skipped counts as found."""
        self._said.append(said)
        if said.action == "skipped":
            self._found.images += said.kind == "image"
            self._found.annotations += said.kind == "annotation"
            self._found.label_files += said.kind == "label_file"

    def count_file(self) -> None:
        """One more file was read."""
        self._found.label_files += 1

    def add(self, item: Item) -> None:
        """One more image."""
        record, ordinal = item.record, len(self._items)
        path = item.path
        if path in self._ordinals:
            message = "The file holds two images of this name; the first counts."
            self.say(Said("DUPLICATE_IMAGE", "skipped", "image", path, message))
            for number in range(1, len(record.objects) + len(record.invalid) + 1):
                name = f"{path}: {number}"
                self.say(Said("ANNOTATION_WITHOUT_IMAGE", "skipped", "annotation", name, message))
            return
        self._ordinals[path] = ordinal
        self._found.images += 1
        for reason in record.invalid:
            self.say(Said("ANNOTATION_INVALID", "skipped", "annotation", path, f"{reason}.", path))
        for number, thing in enumerate(record.objects, 1):
            name = f"{path}: {thing.class_name or thing.kind} {number}"
            if thing.inverted:
                message = "The corners were swapped."
                self.say(Said("BOX_INVERTED", "repaired", "annotation", name, message, path))
            if thing.class_name is None:
                message = "The object has no class."
                self.say(Said("CLASS_MISSING", "kept", "annotation", name, message, path))
            self._objects[item.normalised].append((ordinal, name, thing))
        self._found.annotations += len(record.objects)
        record.objects = []
        for key, value in item.fields.items():
            column = self._fields.setdefault(key, [])
            column += [None] * (ordinal - len(column))
            column.append(value)
        item.fields = {}
        self._items.append(item)
        for normalised in (False, True):
            if len(self._objects[normalised]) >= ANNOTATIONS_AT_ONCE:
                self._close_rows(normalised)
        if len(self._items) % BATCH_IMAGES == 0:
            self._tick(len(self._items))

    def batches(self, classes: list[ClassEntry]) -> Iterator[Batch]:
        """Images, then annotations, then what is odd."""
        self._close_rows(False)
        self._close_rows(True)
        columns = {name: _filled(column, self.images) for name, column in self._fields.items()}
        fields, odd = build_fields(columns, lambda index: self._items[index].path)
        for name in ("source_id", "group"):
            column = [getattr(item, name) for item in self._items]
            if any(value is not None for value in column):
                fields[name] = texts(column)
        yield Batch(classes=classes, images_total=self.images)
        for start in range(0, self.images, BATCH_IMAGES):
            yield Batch(images=self._images(start, fields), images_total=self.images)
        for rows in self._rows:
            yield Batch(annotations=rows)
        issues = [
            Issue(*_told(one), None if one.image is None else self._ordinals.get(one.image))
            for one in self._said
        ]
        yield Batch(issues=[*odd, *issues], found=self._found)

    def _images(self, start: int, fields: dict[str, pa.Array]) -> ImageRows:
        items = self._items[start : start + BATCH_IMAGES]
        return ImageRows(
            root=self._root,
            paths=[item.path for item in items],
            bytes=[item.bytes for item in items],
            splits=[item.record.split for item in items],
            widths=[item.record.width for item in items],
            heights=[item.record.height for item in items],
            fields={name: column.slice(start, len(items)) for name, column in fields.items()},
        )

    def _close_rows(self, normalised: bool) -> None:
        objects = self._objects[normalised]
        if objects:
            rows = rows_of(objects)
            rows.normalised = normalised
            rows.images = np.asarray(rows.images)
            self._rows.append(rows)
            self._objects[normalised] = []


def _filled(column: list[Any], count: int) -> list[Any]:
    return [*column, *[None] * (count - len(column))]


def _told(said: Said) -> tuple[str, Action, Kind, str, str]:
    return said.code, said.action, said.kind, said.item, said.message
