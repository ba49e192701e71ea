"""Writes masks of classes: `images/`, `masks/` with a PNG for each image, and `labelmap.txt`.

The values of a PNG are the numbers of the classes from 1 on, in the colours of Pascal VOC; 0 is the
background. Where labels share pixels the later one has them.
"""

from __future__ import annotations

import posixpath

import numpy as np
from PIL import Image

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.masks.class_lists import BACKGROUND
from visionlens_jlab.formats.masks.drawing import DrawnWriter
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.voc.masks import VOID, palette
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import Picture, Target


class MasksWriter(DrawnWriter):
    """Index masks."""

    splits = True
    holds_splits = False

    def begin(self) -> None:
        if len(self.content.classes) >= VOID:
            raise VisionLensError(
                "REQUEST_INVALID",
                f"Masks hold {VOID - 1} classes; there are {len(self.content.classes)}.",
                "Export as COCO or panoptic COCO.",
            )
        self._numbers = {entry.name: at for at, entry in enumerate(self.content.classes, 1)}
        self._names = {
            entry.name: self.class_name(entry.name, self.losses) for entry in self.content.classes
        }

    def class_name(self, name: str, losses: Losses) -> str:
        plain = " ".join(name.replace(":", " ").split()).lstrip("#") or "class"
        return f"{plain}_" if plain.lower() in BACKGROUND else plain

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        drawn = self.drawn(picture, objects)
        if drawn is None:
            return
        numbers = {self._names[stated]: number for stated, number in self._numbers.items()}
        pixels = np.zeros(drawn.size, dtype=np.uint8)
        for thing, mask in drawn.layers:
            pixels[mask] = numbers[thing.class_name or ""]
        merged = len(drawn.layers) - len({thing.class_name for thing, _ in drawn.layers})
        if merged:
            self.losses.add("INSTANCES_MERGED", picture.path, merged)
        image = Image.fromarray(pixels)
        image.putpalette(palette().tobytes())
        with target.open(f"{folder}masks/{posixpath.splitext(name)[0]}.png") as file:
            image.save(file, "PNG")

    def finish(self, target: Target) -> None:
        colors = palette().tolist()
        lines = ["# label:color_rgb:parts:actions", "background:0,0,0::"]
        lines += [
            f"{self._names[name]}:{','.join(map(str, colors[number]))}::"
            for name, number in self._numbers.items()
        ]
        target.text("labelmap.txt", "".join(f"{line}\n" for line in lines))
