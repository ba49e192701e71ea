"""COCO JSON: boxes, polygons, crowd masks, keypoints; one file or several, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from visionlens_jlab.core.system.arrow_columns import texts
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import (
    BATCH_IMAGES,
    Batch,
    ClassEntry,
    Found,
    ImageRows,
    Issue,
    detected,
)
from visionlens_jlab.formats.coco.annotations import AnnotationColumns, ImageIds
from visionlens_jlab.formats.coco.bare import BareAnnotations
from visionlens_jlab.formats.coco.classes import CocoClasses
from visionlens_jlab.formats.coco.ids import SeenIds
from visionlens_jlab.formats.coco.images import CocoImages
from visionlens_jlab.formats.coco.layout import CocoFiles, LabelFile, find_files
from visionlens_jlab.formats.coco.panoptic import PanopticMasks
from visionlens_jlab.formats.coco.records import Sections, annotation_decoder
from visionlens_jlab.formats.fields import build_fields
from visionlens_jlab.formats.listing import no_images
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.splits import ordered
from visionlens_jlab.formats.text.decoding import some
from visionlens_jlab.formats.text.json_records import RecordDecoder
from visionlens_jlab.formats.text.json_stream import open_utf8


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
        images = CocoImages(request.files(request.image_source))
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
    for start in range(0, total, BATCH_IMAGES):
        part = slice(start, start + BATCH_IMAGES)
        paths = images.paths[part]
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
