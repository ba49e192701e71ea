"""DOTA: one text file for each image, a line of four corners, class and difficulty each.

Source: captain-whu.github.io/DOTA/dataset.html
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from visionlens_jlab.core.geometry.shapes import bounding_box
from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.record import NotMineError, Object, Record, number
from visionlens_jlab.formats.records.writer import RecordWriter, plain
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.text.decoding import decode_text
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import Picture, Target

_HEAD = ("imagesource", "gsd", "acquisition dates")


class DotaFormat(RecordFormat):
    """DOTA text."""

    name = "dota"
    label = "DOTA text"
    description = "One text file for each image: oriented boxes by their corners."
    suffixes = (".txt",)
    signature = "DOTA text"
    by_file_name = True

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """One record; the image has the name of the file."""
        lines = [line.strip() for line in decode_text(data).splitlines() if line.strip()]
        rows = [line.replace(",", " ").split() for line in lines if not _is_head(line)]
        if rows and not any(len(row) in (9, 10) for row in rows):
            raise NotMineError
        record = Record("")
        for row in rows:
            try:
                record.objects.append(_object(row))
            except ValueError as error:
                record.invalid.append(str(error))
        yield record


def _is_head(line: str) -> bool:
    return line.lower().partition(":")[0] in _HEAD


def _object(row: list[str]) -> Object:
    if len(row) not in (9, 10):
        raise ValueError(f"a line has {len(row)} words, not 10")
    ring = [number(word, "a corner") for word in row[:8]]
    flags = {}
    if len(row) == 10:
        difficulty = number(row[9], "difficulty")
        flags["difficult"] = difficulty > 0
    return Object(row[8], "oriented_box", bounding_box([ring]), [ring], flags=flags)


class DotaWriter(RecordWriter):
    """`images/` and `labelTxt/`."""

    kinds = frozenset({"oriented_box"})
    flags = frozenset({"difficult"})

    def class_name(self, name: str, losses: Losses) -> str:
        return "-".join(name.split()) or "-"

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        lines = [_line(thing) for thing in objects]
        target.text(f"labelTxt/{posixpath.splitext(name)[0]}.txt", "".join(lines))


def _line(thing: Object) -> str:
    corners = " ".join(map(plain, thing.shape[0]))
    return f"{corners} {thing.class_name} {int(thing.flags.get('difficult', False))}\n"
