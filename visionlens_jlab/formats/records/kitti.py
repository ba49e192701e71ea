"""KITTI: one text file for each image, a line of 15 (or 16) words for each object.

Source: the development kit of the object benchmark, www.cvlibs.net/datasets/kitti
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.record import NotMineError, Object, Record, box_object, number
from visionlens_jlab.formats.records.writer import RecordWriter, plain
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.text.decoding import decode_text
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import Picture, Target

DONT_CARE = "DontCare"
_OCCLUDED = {0: False, 1: True, 2: True}
"""3 is unknown."""
NAMES = ("alpha", "height_m", "width_m", "length_m", "x_m", "y_m", "z_m", "rotation_y")


class KittiFormat(RecordFormat):
    """KITTI text."""

    name = "kitti"
    label = "KITTI text"
    description = "One text file for each image: boxes with truncation, occlusion and 3D facts."
    suffixes = (".txt",)
    signature = "KITTI text"
    by_file_name = True

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """One record; the image has the name of the file."""
        lines = [line.split() for line in decode_text(data).splitlines() if line.strip()]
        if lines and not any(len(words) in (15, 16) for words in lines):
            raise NotMineError
        record = Record("")
        for words in lines:
            try:
                record.objects.append(_object(words))
            except ValueError as error:
                record.invalid.append(str(error))
        yield record


def _object(words: list[str]) -> Object:
    if len(words) not in (15, 16):
        raise ValueError(f"a line has {len(words)} words, not 15")
    name, truncated, occluded, alpha, *rest = words
    sides, measures = rest[:4], rest[4:11]
    values = [number(word, what) for word, what in zip((alpha, *measures), NAMES, strict=True)]
    cut, hidden = number(truncated, "truncation"), number(occluded, "occlusion")
    flags = {}
    if cut >= 0:
        flags["truncated"] = cut > 0
    if hidden in _OCCLUDED:
        flags["occluded"] = _OCCLUDED[int(hidden)]
    is_ignored = name == DONT_CARE
    attributes = {} if is_ignored else dict(zip(NAMES, values, strict=True))
    if not is_ignored:
        attributes |= {"truncation": cut, "occlusion": hidden}
    return box_object(
        name, *sides, flags={} if is_ignored else flags, is_crowd=is_ignored, attributes=attributes
    )


class KittiWriter(RecordWriter):
    """`image_2/` and `label_2/`; what is in three dimensions is KITTI's own word for unknown."""

    kinds = frozenset({"box"})
    flags = frozenset({"truncated", "occluded"})
    images = "image_2"

    def class_name(self, name: str, losses: Losses) -> str:
        return "_".join(name.split()) or "_"

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        lines = "".join(f"{_line(thing)}\n" for thing in objects)
        target.text(f"label_2/{posixpath.splitext(name)[0]}.txt", lines)


def _line(thing: Object) -> str:
    assert thing.box is not None
    x, y, w, h = thing.box
    truncated = {None: "-1", False: "0", True: "1"}[thing.flags.get("truncated")]
    occluded = {None: "3", False: "0", True: "1"}[thing.flags.get("occluded")]
    sides = " ".join(map(plain, (x, y, x + w, y + h)))
    return f"{thing.class_name} {truncated} {occluded} -10 {sides} -1 -1 -1 -1000 -1000 -1000 -10"
