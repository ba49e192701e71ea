"""What formats of records share: finding their files and images, batches, and the report."""

from __future__ import annotations

import csv
import json
import logging
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import (
    BATCH_IMAGES,
    Action,
    AnnotationRows,
    Batch,
    ClassEntry,
    ImageRows,
    Issue,
    detected,
)
from visionlens_jlab.formats.fields import build_fields
from visionlens_jlab.formats.folder_names import ordered, split_of_path
from visionlens_jlab.formats.records.image_index import ImageIndex
from visionlens_jlab.formats.records.record import NotMineError, Object, Record
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.survey import survey
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import OUT_OF_REACH, Source, reading

FLAGS = ("difficult", "truncated", "occluded")
OBJECTS = 50_000
"""In one batch."""
NOT_THE_FILE = OUT_OF_REACH | {"PLUGIN_FAILED", "PLUGIN_OFF", "REQUEST_INVALID"}
"""Codes that say nothing of a label file: the ingest ends. REQUEST_INVALID is of an option."""
LARGEST_FILE = 1 << 30
"""Bytes of a label file that is read at once."""
EMPTY_FILE = 4096
"""Bytes of a file that may hold no record; one that is larger is not looked into for that."""
_log = logging.getLogger(__name__)


class RecordFormat:
    """A format whose label files are records of images.

    A subclass says its names, the suffixes of its files, as what `signatures` knows them, and how
    one is parsed.
    """

    name: str
    label: str
    description: str
    suffixes: tuple[str, ...]
    signature: str
    """`Seen.what` of its files."""
    options: tuple[str, ...] = ()
    by_file_name = False
    """Whether a record without a name is of the image that has the label file's name."""
    normalised = False
    """Whether boxes are fractions of the upright image."""
    has_fields = False
    """Whether records have fields of images: then nothing is handed over before all is read, since
    the type of a field follows from all its values."""

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """The records of a file.

        Raises
        ------
        ValueError
            The file cannot be parsed; what was given before stays.
        NotMineError
            It is none of this format.
        """
        raise NotImplementedError

    def records(self, source: Source, path: str, request: Request) -> Iterator[Record]:
        """The same of a file that is opened. OSError too."""
        with source.open(path) as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise ValueError("it is larger than 1 GB")
        yield from self.parse(data, path, request)

    def detect(self, request: Request) -> Detected | None:
        """Where there is a file that seems to be one of this format."""
        source = request.label_source
        named = request.file or request.labels_file
        if named is not None:
            seen = survey(request).named(source, named)
            found = [named] if seen.what == self.signature else []
        else:
            found = [p for p in survey(request).paths(source, self.signature) if self.is_mine(p)]
        if not found:
            return None
        if all(self._is_empty(request, path) for path in found):
            request.empty.add(self.name)
        labels = sorted({posixpath.dirname(path) for path in found}) if len(found) > 1 else found
        return detected(
            self,
            request,
            f"{found[0]} is {self.label}.",
            images=request.image_source.location,
            labels=labels[:20],
            splits=ordered({s for path in found if (s := split_of_path(path))}),
        )

    def _is_empty(self, request: Request, path: str) -> bool:
        """Whether a small file can be read and says nothing of any image."""
        apart = replace(request, notes={}, _read={})  # it may be another format that is taken
        try:
            entry = request.label_source.stat(path)
            if entry is None or entry.bytes > EMPTY_FILE:
                return False
            records = self.records(request.label_source, path, apart)
            return all(one.image is None and not one.issues for one in records)
        except Exception:  # the reading tells what is wrong with it
            return False

    def read(self, request: Request) -> Iterator[Batch]:
        """Every label file, in the order of their paths; then the images that none speaks of."""
        reader = _Reader(self, request)
        yield Batch(images_total=len(reader.own))
        files = self._label_files(request)
        with reading(request.label_source, files):
            for path in files:
                yield from reader.file(path)
        yield from reader.rest()

    def _label_files(self, request: Request) -> list[str]:
        named = request.file or request.labels_file
        if named is not None:
            return [named]
        return sorted(filter(self.is_mine, request.files(request.label_source)))

    def is_mine(self, path: str) -> bool:
        """Whether a label file may have such a name."""
        return path.lower().endswith(self.suffixes) and not is_image(path)


class _Reader:
    """Gathers what the files of one ingest say."""

    def __init__(self, form: RecordFormat, request: Request) -> None:
        self._form = form
        self._request = request
        self._source = request.label_source
        self._sizes = request.files(request.image_source)
        self.own = [entry.path for entry in request.own_images()]
        self._index = ImageIndex(self.own)
        self._ordinals: dict[str, int] = {}
        self._labelled: dict[str, str] = {}
        """The label file of each image that has one of its own."""
        self._unnamed = 0
        self._classes: dict[str, None] = {}
        self._listed: dict[str, ClassEntry] = {}
        self._begin()

    def _begin(self) -> None:
        self._batch = Batch()
        self._images: list[tuple[str, Record]] = []
        self._objects: list[tuple[int, str, Object]] = []

    def file(self, path: str) -> Iterator[Batch]:
        """What one label file says."""
        records, reason = 0, "it names no image"
        try:
            for record in self._form.records(self._source, path, self._request):
                records += 1
                self._add(record, path)
                if not self._form.has_fields and self._is_full():
                    yield self._take()
        except NotMineError:
            if not records:
                return  # the account says what it is
            records, reason = 0, "a part of it is of another format"
        except (ValueError, RecursionError, VisionLensError, OSError, csv.Error) as error:
            if isinstance(error, VisionLensError) and error.code in NOT_THE_FILE:
                raise
            reason = error.message if isinstance(error, VisionLensError) else str(error)
            records = 0
        except Exception:  # a reader's defect must not cost the other files
            _log.exception("The format %s failed to read %s", self._form.name, path)
            records, reason = 0, "its values are of kinds that are not expected"
        self._batch.found.label_files += 1
        self._request.note_read(self._source, path)
        if not records:
            message = f"The file cannot be parsed: {reason[:300]}."
            self._batch.issues.append(
                Issue("LABEL_FILE_INVALID", "skipped", "label_file", path, message)
            )

    def rest(self) -> Iterator[Batch]:
        """Images that no file speaks of."""
        named = self._request.file is not None
        for path in () if named else self.own:
            if path not in self._ordinals:
                ordinal = self._ordinal(path, Record(path, split=split_of_path(path)))
                message = "No label file speaks of the image."
                self._image_issue("IMAGE_WITHOUT_LABELS", path, message, ordinal)
                if not self._form.has_fields and self._is_full():
                    yield self._take()
        if self._form.has_fields:
            yield from self._with_fields()
        yield self._take()

    def _is_full(self) -> bool:
        return len(self._images) >= BATCH_IMAGES or len(self._objects) >= OBJECTS

    def _with_fields(self) -> Iterator[Batch]:
        """All images with their fields, then the objects."""
        records = [record for _, record in self._images]
        names = dict.fromkeys(name for record in records for name in record.fields)
        columns = {name: [record.fields.get(name) for record in records] for name in names}
        paths = [path for path, _ in self._images]
        fields, issues = build_fields(columns, paths.__getitem__)
        issues += self._batch.issues
        self._batch.issues = []
        images, objects = self._images, self._objects
        for start in range(0, len(images), BATCH_IMAGES):
            self._images, self._objects = images[start : start + BATCH_IMAGES], []
            batch = self._take()
            assert batch.images is not None
            batch.images.needs_size = self._form.normalised or any(
                thing.is_fraction for _, _, thing in objects
            )
            batch.images.fields = {
                name: values.slice(start, len(batch.images.paths))
                for name, values in fields.items()
            }
            yield batch
        for fractions in (False, True):
            some = [one for one in objects if one[2].is_fraction == fractions]
            for start in range(0, len(some), OBJECTS):
                self._objects = some[start : start + OBJECTS]
                yield self._take()
        self._batch.issues = issues  # of images that are known now

    def _add(self, record: Record, label: str) -> None:
        self._batch.runs += record.runs
        self._batch.issues += record.issues
        self._batch.found.images += sum(issue.kind == "image" for issue in record.issues)
        self._batch.found.annotations += sum(one.kind == "annotation" for one in record.issues)
        self._listed.update({entry.name: entry for entry in record.classes})
        if record.image is None:
            return
        if not record.image and not self._form.by_file_name:
            self._without_name(record, label)
            return
        found = self._index.find(record.image, label) if record.image else self._index.beside(label)
        if not record.image and len(found) != 1:
            self._without_image(record, label, found)
            return
        if not record.image and self._labelled.setdefault(found[0], label) != label:
            message = f"{self._labelled[found[0]]} has the labels of {found[0]}."
            self._batch.issues.append(
                Issue("LABEL_FILE_UNUSED", "skipped", "label_file", label, message)
            )
            return
        name = found[0] if len(found) == 1 else record.image or label
        record.split = record.split or split_of_path(name) or split_of_path(label)
        ordinal = self._ordinal(name, record)
        if len(found) > 1:
            message = f"{name} may be one of {', '.join(found[:3])}; none is taken."
            self._image_issue("IMAGE_AMBIGUOUS", name, message, ordinal)
        count = len(record.objects) + len(record.invalid)
        self._batch.found.annotations += count
        for reason in record.invalid:
            item = f"{label}: {posixpath.basename(name)}"
            self._odd("ANNOTATION_INVALID", "skipped", item, f"{reason}.", ordinal)
        for position, thing in enumerate(record.objects, 1):
            item = f"{label}: {posixpath.basename(name)}: {thing.class_name} {position}"
            if thing.inverted:
                message = "The corners were swapped."
                self._odd("BOX_INVERTED", "repaired", item, message, ordinal)
            if thing.class_name is None:
                message = "The object has no class."
                self._odd("CLASS_MISSING", "kept", item, message, ordinal)
            self._objects.append((ordinal, item, thing))

    def _without_image(self, record: Record, label: str, found: list[str]) -> None:
        """A label file whose image is not there: it and its objects, one by one."""
        message = "No image has the file's name."
        if found:
            message = f"Its image may be one of {', '.join(found[:3])}; none is taken."
        self._batch.issues.append(
            Issue("LABEL_WITHOUT_IMAGE", "skipped", "label_file", label, message)
        )
        self._objects_skipped(record, label, message)

    def _without_name(self, record: Record, label: str) -> None:
        """An entry of a list that names no image: it and its objects, one by one."""
        self._unnamed += 1
        message = "An entry of the file names no image."
        self._batch.found.images += 1
        item = f"{label}: entry {self._unnamed} without a name"
        self._batch.issues.append(Issue("IMAGE_ENTRY_INVALID", "skipped", "image", item, message))
        self._objects_skipped(record, item, message)

    def _objects_skipped(self, record: Record, label: str, message: str) -> None:
        count = len(record.objects) + len(record.invalid)
        self._batch.found.annotations += count
        self._batch.issues += [
            Issue("ANNOTATION_WITHOUT_IMAGE", "skipped", "annotation", f"{label}: {n}", message)
            for n in range(1, count + 1)
        ]

    def _ordinal(self, path: str, record: Record) -> int:
        known = self._ordinals.get(path)
        if known is None:
            known = self._ordinals[path] = len(self._ordinals)
            self._images.append((path, record))
            self._batch.found.images += 1
        elif record.fields:
            self._images[known][1].fields.update(record.fields)
        return known

    def _image_issue(self, code: str, path: str, message: str, ordinal: int) -> None:
        self._batch.issues.append(Issue(code, "kept", "image", path, message, ordinal))

    def _odd(self, code: str, action: Action, item: str, message: str, ordinal: int) -> None:
        self._batch.issues.append(Issue(code, action, "annotation", item, message, ordinal))

    def _take(self) -> Batch:
        """What was gathered since the last."""
        batch, images, objects = self._batch, self._images, self._objects
        self._begin()
        if images:
            paths = [path for path, _ in images]
            batch.images = ImageRows(
                root=self._request.image_root,
                paths=paths,
                bytes=[self._sizes.get(path) for path in paths],
                splits=[record.split for _, record in images],
                widths=[record.width for _, record in images],
                heights=[record.height for _, record in images],
            )
        if objects:
            batch.annotations = rows_of(objects)
            batch.annotations.normalised = self._form.normalised or objects[0][2].is_fraction
        new = dict.fromkeys([*self._listed, *(thing.class_name for _, _, thing in objects)])
        batch.classes = [
            self._listed.get(name, ClassEntry(name))
            for name in new
            if name is not None and name not in self._classes
        ]
        self._classes.update({entry.name: None for entry in batch.classes})
        return batch


def rows_of(objects: list[tuple[int, str, Object]]) -> AnnotationRows:
    """Objects, each with the ordinal of its image and what the report calls it."""
    things = [thing for _, _, thing in objects]
    items = [item for _, item, _ in objects]
    nowhere = (np.nan,) * 4
    flags: dict[str, Any] = {
        flag: [thing.flags.get(flag) for thing in things]
        for flag in FLAGS
        if any(flag in thing.flags for thing in things)
    }
    named: Callable[[int], str] = items.__getitem__
    sure = [np.nan if thing.confidence is None else thing.confidence for thing in things]
    return AnnotationRows(
        images=np.array([ordinal for ordinal, _, _ in objects], dtype=np.int64),
        classes=[thing.class_name for thing in things],
        kinds=[thing.kind for thing in things],
        boxes=np.array([thing.box or nowhere for thing in things], dtype=np.float64).reshape(-1, 4),
        name=named,
        confidence=np.array(sure, dtype=np.float64),
        area=np.array([np.nan if (a := t.area) is None else a for t in things], dtype=np.float64),
        is_crowd=np.array([thing.is_crowd for thing in things], dtype=bool),
        geometry=[thing.geometry for thing in things],
        attributes=[
            json.dumps(thing.attributes, ensure_ascii=False) if thing.attributes else None
            for thing in things
        ],
        **flags,
    )
