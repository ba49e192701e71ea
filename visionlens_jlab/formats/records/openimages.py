"""Open Images: CSV files of boxes, as fractions, and of image-level labels.

Source: storage.googleapis.com/openimages/web/download_v7.html (column by column). Classes are
machine ids such as `/m/0k4j`; a file `*class-descriptions*.csv` beside gives their names.
"""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Iterator
from typing import Any, TypeVar

from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.record import NotMineError, Object, Record, number
from visionlens_jlab.formats.records.writer import RecordWriter
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.text.decoding import decode_text
from visionlens_jlab.formats.writing.writer import Picture, Target

T = TypeVar("T")
FLAGS = {"IsOccluded": "occluded", "IsTruncated": "truncated"}
_KNOWN = ("0", "1")
COLUMNS = [
    *("ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax"),
    *("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside"),
]
MARKS = ("IsDepiction", "IsInside")


class OpenImagesFormat(RecordFormat):
    """Open Images CSV."""

    name = "openimages"
    label = "OpenImages CSV"
    description = "CSV files of boxes by fractions, or of labels of images, by image id."
    suffixes = (".csv",)
    signature = "OpenImages CSV"
    normalised = True

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """A record for each run of rows of one image."""
        rows = csv.DictReader(_text(data))
        columns = set(rows.fieldnames or ())
        if not {"ImageID", "LabelName"} <= columns:
            raise NotMineError
        names = _class_names(request)
        record: Record | None = None
        for row in _whole(rows):
            if isinstance(row, str):
                item = f"{path}: after line {rows.line_num}"
                message = f"The line cannot be read: {row}."
                issue = Issue("LABEL_LINE_INVALID", "skipped", "annotation", item, message)
                yield Record(None, issues=[issue])
                continue
            image = row["ImageID"] or ""
            if record is None or record.image != image:
                if record is not None:
                    yield record
                record = Record(image)
            try:
                record.objects.append(_object(row, names, boxes="XMin" in columns))
            except ValueError as error:
                record.invalid.append(str(error))
        if record is not None:
            yield record


def _whole(rows: Iterator[T]) -> Iterator[T | str]:
    """Rows; of one that cannot be parsed, such as one with a huge field, why."""
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield str(error)


def _object(row: dict[str, Any], names: dict[str, str], *, boxes: bool) -> Object:
    if None in row.values():
        raise ValueError("a row has fewer values than there are columns")
    label = (row["LabelName"] or "").strip()
    class_name = names.get(label, label) or None
    if not boxes:
        confidence = row.get("Confidence")
        verified = confidence is None or number(confidence, "Confidence") > 0
        attributes = {} if verified else {"absent": True}
        return Object(class_name, "classification", attributes=attributes)
    left, right = number(row["XMin"], "XMin"), number(row["XMax"], "XMax")
    top, bottom = number(row["YMin"], "YMin"), number(row["YMax"], "YMax")
    if not all(-0.5 <= value <= 1.5 for value in (left, right, top, bottom)):
        raise ValueError("a box is no fraction of an image")
    flags = {
        ours: row[theirs] == "1" for theirs, ours in FLAGS.items() if row.get(theirs) in ("0", "1")
    }
    attributes = {mark: True for mark in MARKS if row.get(mark) == "1"}
    box = min(left, right), min(top, bottom), abs(right - left), abs(bottom - top)
    return Object(
        class_name,
        "box",
        box,
        flags=flags,
        is_crowd=row.get("IsGroupOf") == "1",
        attributes=attributes,
        inverted=right < left or bottom < top,
    )


def _text(data: bytes) -> io.StringIO:
    return io.StringIO(decode_text(data).lstrip("\ufeff"), newline=None)


def _class_names(request: Request) -> dict[str, str]:
    known = request.notes.get("openimages classes")
    if isinstance(known, dict):
        return known
    source, found = request.label_source, dict[str, str]()
    for path in request.files(source):
        if "class-descriptions" in path.lower() and path.lower().endswith(".csv"):
            request.note_read(source, path)
            with source.open(path) as file:
                rows = csv.reader(_text(file.read()))
                found |= {
                    row[0]: row[1]
                    for row in _whole(rows)
                    if len(row) > 1 and not isinstance(row, str)
                }
    request.notes["openimages classes"] = found
    return found


class OpenImagesWriter(RecordWriter):
    """`<split>/` of images, `<split>-annotations-bbox.csv`, and the names of the classes."""

    kinds = frozenset({"box"})
    flags = frozenset(FLAGS.values())
    holds_crowds = True
    images = ""
    splits = True

    def begin(self) -> None:
        self._rows: dict[str, list[list[str]]] = {}
        self._classes: dict[str, str] = {}

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        rows = self._rows.setdefault(folder.rstrip("/"), [])
        if not picture.width or not picture.height:
            return
        for thing in objects:
            assert thing.box is not None
            x, y, w, h = thing.box
            machine = self._classes.setdefault(
                thing.class_name or "", f"/m/{len(self._classes):04}"
            )
            fractions = [x / picture.width, (x + w) / picture.width]
            fractions += [y / picture.height, (y + h) / picture.height]
            marks = [int(thing.flags.get(flag, -1)) for flag in FLAGS.values()]
            marks += [int(thing.is_crowd), 0, 0]
            stem = posixpath.splitext(name)[0]
            rows.append([stem, "", machine, "1", *map(repr, fractions), *map(str, marks)])

    def finish(self, target: Target) -> None:
        for split, rows in self._rows.items():
            named = f"{split}-annotations-bbox.csv" if split else "annotations-bbox.csv"
            target.text(named, _csv([COLUMNS, *rows]))
        names = [[machine, name] for name, machine in self._classes.items()]
        target.text("class-descriptions-boxable.csv", _csv(names))


def _csv(rows: list[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()
