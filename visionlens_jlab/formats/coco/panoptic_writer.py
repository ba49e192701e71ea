"""Writes panoptic COCO: `annotations/panoptic_<split>.json`, and a PNG for each image beside it.

The colours of a PNG are the ids of segments, R + 256 G + 65536 B. Each pixel has one: where labels
share pixels the later one has them.
"""

from __future__ import annotations

import posixpath
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from visionlens_jlab.formats.coco.writer import categories_of, stems_of
from visionlens_jlab.formats.folder_names import split_of_file
from visionlens_jlab.formats.masks.drawing import Drawn, DrawnWriter
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.voc.masks import palette
from visionlens_jlab.formats.writing.writer import Picture, Target


class PanopticWriter(DrawnWriter):
    """Panoptic COCO."""

    holds_crowd_marks = True

    def begin(self) -> None:
        self._categories = categories_of(self.content.classes)
        self._ids = {category["name"]: category["id"] for category in self._categories}
        self._stems = stems_of(self.content.splits or [None], "panoptic")
        self._images: dict[str | None, list[dict[str, Any]]] = {s: [] for s in self._stems}
        self._annotations: dict[str | None, list[dict[str, Any]]] = {s: [] for s in self._stems}
        self._count = 0

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        ids = self.content.image_ids
        image_id = self._count + 1 if ids is None else ids[self._count]
        self._count += 1
        image: dict[str, Any] = {"id": image_id, "file_name": name}
        stem = self._stems[picture.split]
        if picture.split is not None and split_of_file(stem) != picture.split:
            image["split"] = picture.split
        drawn = self.drawn(picture, objects)
        if drawn is not None:
            image["height"], image["width"] = drawn.size
            file_name = f"{posixpath.splitext(name)[0]}.png"
            segments = self._segments(drawn, picture, f"annotations/{stem}/{file_name}", target)
            self._annotations[picture.split].append(
                {"image_id": image_id, "file_name": file_name, "segments_info": segments}
            )
        self._images[picture.split].append(image)

    def _segments(
        self, drawn: Drawn, picture: Picture, path: str, target: Target
    ) -> list[dict[str, Any]]:
        numbers = np.zeros(drawn.size, dtype=np.uint32)
        for number, (_, mask) in enumerate(drawn.layers, 1):
            numbers[mask] = number
        segments = []
        for number, (thing, _) in enumerate(drawn.layers, 1):
            seen = numbers == number
            if not seen.any():
                self.losses.add("ANNOTATION_LEFT_OUT", f"{thing.kind} {thing.class_name}")
                continue
            ys, xs = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
            box = [xs[0], ys[0], xs[-1] - xs[0] + 1, ys[-1] - ys[0] + 1]
            segments.append(
                {
                    "id": number,
                    "category_id": self._ids[thing.class_name or ""],
                    "area": int(seen.sum()),
                    "bbox": [int(side) for side in box],
                    "iscrowd": int(thing.is_crowd),
                }
            )
        colors = np.stack([numbers >> shift & 255 for shift in (0, 8, 16)], axis=-1)
        with target.open(path) as file:
            Image.fromarray(colors.astype(np.uint8)).save(file, "PNG")
        return segments

    def finish(self, target: Target) -> None:
        colors = palette().tolist()
        categories = [
            {"supercategory": "", **category, "isthing": 1, "color": colors[at % 255 + 1]}
            for at, category in enumerate(self._categories)
        ]
        for split, stem in self._stems.items():
            content = {
                "info": {"description": "Exported by VisionLens"},
                "images": self._images[split],
                "annotations": self._annotations[split],
                "categories": categories,
            }
            with target.open(f"annotations/{stem}.json") as file:
                file.write(msgspec.json.encode(content))

    def holds_details(self, supercategory: bool, keypoints: bool) -> bool:
        return True
