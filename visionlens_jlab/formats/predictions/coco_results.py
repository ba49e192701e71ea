"""COCO results: a list of `{image_id, category_id, score, bbox | segmentation | keypoints}`.

The list may also be a member (`predictions`, `results`, `detections`, `annotations`) of an object.
Where that has `images` and `categories` of its own, its numbers mean these, which are the
dataset's by file name and by name. Else an image is named by its id in the label file, or by its
file name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.coco.annotations import AnnotationColumns, ImageIds
from visionlens_jlab.formats.coco.records import IdMap, annotation_decoder, image_decoder
from visionlens_jlab.formats.predictions.base import PredictionBatch, Unmatched
from visionlens_jlab.formats.predictions.targets import AMBIGUOUS, KnownClasses, Targets
from visionlens_jlab.formats.text.json_records import Decoded, RecordDecoder
from visionlens_jlab.formats.text.json_stream import JsonObjectReader, open_utf8
from visionlens_jlab.media.sources import Source

LISTS = ("predictions", "results", "detections", "annotations")
"""Members that may hold the results; the first of them that there is."""


def read_coco_results(
    source: Source, path: str, targets: Targets, *, renumbered: bool = False
) -> Iterator[PredictionBatch]:
    """The predictions of a results file.

    Parameters
    ----------
    renumbered : bool
        The user has said what the numbers of classes mean; the file's categories do not count.

    Raises
    ------
    VisionLensError
        PREDICTIONS_INVALID where the file holds no list of results or breaks off.
    """
    try:
        file = _File(source, path)
        reader = _Reader(file, targets, renumbered=renumbered)
        if targets.shares_ids and not file.names.exact:
            targets.narrow(_image_ids(file))
        for block in file.blocks():
            yield reader.batch(block)
    except ValueError as error:
        raise VisionLensError(
            "PREDICTIONS_INVALID", f"{path} cannot be read to its end: {error}."
        ) from error
    yield PredictionBatch(issues=reader.about_classes(), files=1)


class _File:
    """Where the results lie in a file, and what it says about its images and categories.

    Attributes
    ----------
    names : IdMap of str
        Image id -> file name, as the file itself lists them.
    categories : list of bytes
        Blocks of its categories.
    member : str or None
        The member that holds the results; None: the file is the list.
    """

    def __init__(self, source: Source, path: str) -> None:
        self.path = path
        self.names: IdMap[str] = IdMap()
        self.categories: list[bytes] = []
        self.member: str | None = None
        self._source = source
        self._offset = 0
        with open_utf8(source.open(path)) as file:
            reader = JsonObjectReader(file)
            if reader.next_byte() != ord("["):
                self._walk(reader)

    def blocks(self) -> Iterator[bytes]:
        """The blocks of the list of results. Raises ValueError where the file breaks off."""
        with open_utf8(self._source.open(self.path)) as file:
            reader = JsonObjectReader(file, self._offset)
            reader.next_byte()
            yield from reader.elements()

    def _walk(self, reader: JsonObjectReader) -> None:
        decoder = image_decoder()
        offsets: dict[str, int] = {}
        for key, offset in reader.members():
            if reader.next_byte() != ord("["):
                continue
            if key in LISTS:
                offsets.setdefault(key, offset)
            elif key == "categories":
                self.categories += reader.elements()
            elif key == "images":
                for block in reader.elements():
                    for record in decoder.decode(block).records:
                        if record.id is not None and (record.file_name or "").strip():
                            self.names.add(record.id, record.file_name)
        self.member = next((key for key in LISTS if key in offsets), None)
        if self.member is None:
            raise ValueError("there is no list of results")
        self._offset = offsets[self.member]


class _Named(msgspec.Struct, gc=False):
    image_id: Any = None


def _image_ids(file: _File) -> set[Any]:
    """The distinct ids of a file's results; those of blocks in an odd shape are left out."""
    found: set[Any] = set()
    decoder = msgspec.json.Decoder(list[_Named])
    for block in file.blocks():
        with suppress(msgspec.DecodeError, UnicodeDecodeError, TypeError):
            found.update(record.image_id for record in decoder.decode(block))
    return found


class _Reader:
    """Turns one block after another into rows."""

    def __init__(self, file: _File, targets: Targets, *, renumbered: bool) -> None:
        self._path = file.path
        self._names = file.names
        self._targets = targets
        self._decoder: RecordDecoder = annotation_decoder()
        self._ordinals: IdMap[int] = IdMap()
        self._ids = ImageIds(self._ordinals, targets.size)
        self._classes = KnownClasses(file.path, targets.classes)
        if not renumbered:
            self._classes.take_numbers(file.categories)
        self._numbers: set[Any] = set()
        self._used: Counter[str | None] = Counter()
        self.count = 0

    def about_classes(self) -> list[Issue]:
        """What is to be said of the classes, once all is read."""
        own = self._classes
        stated = [*own.issues, *own.strangers(self._used)]
        return [*stated, *own.unknown(), *own.shifted(self._numbers)]

    def batch(self, block: bytes) -> PredictionBatch:
        """The results of a block as rows."""
        decoded = self._decoder.decode(block)
        found = len(decoded.records) + len(decoded.invalid)
        decoded, unmatched = self._match(decoded)
        self._numbers.update(
            record.category_id
            for record in decoded.records
            if isinstance(record.category_id, int | float | str)
        )
        for record in decoded.records:
            # An area that is stated is not that of the box or mask beside it.
            record.area = None
            record.iscrowd = None
            if record.id is not None and type(record.id) is not int:
                record.id = None
            if record.keypoints and not record.bbox and len(record.keypoints) % 3 == 0:
                record.bbox = _around(record.keypoints)
        columns = AnnotationColumns(
            self._path, self._decoder.extras, self._ids, self._classes, "results"
        )
        columns.add(decoded, self.count)
        self.count += found
        rows = columns.rows()
        rows.is_crowd = None
        self._used.update(rows.classes)
        return PredictionBatch(
            rows=rows,
            issues=columns.issues,
            unmatched=unmatched,
            named=np.unique(rows.images),
            found=found,
        )

    def _match(self, decoded: Decoded) -> tuple[Decoded, Unmatched]:
        """Find the images; the results of those that are there, and the others."""
        known, unmatched = self._ordinals.exact, Unmatched()
        named = Counter(record.image_id for record in decoded.records)
        for identity, predictions in named.items():
            if identity not in known:
                known[identity] = self._image(identity)
            if known[identity] < 0:
                name = self._names.find(identity)
                unmatched.add(name or str(identity), known[identity], predictions)
        if not unmatched.predictions:
            return decoded, unmatched
        return _kept(
            decoded, [known[record.image_id] >= 0 for record in decoded.records]
        ), unmatched

    def _image(self, identity: Any) -> int:
        """The image of an id: of the name that the file itself gives it, else as labels use it."""
        name = self._names.find(identity)
        if name is None:
            return self._targets.by_id(identity)
        image = self._targets.by_name(name)
        if image == AMBIGUOUS:  # the label file may call one of them so
            other = self._targets.by_id(identity)
            return other if other in self._targets.of_name(name) else image
        return image


def _kept(decoded: Decoded, wanted: list[bool]) -> Decoded:
    """Some records of a block."""
    places = range(len(wanted)) if decoded.positions is None else decoded.positions
    kept = [index for index, keep in enumerate(wanted) if keep]
    return Decoded(
        [decoded.records[index] for index in kept],
        decoded.invalid,
        {new: decoded.dropped[old] for new, old in enumerate(kept) if old in decoded.dropped},
        [places[index] for index in kept],
    )


def _around(points: list[float]) -> tuple[float, ...]:
    """The box around all keypoints, labelled or not, as pycocotools has it for results."""
    xs, ys = points[0::3], points[1::3]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def holds_results(source: Source, path: str) -> bool:
    """Whether a JSON file holds results, and not ground truth or something else."""
    try:
        file = _File(source, path)
        block = next(file.blocks(), b"")
    except ValueError:
        return False
    if file.member is None:
        return not block or b'"image_id"' in block
    return file.member != "annotations" or b'"score"' in block
