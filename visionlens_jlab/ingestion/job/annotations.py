"""Annotations of a batch: brought to pixels of the upright image, checked, as an Arrow table.

Coordinates are never rounded or cut off: what is odd is kept and listed. A sample's digest, which
an incremental ingest compares instead of its labels, is the sum, modulo 2^64, of a 64-bit hash of
each of its ground-truth annotations as imported: the order does not matter. 0: no labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.geometry.shapes import (
    moved_geometry,
    scale_move,
    upright_boxes,
    upright_geometry,
)
from visionlens_jlab.core.system.arrow_columns import (
    binaries,
    finite,
    numbers,
    optional,
    repeated,
    texts,
    words,
)
from visionlens_jlab.formats.base import AnnotationRows, Issue
from visionlens_jlab.ingestion.job.tables import SKIPPED, FactsLog, ImageFacts

_NUMBERS = ("x", "y", "w", "h", "confidence", "area")
_FLAGS = ("is_crowd", "difficult", "truncated", "occluded")
_TEXTS = ("class", "kind")
_SHAPES = ("geometry", "attributes")
_MISSING = np.uint64(0x9E3779B97F4A7C15)


class LabelDigests:
    """Sums the hashes of annotations, by the ordinal of their image."""

    def __init__(self) -> None:
        self._sums = np.zeros(0, dtype=np.uint64)

    def add(self, ordinals: np.ndarray, hashes: np.ndarray) -> None:
        """Add hashes, uint64 (n,), of annotations of images, int64 (n,)."""
        if len(ordinals):
            self._grow(int(ordinals.max()) + 1)
            np.add.at(self._sums, ordinals, hashes)

    def of(self, count: int) -> np.ndarray:
        """uint64 (count,): the digests of the first `count` images."""
        self._grow(count)
        return self._sums[:count]

    def _grow(self, count: int) -> None:
        if count > len(self._sums):
            room = np.zeros(max(count, 2 * len(self._sums)), dtype=np.uint64)
            room[: len(self._sums)] = self._sums
            self._sums = room


def annotation_hashes(table: pa.Table) -> np.ndarray:
    """uint64 (n,): a hash of each row of an `annotation` table, its sample left out."""
    hashes = np.zeros(table.num_rows, dtype=np.uint64)
    for name in (*_NUMBERS, *_FLAGS):
        hashes = _mixed(hashes, _bits_of(table.column(name).combine_chunks()))
    for name in _TEXTS:
        column = table.column(name).combine_chunks()
        words = column.dictionary.to_pylist()
        codes = text_hashes(words)
        indices = column.indices.fill_null(len(words)) if column.null_count else column.indices
        known = np.append(codes, _MISSING)
        hashes = _mixed(hashes, known[_raw(indices, np.int32)])
    for name in _SHAPES:
        column = table.column(name)
        if column.null_count < len(column):
            hashes = _mixed(hashes, text_hashes(column.to_pylist()))
    return hashes


def text_hashes(values: Sequence[str | bytes | None]) -> np.ndarray:
    """uint64 (n,)."""
    digests = b"".join(
        b"\0" * 8
        if value is None
        else blake2b(value.encode() if isinstance(value, str) else value, digest_size=8).digest()
        for value in values
    )
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _bits_of(column: pa.Array) -> np.ndarray:
    if column.null_count == len(column):
        return np.full(len(column), _MISSING)
    if pa.types.is_boolean(column.type):
        values = np.unpackbits(
            np.frombuffer(column.buffers()[1], np.uint8), count=len(column), bitorder="little"
        ).astype(np.uint64)
    else:
        values = _raw(column, np.float64).view(np.uint64)
    validity = column.buffers()[0]
    if validity is None:
        return values
    valid = np.unpackbits(
        np.frombuffer(validity, np.uint8), count=len(column), bitorder="little"
    ).astype(bool)
    return np.where(valid, values, _MISSING)


def _raw(column: pa.Array, kind: type) -> np.ndarray:
    return np.frombuffer(column.buffers()[1], kind)[column.offset : column.offset + len(column)]


def _mixed(hashes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64 over what was there and what comes."""
    z = hashes * np.uint64(31) + values + _MISSING
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = z ^ (z >> np.uint64(31))
    return mixed


OUTSIDE_TOLERANCE = 1.0
"""Pixels a box may reach over the image's edge before it is listed."""


class Prepared:
    """One batch's annotations in their final form.

    Attributes
    ----------
    table : pa.Table
        The `annotation` table of the imported ones.
    known : pa.Table
        That of the images that have been in the dataset before.
    ordinals : np.ndarray
        int64 (n,): image of each annotation of both tables.
    issues : list of Issue
    existing : int
        Number of annotations of images that have been in the dataset before.
    """

    def __init__(self, rows: AnnotationRows, log: FactsLog, source: str = "ground_truth") -> None:
        self._rows = rows
        self._source = source
        self.issues: list[Issue] = []
        self._facts = log.whole.take(rows.images)
        self._boxes = rows.boxes.astype(np.float64, copy=True)
        self._area = rows.area
        self._geometry: list[bytes | None] = (
            list(rows.geometry) if rows.geometry else [None] * len(rows.classes)
        )
        self._attributes = rows.attributes
        keep = self._imported()
        self.existing = int(self._facts.known.sum())
        if rows.normalised:
            keep &= self._to_pixels(keep)
        self._rotate(keep)
        self._check(keep)
        kept = np.flatnonzero(keep)
        table = self._table(kept)
        self.ordinals = rows.images[kept]
        self._whole = table
        known = self._facts.known[kept]
        if known.any():
            mask = numbers(known, pa.bool_())
            self.table, self.known = table.filter(numbers(~known, pa.bool_())), table.filter(mask)
        else:
            self.table, self.known = table, table.slice(0, 0)

    @property
    def hashes(self) -> np.ndarray:
        """uint64 (n,): a hash of each annotation of both tables."""
        return annotation_hashes(self._whole)

    def _imported(self) -> np.ndarray:
        for index in np.flatnonzero(self._facts.sample_ids == SKIPPED).tolist():
            known = int(self._rows.images[index]) >= 0
            message = "Its image was skipped." if known else "Its image is not there."
            self._note("ANNOTATION_WITHOUT_IMAGE", "skipped", index, message)
        return self._facts.sample_ids >= 0

    def _to_pixels(self, keep: np.ndarray) -> np.ndarray:
        known = (self._facts.widths > 0) & (self._facts.heights > 0)
        for index in np.flatnonzero(keep & ~known).tolist():
            message = "The size of the image is unknown, so the box has no pixels."
            self._note("BOX_WITHOUT_SIZE", "skipped", index, message)
        size = np.stack([self._facts.widths, self._facts.heights], axis=1).astype(np.float64)
        self._boxes *= np.concatenate([size, size], axis=1)
        if self._area is not None:
            self._area = self._area * size.prod(axis=1)
        for index in np.flatnonzero(keep & known).tolist():
            shape = self._geometry[index]
            if shape is not None and self._rows.kinds[index] != "mask":  # that is in pixels
                move = scale_move(size[index, 0], size[index, 1])
                self._geometry[index] = moved_geometry(self._rows.kinds[index], shape, move)
        return known

    def _rotate(self, keep: np.ndarray) -> None:
        facts = self._facts
        for index in np.flatnonzero(keep & (facts.rotations > 1)).tolist():
            orientation = int(facts.rotations[index])
            upright = (int(facts.widths[index]), int(facts.heights[index]))
            stored = upright[::-1] if orientation >= 5 else upright
            box = self._boxes[index : index + 1]
            self._boxes[index] = upright_boxes(box, orientation, *stored)[0]
            self._rotate_shape(index, orientation, stored)

    def _rotate_shape(self, index: int, orientation: int, stored: tuple[int, int]) -> None:
        shape, kind = self._geometry[index], self._rows.kinds[index]
        if shape is None:
            return
        try:
            self._geometry[index] = upright_geometry(kind, shape, orientation, *stored)
        except (ValueError, TypeError) as error:
            message = f"The shape was not rotated with the image: {error}."
            self._note("MASK_NOT_ROTATED", "kept", index, message)
        if kind == "keypoints" and self._attributes is not None:
            self._attributes[index] = _rotated_outline(self._attributes[index], orientation, stored)

    def _check(self, keep: np.ndarray) -> None:
        x, y, w, h = self._boxes.T
        empty = keep & ((w <= 0) | (h <= 0))
        for index in np.flatnonzero(empty).tolist():
            message = f"The box is {_number(w[index])} x {_number(h[index])} pixels."
            self._note("BOX_EMPTY", "kept", index, message)
        widths, heights = self._facts.widths, self._facts.heights
        beyond = (x < -OUTSIDE_TOLERANCE) | (y < -OUTSIDE_TOLERANCE)
        beyond |= (widths > 0) & (x + w > widths + OUTSIDE_TOLERANCE)
        beyond |= (heights > 0) & (y + h > heights + OUTSIDE_TOLERANCE)
        for index in np.flatnonzero(keep & beyond).tolist():
            corner = ", ".join(_number(value) for value in self._boxes[index])
            message = f"The box {corner} leaves the image of {widths[index]} x {heights[index]}."
            self._note("BOX_OUTSIDE", "kept", index, message)

    def _note(self, code: str, action: Any, index: int, message: str) -> None:
        image = int(self._rows.images[index])
        item = self._rows.name(index)
        linked = image if image >= 0 else None
        self.issues.append(Issue(code, action, "annotation", item, message, linked))

    def _table(self, kept: np.ndarray) -> pa.Table:
        rows = self._rows
        every = len(kept) == len(rows.classes)
        listed = kept.tolist()

        def some(
            values: list[Any] | None,
            make: Callable[[list[Any]], pa.Array],
            kind: pa.DataType | None = None,
        ) -> pa.Array:
            if values is None:
                return pa.nulls(len(listed), kind)
            return make(values if every else [values[index] for index in listed])

        boxes = self._boxes[kept]
        columns = {
            "sample_id": numbers(self._facts.sample_ids[kept], pa.uint32()),
            "source": repeated(self._source, len(kept)),
            "class": some(rows.classes, words),
            "kind": some(rows.kinds, words),
            **{name: finite(boxes[:, i]) for i, name in enumerate("xywh")},
            "confidence": finite(_taken(rows.confidence, kept)),
            "area": finite(self._areas(kept, boxes)),
            "is_crowd": numbers(_taken(rows.is_crowd, kept, bool), pa.bool_()),
            "difficult": some(rows.difficult, _flags, pa.bool_()),
            "truncated": some(rows.truncated, _flags, pa.bool_()),
            "occluded": some(rows.occluded, _flags, pa.bool_()),
            "geometry": some(self._shapes(), binaries, pa.binary()),
            "attributes": some(self._attributes, texts, pa.string()),
        }
        return pa.table(columns)

    def _shapes(self) -> list[bytes | None] | None:
        return None if self._rows.geometry is None else self._geometry

    def _areas(self, kept: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        stated = _taken(self._area, kept)
        computed = np.maximum(boxes[:, 2], 0) * np.maximum(boxes[:, 3], 0)
        return np.where(np.isnan(stated), computed, stated)


def _rotated_outline(
    attributes: str | None, orientation: int, stored: tuple[int, int]
) -> str | None:
    """Attributes of keypoints with the outline that came with them rotated too."""
    if attributes is None or '"segmentation"' not in attributes:
        return attributes
    members = msgspec.json.decode(attributes, type=dict[str, msgspec.Raw])
    outline = bytes(members["segmentation"])
    kind = "mask" if outline[:1] == b"{" else "polygon"
    try:
        turned = upright_geometry(kind, outline, orientation, *stored)
    except (ValueError, TypeError):
        return attributes
    return msgspec.json.encode({**members, "segmentation": msgspec.Raw(turned)}).decode()


def ambiguous_issues(rows: AnnotationRows, facts: ImageFacts, paths: dict[int, str]) -> list[Issue]:
    """One item for each image with shapes whose labels may or may not know its EXIF rotation.

    Parameters
    ----------
    paths : dict
        Ordinal -> path of the ambiguous images not listed yet; those listed are removed.
    """
    placed = np.array([kind != "classification" for kind in rows.kinds], dtype=bool)
    hit = rows.images[facts.take(rows.images).ambiguous & (rows.images >= 0) & placed]
    issues = []
    for image in dict.fromkeys(hit.tolist()):
        path = paths.pop(image, None)
        if path is not None:
            message = "The labels may mean the image before its EXIF rotation; taken as after."
            issues.append(Issue("ORIENTATION_AMBIGUOUS", "kept", "image", path, message, image))
    return issues


def _taken(values: np.ndarray | None, kept: np.ndarray, kind: type = float) -> np.ndarray:
    if values is None:
        return np.full(len(kept), np.nan if kind is float else False)
    taken: np.ndarray = values[kept]
    return taken


def _flags(values: list[bool | None]) -> pa.Array:
    return optional(values, pa.bool_())


def _number(value: Any) -> str:
    return f"{float(value):g}"
