"""COCO results: a list of `{image_id, category_id, score, bbox | segmentation | keypoints}`.

The list may also be a member (`annotations`, `predictions`, `results`, `detections`) of an
object. An image is named by its id in the label file, else by its file name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.coco_annotations import AnnotationColumns, ImageIds
from visionlens_jlab.formats.coco_ids import IdMap
from visionlens_jlab.formats.coco_records import annotation_decoder
from visionlens_jlab.formats.json_records import Decoded, RecordDecoder
from visionlens_jlab.formats.json_stream import JsonObjectReader, open_utf8
from visionlens_jlab.media.sources import Source

from .base import PredictionBatch, Unmatched
from .targets import KnownClasses, Targets

LISTS = ("annotations", "predictions", "results", "detections")


def read_coco_results(source: Source, path: str, targets: Targets) -> Iterator[PredictionBatch]:
    """The predictions of a results file.

    Raises
    ------
    VisionLensError
        PREDICTIONS_INVALID where the file holds no list of results or breaks off.
    """
    reader = _Reader(path, targets)
    try:
        if targets.shares_ids:
            targets.narrow(_image_ids(source, path))
        with open_utf8(source.open(path)) as file:
            for block in _blocks(JsonObjectReader(file)):
                yield reader.batch(block)
    except ValueError as error:
        raise VisionLensError(
            "PREDICTIONS_INVALID", f"{path} cannot be read to its end: {error}."
        ) from error
    issues = [*reader.classes.unknown(), *reader.classes.shifted(reader.numbers)]
    yield PredictionBatch(issues=issues, files=1)


def _blocks(reader: JsonObjectReader) -> Iterator[bytes]:
    if reader.next_byte() == ord("["):
        yield from reader.elements()
        return
    found = False
    for key, _ in reader.members():
        if key in LISTS and not found and reader.next_byte() == ord("["):
            found = True
            yield from reader.elements()
    if not found:
        raise ValueError("there is no list of results")


class _Named(msgspec.Struct, gc=False):
    image_id: Any = None


def _image_ids(source: Source, path: str) -> set[Any]:
    """The distinct ids of a file's results; those of blocks in an odd shape are left out."""
    found: set[Any] = set()
    decoder = msgspec.json.Decoder(list[_Named])
    with open_utf8(source.open(path)) as file:
        for block in _blocks(JsonObjectReader(file)):
            with suppress(msgspec.DecodeError, UnicodeDecodeError, TypeError):
                found.update(record.image_id for record in decoder.decode(block))
    return found


class _Reader:
    """Turns one block after another into rows."""

    def __init__(self, path: str, targets: Targets) -> None:
        self._path = path
        self._targets = targets
        self._decoder: RecordDecoder = annotation_decoder()
        self._ordinals: IdMap[int] = IdMap()
        self._ids = ImageIds(self._ordinals, targets.size)
        self.classes = KnownClasses(path, targets.classes)
        self.count = 0
        self.numbers: set[Any] = set()

    def batch(self, block: bytes) -> PredictionBatch:
        decoded = self._decoder.decode(block)
        found = len(decoded.records) + len(decoded.invalid)
        decoded, unmatched = self._match(decoded)
        self.numbers.update(
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
            self._path, self._decoder.extras, self._ids, self.classes, "results"
        )
        columns.add(decoded, self.count)
        self.count += found
        rows = columns.rows()
        rows.is_crowd = None
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
                known[identity] = self._targets.by_id(identity)
            if known[identity] < 0:
                unmatched.add(str(identity), known[identity], predictions)
        if not unmatched.predictions:
            return decoded, unmatched
        return _kept(
            decoded, [known[record.image_id] >= 0 for record in decoded.records]
        ), unmatched


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


def looks_like_results(head: bytes) -> bool:
    """Whether the first bytes of a JSON file are those of results, not of a label file."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return text[:1] == b"[" and (b'"image_id"' in text or text[1:].lstrip()[:1] == b"]")
