"""COCO JSON: boxes, polygons, crowd masks, keypoints, panoptic segments; streamed.

There may be one file or several. The segments of a panoptic image lie in one PNG, in colours that
are their ids, in the folder named like the JSON file or beside it; an annotation with
`segments_info` becomes one annotation for each, with its mask.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, BinaryIO

import msgspec

from visionlens_jlab.core.system.arrow_columns import texts
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats import mask_reading
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
from visionlens_jlab.formats.coco.annotations import AnnotationColumns, ImageIds
from visionlens_jlab.formats.coco.images import CocoImages
from visionlens_jlab.formats.coco.layout import (
    CocoFiles,
    LabelFile,
    find_files,
    follow_addresses,
    lists_any,
)
from visionlens_jlab.formats.coco.records import CocoClasses, Sections, SeenIds, annotation_decoder
from visionlens_jlab.formats.fields import build_fields
from visionlens_jlab.formats.folder_names import ordered
from visionlens_jlab.formats.listing import is_file, is_folder, no_images
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.text.decoding import some
from visionlens_jlab.formats.text.json_records import RecordDecoder
from visionlens_jlab.formats.text.json_stream import open_utf8


class BareAnnotations:
    """Notes them for one item each in the report, however many a file holds.

    Parameters
    ----------
    file : str
        Name of the label file.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._shaped = False
        self._unnamed: list[str] = []
        self._shapeless: list[str] = []

    def add(self, rows: AnnotationRows) -> None:
        """Note the annotations of a block; captions need neither category nor shape."""
        if None not in rows.classes and "classification" not in rows.kinds:
            self._shaped = True
            return
        attributes = rows.attributes or [None] * len(rows.kinds)
        for index, (name, kind) in enumerate(zip(rows.classes, rows.kinds, strict=True)):
            bare = kind == "classification"
            self._shaped |= not bare
            told = attributes[index] or ""
            if '"caption"' in told:
                continue
            if name is None and '"category_id"' not in told:  # what cannot be read is told apart
                self._unnamed.append(rows.name(index))
            if bare:
                self._shapeless.append(rows.name(index))

    def issues(self) -> list[Issue]:
        """An item for those without category, and one for those without shape among others."""
        told = []
        if self._unnamed:
            message = f"{len(self._unnamed)} annotations state no category; kept without class: "
            told.append(("CLASS_MISSING", message + some(self._unnamed)))
        if self._shapeless and self._shaped:
            message = f"{len(self._shapeless)} annotations have neither box nor shape, others do; "
            message += "kept as labels of the whole image: "
            told.append(("SHAPE_MISSING", message + some(self._shapeless)))
        return [Issue(code, "kept", "other", self._file, f"{text}.") for code, text in told]


class PanopticMasks:
    """Turns blocks of panoptic annotations into blocks of annotations with masks.

    Parameters
    ----------
    request : Request
    path : str
        The JSON file.
    """

    def __init__(self, request: Request, path: str) -> None:
        self._request = request
        self._source = request.label_source
        self._path = path
        self._stem = posixpath.splitext(path)[0]
        self.files = 0
        """PNG files that were read."""

    @property
    def folder(self) -> str | None:
        """The folder of PNG files named like the JSON file; None: there is none."""
        return self._stem if is_folder(self._source, self._stem) else None

    def expand(self, block: bytes) -> tuple[bytes, list[Issue]]:
        """A block in which each segment is an annotation, and what is odd about the PNG files."""
        if b'"segments_info"' not in block:
            return block, []
        issues: list[Issue] = []
        expanded: list[Any] = []
        for element in msgspec.json.decode(block):
            segments = element.get("segments_info") if isinstance(element, dict) else None
            if isinstance(segments, list):
                expanded += self._segments(element, segments, issues)
            else:
                expanded.append(element)
        return msgspec.json.encode(expanded), issues

    def _segments(
        self, element: dict[str, Any], segments: list[Any], issues: list[Issue]
    ) -> list[Any]:
        name = element.get("file_name")
        try:
            runs = self._read(name, [n for s in segments if (n := _number(s)) is not None])
        except (VisionLensError, OSError, ValueError) as error:
            runs = None
            message = f"It cannot be read: {error}; the boxes of {len(segments)} segments are kept."
            item = f"{self._path}: {name}"
            issues.append(Issue("SEGMENTS_MISSING", "kept", "other", item, message))
        image = element.get("image_id")
        made: list[Any] = []
        absent: list[Any] = []
        for segment in segments:
            if not isinstance(segment, dict):
                made.append(segment)
                continue
            number = segment.get("id")
            one = {**segment, "image_id": image, "id": f"{image}/{number}"}
            if runs is not None:
                mask = runs.get(_number(segment))
                if mask is None:
                    absent.append(number)
                else:
                    one["segmentation"] = msgspec.Raw(mask)
            made.append(one)
        if absent:
            message = f"It has no pixel of the segments {', '.join(map(str, absent[:10]))}; their "
            message += "boxes are kept."
            item = f"{self._path}: {name}"
            issues.append(Issue("SEGMENTS_MISSING", "kept", "other", item, message))
        return made

    def _read(self, name: Any, numbers: list[int]) -> dict[int | None, bytes]:
        """Run lengths by the segment's number. Raises ValueError, OSError, VisionLensError."""
        if not isinstance(name, str) or not name:
            raise ValueError("no file is named")
        for folder in (self._stem, posixpath.dirname(self._path)):
            path = posixpath.normpath(posixpath.join(folder, name))
            if is_file(self._source, path):
                break
        else:
            raise ValueError("it is not there")
        with ExitStack() as stack:
            file = stack.enter_context(self._source.open(path))
            task = mask_reading.Segments(mask_reading.file_of(file, stack), numbers)
            found = mask_reading.read(task)
        self.files += 1
        self._request.note_read(self._source, path)
        return {int(mask.name or 0): mask.runs for mask in found}


def _number(segment: Any) -> int | None:
    """What its pixels are; None: it names no colour."""
    number = segment.get("id") if isinstance(segment, dict) else None
    return number if type(number) is int and 0 <= number < 1 << 24 else None


class CocoFormat:
    """COCO JSON."""

    name = "coco"
    label = "COCO JSON"
    description = "Boxes, polygons, crowd masks and keypoints in JSON files beside the images."
    options: tuple[str, ...] = ()

    def detect(self, request: Request) -> Detected | None:
        files = find_files(request)
        if not files.used:
            return None
        if not any(lists_any(request.label_source, file.path) for file in files.used):
            request.empty.add(self.name)
        names = ", ".join(file.path for file in files.used[:3])
        more = f" and {len(files.used) - 3} more" if len(files.used) > 3 else ""
        return detected(
            self,
            request,
            f"COCO images and annotations in {names}{more}.",
            images=request.image_source.location,
            labels=[file.path for file in files.used],
            splits=ordered([file.split for file in files.used if file.split]),
        )

    def read(self, request: Request) -> Iterator[Batch]:
        files = find_files(request)
        if not files.used:
            raise VisionLensError(
                "LABELS_INVALID", f"There is no COCO ground truth in {request.address}."
            )
        try:
            yield from self._read(request, files)
        except RecursionError as error:
            raise _broken(files.used[0], ValueError("its lists are nested too deeply")) from error

    def _read(self, request: Request, files: CocoFiles) -> Iterator[Batch]:
        yield Batch(issues=[_unused(path) for path in files.unused])
        yield Batch(issues=follow_addresses(request, files.used))
        files_there = request.files(request.image_source)
        images = CocoImages(files_there, request.image_source.location)
        parts = [part for file in files.used if (part := _open_part(request, file, images))]
        yield Batch(
            found=Found(label_files=len(files.used) + len(files.unused)),
            classes=_classes(parts),
            issues=[issue for part in parts for issue in part.classes.issues],
        )
        yield from _image_batches(request, images)
        for part in parts:
            yield from part.annotations()


class _Part:
    """One label file: its categories, and the way back to its annotations."""

    def __init__(self, request: Request, file: LabelFile, images: CocoImages) -> None:
        self.file = file
        self.classes = CocoClasses(file.path)
        self._all_images = images
        self._masks = PanopticMasks(request, file.path)
        request.note_read(request.label_source, file.path)

        def open_file() -> BinaryIO:
            return open_utf8(request.label_source.open(file.path))

        self._sections = Sections(open_file)
        apart = request.labels is not None or request.images is not None
        if not apart and self._masks.folder:
            images.passed_over.add(self._masks.folder)
        self._images = images.begin(file.path, "" if apart else file.path, file.split)
        self._sections.read(
            {
                "categories": self.classes.add,
                "licenses": self._images.add_licenses,
                "images": self._images.add,
            },
            last="annotations",
        )
        self._images.finish()

    def annotations(self) -> Iterator[Batch]:
        """Batches of annotations. Raises LABELS_INVALID where the file breaks off."""
        decoder = annotation_decoder()
        ids = ImageIds(self._images.ordinals, self._all_images.stated_size)
        seen, bare = SeenIds(), BareAnnotations(self.file.path)
        count = 0
        try:
            for stated in self._sections.blocks():
                block, odd = self._masks.expand(stated)
                decoded = decoder.decode(block)
                columns = AnnotationColumns(self.file.path, decoder.extras, ids, self.classes)
                columns.add(decoded, count)
                seen.add([record.id for record in decoded.records])
                found = len(decoded.records) + len(decoded.invalid)
                count += found
                rows = columns.rows()
                bare.add(rows)
                yield Batch(
                    annotations=rows, issues=columns.issues + odd, found=Found(annotations=found)
                )
        except ValueError as error:
            raise _broken(self.file, error) from error
        issues = [*self.classes.unknown(), *self._odd_text(decoder), *self._again(seen)]
        issues += bare.issues()
        files = Found(label_files=self._masks.files)
        yield Batch(issues=issues + self._repeated(), found=files)

    def _repeated(self) -> list[Issue]:
        return [
            Issue(
                *("SECTION_REPEATED", "skipped", "other", f"{self.file.path}: {key}"),
                "The file has this list again; only the first one was read.",
            )
            for key in sorted(self._sections.repeated)
        ]

    def _odd_text(self, decoder: RecordDecoder) -> list[Issue]:
        if not (decoder.recoded or self._images.recoded or self.classes.recoded):
            return []
        message = "The file is not in UTF-8; what is not was read as Windows-1252."
        return [Issue("ENCODING_REPAIRED", "repaired", "other", self.file.path, message)]

    def _again(self, seen: SeenIds) -> list[Issue]:
        again, ids = seen.repeated()
        if not again:
            return []
        message = f"{again} annotations have the id of another one: {some(ids)}; all are kept."
        return [Issue("DUPLICATE_ID", "kept", "other", self.file.path, message)]


def _open_part(request: Request, file: LabelFile, images: CocoImages) -> _Part | None:
    try:
        return _Part(request, file, images)
    except ValueError as error:
        raise _broken(file, error) from error


def _broken(file: LabelFile, error: Exception) -> VisionLensError:
    return VisionLensError("LABELS_INVALID", f"{file.path} cannot be read to its end: {error}.")


def _unused(path: str) -> Issue:
    message = "Not read: the instances file beside it describes the same images."
    return Issue("LABEL_FILE_UNUSED", "skipped", "label_file", path, message)


def _classes(parts: list[_Part]) -> list[ClassEntry]:
    return list(
        {entry.name: entry for part in reversed(parts) for entry in part.classes.entries}.values()
    )


def _image_batches(request: Request, images: CocoImages) -> Iterator[Batch]:
    images.add_unlisted()
    if not images.paths:
        raise no_images(request)
    fields, issues = build_fields(images.fields, images.paths.__getitem__)
    if "source_id" in fields:  # the file's own member of that name
        fields["source_id_"] = fields["source_id"]
    fields["source_id"] = texts(images.ids)
    total = len(images.paths)
    for part in batch_slices(0, total):
        start, paths = part.start, images.paths[part]
        yield Batch(
            images=ImageRows(
                root=request.image_root,
                paths=paths,
                bytes=[images.files.get(path) for path in paths],
                splits=images.splits[part],
                named=[ordinal < images.listed for ordinal in range(start, start + len(paths))],
                widths=images.widths[part],
                heights=images.heights[part],
                fields={name: values.slice(start, len(paths)) for name, values in fields.items()},
            ),
            found=Found(images=len(paths)),
            images_total=total,
        )
    yield Batch(issues=images.issues + issues, found=Found(images=images.invalid))
    images.forget_names()
