"""Pascal VOC: one XML file for each image, splits in ImageSets, masks as PNG.

See `voc_layout` (which files), `voc_xml` and `voc_objects` (XML, and the 1-based convention) and
`voc_masks`. Options: `voc_origin` (0 or 1), `parts="annotations"`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np

from visionlens_jlab.core.geometry.shapes import encode
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import (
    AnnotationRows,
    Batch,
    ClassEntry,
    Found,
    ImageRows,
    Issue,
    batch_slices,
    detected,
)
from visionlens_jlab.formats.folder_names import ordered
from visionlens_jlab.formats.listing import is_folder
from visionlens_jlab.formats.mask_reading import Mask, VocMasks, file_of, read
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.voc.images import Stated
from visionlens_jlab.formats.voc.layout import ImageSets, Plan, first_masks, first_xml, make_plan
from visionlens_jlab.formats.voc.masks import LabelMap, merge, read_labelmap
from visionlens_jlab.formats.voc.objects import FLAGS, ObjectReader, VocObject
from visionlens_jlab.formats.voc.xml import VocFile, looks_like_voc, parse_voc
from visionlens_jlab.media.sources import reading


class VocFormat:
    """Pascal VOC XML."""

    name = "voc"
    label = "Pascal VOC"
    description = "One XML file for each image, with splits in ImageSets/Main."

    def detect(self, request: Request) -> Detected | None:
        if request.file or request.labels_file:
            return None
        source = request.label_source
        found = first_xml(source, looks_like_voc)
        masks = first_masks(source) if found is None else None
        if found is None and masks is None:
            return None
        folder = posixpath.dirname(found) if found else str(masks)
        what = "Pascal VOC XML files" if found else "Pascal VOC masks"
        return detected(
            self,
            request,
            f"{folder or source.location} holds {what}.",
            images=request.image_source.location,
            labels=[folder],
            splits=ordered(_splits_beside(request, posixpath.dirname(folder))),
        )

    def read(self, request: Request) -> Iterator[Batch]:
        reader = _Reader(request)
        plan = make_plan(request, reader.stated)
        yield Batch(images_total=len(plan.paths))
        for part in batch_slices(0, len(plan.paths)):
            with reading(request.label_source, list(filter(None, plan.labels[part]))):
                batch = reader.batch(plan, part)
            yield batch
        yield Batch(issues=plan.issues)
        for label, issue in plan.skipped.items():
            yield reader.skipped(label, issue)


def _splits_beside(request: Request, base: str) -> list[str]:
    """The splits, from the folder of lists alone."""
    source = request.label_source
    paths: dict[str, int] = {}
    for kind in ("Main", "Segmentation", ""):
        folder = posixpath.join(base, "ImageSets", kind).rstrip("/")
        if is_folder(source, folder):
            paths |= {entry.path: entry.bytes for entry in source.list(folder)[1]}
    return ImageSets(source, paths).names


def _reader_of_objects(request: Request) -> ObjectReader:
    origin = request.options.get("voc_origin", 0)
    if origin not in (0, 1, "0", "1"):
        message = f"voc_origin is {origin!r}."
        raise VisionLensError("REQUEST_INVALID", message, "Give 0 or 1.")
    return ObjectReader(int(origin), request.options.get("parts") == "annotations")


class _Reader:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._source = request.label_source
        self._objects = _reader_of_objects(request)
        self._known: set[str] = set()
        self._labelmap: LabelMap | None = None

    def stated(self, label: str) -> Stated:
        """What an XML file says of its image."""
        try:
            parsed = self._parse(label)
        except ValueError:
            return Stated()
        return Stated(parsed.filename, parsed.folder, parsed.path)

    def skipped(self, label: str, issue: Issue) -> Batch:
        """A label file without image: its annotations one by one."""
        try:
            count = self._parse(label).count if label.lower().endswith(".xml") else 0
        except ValueError:
            count = 0
        lost = [
            Issue("ANNOTATION_WITHOUT_IMAGE", "skipped", "annotation", item, issue.message)
            for item in (f"{label}: object {number}" for number in range(1, count + 1))
        ]
        return Batch(issues=[issue, *lost], found=Found(label_files=1, annotations=count))

    def batch(self, plan: Plan, part: slice) -> Batch:
        """The next images with their annotations."""
        start = part.start
        paths, labels = plan.paths[part], plan.labels[part]
        files = self._request.files(self._request.image_source)
        batch = Batch(found=Found(images=len(paths)))
        columns = _Columns(batch)
        sizes: list[tuple[int | None, int | None]] = []
        for index, (label, masks) in enumerate(zip(labels, plan.masks[part], strict=True)):
            parsed = self._read(label, start + index, batch) if label else None
            sizes.append((parsed.width, parsed.height) if parsed else (None, None))
            if masks:
                parsed = parsed or VocFile(None, None, None)
                self._add_masks(parsed, masks, start + index, batch)
            if parsed:
                columns.add(parsed, label or next(iter(masks.values())), start + index)
        batch.images = ImageRows(
            root=self._request.image_root,
            paths=paths,
            bytes=[files.get(path) for path in paths],
            splits=plan.splits[part],
            named=[label is not None for label in labels],
            widths=[width for width, _ in sizes],
            heights=[height for _, height in sizes],
        )
        batch.annotations = columns.rows()
        new = [n for n in dict.fromkeys(columns.classes) if n is not None and n not in self._known]
        self._known.update(new)
        batch.classes = [ClassEntry(name) for name in new]
        return batch

    def _parse(self, label: str) -> VocFile:
        """Raises ValueError."""
        try:
            with self._source.open(label) as file:
                return parse_voc(file.read(), self._objects)
        except (VisionLensError, OSError) as error:
            raise ValueError(str(error)) from error

    def _read(self, label: str, image: int, batch: Batch) -> VocFile | None:
        batch.found.label_files += 1
        self._request.note_read(self._source, label)
        try:
            parsed = self._parse(label)
        except ValueError as error:
            _invalid(batch, label, image, error)
            return None
        if parsed.repaired:
            batch.issues.append(
                Issue(
                    "LABEL_FILE_REPAIRED", "repaired", "label_file", label, parsed.repaired, image
                )
            )
        return parsed

    def _add_masks(self, parsed: VocFile, masks: dict[str, str], image: int, batch: Batch) -> None:
        batch.found.label_files += len(masks)
        self._request.note_read(self._source, *masks.values())
        try:
            with ExitStack() as stack:
                files = {
                    kind: file_of(stack.enter_context(self._source.open(path)), stack)
                    for kind, path in masks.items()
                }
                colors = list(self._colors().items())
                found = read(VocMasks(files.get("class"), files.get("object"), colors))
        except (ValueError, VisionLensError, OSError) as error:
            for path in masks.values():
                _invalid(batch, path, image, error)
            return
        _compare_size(parsed, found, next(iter(masks.values())), image, batch)
        parsed.objects = merge(parsed.objects, found)

    def _colors(self) -> LabelMap:
        if self._labelmap is None:
            self._labelmap = {}
            paths = self._request.files(self._source)
            named = [p for p in paths if posixpath.basename(p).lower() == "labelmap.txt"]
            self._request.note_read(self._source, *named[:1])
            for path in named[:1]:
                with self._source.open(path) as file:
                    self._labelmap = read_labelmap(file.read())
        return self._labelmap


def _compare_size(parsed: VocFile, masks: list[Mask], path: str, image: int, batch: Batch) -> None:
    stated = parsed.height, parsed.width
    if masks and None not in stated and masks[0].size != stated:
        height, width = masks[0].size
        message = f"The mask has {width} x {height} pixels, the image {stated[1]} x {stated[0]}."
        batch.issues.append(Issue("MASK_SIZE", "kept", "other", path, message, image))


def _invalid(batch: Batch, label: str, image: int, error: Exception) -> None:
    message = f"The file cannot be parsed: {str(error)[:300]}."
    batch.issues.append(Issue("LABEL_FILE_INVALID", "skipped", "label_file", label, message, image))


class _Columns:
    """The annotations of one batch."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.classes: list[str | None] = []
        self._images: list[int] = []
        self._items: list[str] = []
        self._objects: list[VocObject] = []

    def add(self, file: VocFile, label: str, image: int) -> None:
        """Add a file's objects; what is odd about them is noted."""

        def note(code: str, action: Any, item: str, message: str) -> None:
            issue = Issue(code, action, "annotation", item, message, image)
            self._batch.issues.append(issue)

        self._batch.found.annotations += file.count
        for number, reason in file.invalid:
            note("ANNOTATION_INVALID", "skipped", f"{label}: object {number}", f"{reason}.")
        for number, thing in enumerate(file.objects, 1):
            item = f"{label}: {thing.name} {number}"
            if thing.inverted:
                note("BOX_INVERTED", "repaired", item, "The corners were swapped.")
            if thing.name is None:
                note("CLASS_MISSING", "kept", item, "The object has no name.")
            for code, reason in thing.odd:
                note(code, "kept", item, f"{reason}; left out.")
            self.classes.append(thing.name)
            self._images.append(image)
            self._items.append(item)
            self._objects.append(thing)

    def rows(self) -> AnnotationRows:
        """What was added."""
        objects, items = self._objects, self._items
        flags: dict[str, Any] = {flag: [o.flags.get(flag) for o in objects] for flag in FLAGS}
        return AnnotationRows(
            images=np.array(self._images, dtype=np.int64),
            classes=self.classes,
            kinds=[o.kind for o in objects],
            boxes=np.array([o.box for o in objects], dtype=np.float64).reshape(-1, 4),
            name=items.__getitem__,
            area=np.array([o.area for o in objects], dtype=np.float64),
            geometry=[o.mask or (encode(o.shape) if o.shape else None) for o in objects],
            attributes=[o.attributes_json() for o in objects],
            **flags,
        )
