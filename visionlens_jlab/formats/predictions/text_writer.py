"""Writes text files of detections, one for each image: `class confidence x1 y1 x2 y2` in pixels."""

from __future__ import annotations

import posixpath

from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.records.writer import RecordWriter, plain
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import Picture, Target


class DetectionTextWriter(RecordWriter):
    """`detections/` beside `images/`; labels without a confidence have 1."""

    kinds = frozenset({"box"})
    holds_confidence = True
    splits = True

    def class_name(self, name: str, losses: Losses) -> str:
        return " ".join(name.split()) or "_"

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        lines = []
        for thing in objects:
            assert thing.box is not None
            x, y, w, h = thing.box
            if thing.confidence is None:
                self.losses.add("CONFIDENCE_ONE", str(thing.class_name))
            confidence = 1.0 if thing.confidence is None else thing.confidence
            numbers = map(plain, (confidence, x, y, x + w, y + h))
            lines.append(f"{thing.class_name} {' '.join(numbers)}\n")
        target.text(f"{folder}detections/{posixpath.splitext(name)[0]}.txt", "".join(lines))
